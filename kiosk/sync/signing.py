"""How a station proves who it is: RFC 9421 signatures over each request, by a library; both halves.

Covered are method, address and the digest of the body as it was sent (packed, if it was packed; a GET has the digest
of no bytes), so that one rule holds for every request. The address is the server's public one, whatever proxy
stands in front of it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import http_sf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    MappingKeyResolver,
    VerifyResult,
)
from http_message_signatures.algorithms import ED25519

from kiosk.errors import KioskError

TAG = "opd-kiosk"
WINDOW_S = 300
"""How far a request's time may lie from the server's, either way."""
COVERED = ("@method", "@authority", "@target-uri", "content-digest")
MAX_HEADER_CHARS = 1024
"""Of each header that belongs to a signature; ours have about 250."""
_LABEL = "kiosk"
_KEY_NAME = re.compile(r"([A-Za-z0-9._-]{1,40})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_PARAMETERS = {"created", "keyid", "alg", "nonce", "tag"}
_MAX_CREATED = 2**32


class SignatureError(KioskError):
    """A request's signature proves nothing: SIGNATURE_MISSING or SIGNATURE_INVALID."""

    code = "SIGNATURE_INVALID"


@dataclass(frozen=True)
class Signed:
    """What a good signature says: when it was made, to the second, and the nonce that makes it unique."""

    created: datetime
    nonce: str


@dataclass(frozen=True)
class Signer:
    """A station's key, and the name under which the server knows it."""

    private_key: Ed25519PrivateKey = field(repr=False)
    facility_id: str
    key_id: str
    public_url: str

    def headers(self, method: str, path: str, body: bytes, created: datetime, nonce: str) -> dict[str, str]:
        """The headers that sign one request: Content-Digest, Signature-Input, Signature.

        Args:
            method: in capital letters.
            path: with the query, percent-encoded as it is sent.
            body: the bytes that are sent, after any packing.
            nonce: 16 to 64 letters, digits, ``-`` and ``_``; never the same again.
        """
        name = key_name(self.facility_id, self.key_id)
        message = _Message(method, signed_url(self.public_url, path), {})
        keys = MappingKeyResolver(public_keys={}, private_keys={name: self.private_key})
        HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(
            message,
            key_id=name,
            created=created,
            nonce=nonce,
            label=_LABEL,
            tag=TAG,
            covered_component_ids=COVERED,
            body=body,
        )
        return dict(message.headers)


def signed_url(public_url: str, path: str) -> str:
    """The address that is signed: ``path`` begins with a slash and includes the query."""
    return public_url.rstrip("/") + path


def key_name(facility_id: str, key_id: str) -> str:
    """A key's name in a signature."""
    return f"{facility_id}/{key_id}"


def fingerprint(public_key: bytes) -> str:
    """Six digits, for two people who compare what two screens say: ``123 456``."""
    digits = f"{int.from_bytes(hashlib.sha256(public_key).digest()) % 1_000_000:06d}"
    return f"{digits[:3]} {digits[3:]}"


def claimed_key(untrusted_headers: Mapping[str, str]) -> tuple[str, str]:
    """Facility and key that a request says it is signed with, which proves nothing yet.

    Raises:
        SignatureError: if there is no signature, more than one, or none of a station's.
    """
    name = _parameters(untrusted_headers).get("keyid")
    found = _KEY_NAME.fullmatch(name) if isinstance(name, str) else None
    if found is None:
        raise SignatureError("the signature names no station's key")
    return found[1], found[2]


def verify(method: str, url: str, untrusted_headers: Mapping[str, str], body: bytes, public_key: bytes) -> Signed:
    """Check the one signature of a request against ``public_key``, 32 bytes.

    Neither the time nor the nonce is judged here: that needs the server's clock and memory.

    Raises:
        SignatureError
    """
    parameters = _parameters(untrusted_headers)
    if set(parameters) != _PARAMETERS:
        raise SignatureError("the signature has other parameters than it must have")
    result = _verified(_Message(method, url, untrusted_headers), body, str(parameters["keyid"]), public_key)
    if set(result.covered_components) != _COVERED_AS_SIGNED:
        raise SignatureError("the signature covers other components than it must")
    created, nonce = result.parameters["created"], result.nonce
    if not isinstance(created, int) or not 0 <= created < _MAX_CREATED:
        raise SignatureError("the signature has no sensible time")
    if nonce is None or not _NONCE.fullmatch(nonce):
        raise SignatureError("the signature has no usable nonce")
    return Signed(datetime.fromtimestamp(created, UTC), nonce)


_COVERED_AS_SIGNED = {f'"{name}"' for name in (*COVERED, "@signature-params")}


@dataclass(frozen=True)
class _Message:
    """A request as the library wants it."""

    method: str
    url: str
    headers: Mapping[str, str]


class _Verifier(HTTPMessageVerifier):
    """Leaves the time to the caller, who tells a station whose clock is wrong what time it is."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        pass


def _verified(message: _Message, body: bytes, name: str, public_key: bytes) -> VerifyResult:
    keys = MappingKeyResolver(public_keys={name: Ed25519PublicKey.from_public_bytes(public_key)}, private_keys={})
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=keys)
    try:
        (result,) = verifier.verify(message, max_age=None, expect_tag=TAG, require_components=COVERED, body=body)
    except HTTPMessageSignaturesException:
        # No cause: the library quotes what was sent.
        raise SignatureError("the signature does not fit the request") from None
    return result


def _parameters(untrusted_headers: Mapping[str, str]) -> dict[str, object]:
    """The parameters of the only signature."""
    _refuse_long(untrusted_headers)
    field_value = ", ".join(value for name, value in untrusted_headers.items() if name.lower() == "signature-input")
    if not field_value:
        raise SignatureError("the request is not signed", code="SIGNATURE_MISSING")
    try:
        signatures = http_sf.parse(field_value.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_repeated)
    except ValueError:
        raise SignatureError("Signature-Input is malformed") from None
    if not isinstance(signatures, dict) or len(signatures) != 1:
        raise SignatureError("a request has one signature")
    (member,) = signatures.values()
    if not isinstance(member, tuple):
        raise SignatureError("Signature-Input is malformed")
    return {str(name): value for name, value in member[1].items()}


def _refuse_long(untrusted_headers: Mapping[str, str]) -> None:
    for name, value in untrusted_headers.items():
        if name.lower() in ("signature-input", "signature", "content-digest") and len(value) > MAX_HEADER_CHARS:
            raise SignatureError("a header of the signature is too long")


def _refuse_repeated(key: str, context: str) -> None:
    raise SignatureError("a signature's label or parameter is repeated")
