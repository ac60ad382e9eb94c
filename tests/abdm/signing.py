"""Keys and tokens of a gateway, good ones and every kind of bad one."""

import base64
import functools
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from jwt.api_jws import PyJWS

ISSUER = "https://gateway.example/auth/realms/central-registry"
AUDIENCE = "account"
LASTS_S = 600
_making = threading.Lock()


class Forgery(StrEnum):
    """What may be wrong with a token; NONE is nothing."""

    NONE = "none"
    NO_TOKEN = "no_token"
    UNKNOWN_KID = "unknown_kid"
    NO_KID = "no_kid"
    ALG_NONE = "alg_none"
    HS256 = "hs256_with_the_public_key"
    OTHER_ALG = "in_another_way_than_the_key_is_for"
    OTHER_KEY = "signed_by_somebody_else"
    TAMPERED = "claims_changed_after_signing"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_ISSUER = "wrong_issuer"
    EXPIRED = "expired"
    EARLY = "not_valid_yet"
    ENDLESS = "no_expiry"


def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """The same key for the same number, since making one takes a while; in all threads the same."""
    with _making:
        return _rsa_key(number)


@functools.cache
def _rsa_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class SigningKey:
    key_id: str
    algorithm: str
    number: int

    @property
    def private(self) -> rsa.RSAPrivateKey:
        return rsa_key(self.number)

    def jwk(self) -> dict[str, object]:
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.key_id, "alg": self.algorithm, "use": "sig"}


def claims(now: float) -> dict[str, object]:
    return {"iss": ISSUER, "aud": AUDIENCE, "iat": int(now), "exp": int(now) + LASTS_S, "azp": "gateway"}


def token(key: SigningKey, now: float, forgery: Forgery = Forgery.NONE, **changes: Any) -> str:
    """As the gateway signs at ``now`` (Unix seconds), or with what is wrong by ``forgery``."""
    body = claims(now) | _wrong_claims(forgery, int(now)) | changes
    match forgery:
        case Forgery.NO_TOKEN:
            return ""
        case Forgery.UNKNOWN_KID:
            return _signed(key, body, kid="nobodys-key")
        case Forgery.NO_KID:
            return _signed(key, body, kid="")
        case Forgery.ALG_NONE:
            return f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': key.key_id})}.{_part(body)}.AA"
        case Forgery.HS256:
            return _hmac(key, body)
        case Forgery.OTHER_ALG:
            other = "RS512" if key.algorithm == "RS256" else "RS256"
            return _encoded(body, key.private, other, key.key_id)
        case Forgery.OTHER_KEY:
            return _encoded(body, rsa_key(-1), key.algorithm, key.key_id)
        case Forgery.TAMPERED:
            head, _, signature = _signed(key, body).split(".")
            return f"{head}.{_part(body | {'azp': 'somebody else'})}.{signature}"
        case Forgery.ENDLESS:
            return _signed(key, {name: value for name, value in body.items() if name != "exp"})
        case _:
            return _signed(key, body)


def _wrong_claims(forgery: Forgery, now: int) -> dict[str, object]:
    wrong: dict[Forgery, dict[str, object]] = {
        Forgery.WRONG_AUDIENCE: {"aud": "another-service"},
        Forgery.WRONG_ISSUER: {"iss": "https://somewhere.example"},
        Forgery.EXPIRED: {"exp": now - 3600},
        Forgery.EARLY: {"nbf": now + 3600},
    }
    return wrong.get(forgery, {})


def _signed(key: SigningKey, body: Mapping[str, object], kid: str | None = None) -> str:
    return _encoded(body, key.private, key.algorithm, key.key_id if kid is None else kid)


def _encoded(body: Mapping[str, object], private: rsa.RSAPrivateKey, algorithm: str, kid: str) -> str:
    """Whatever the claims are: the library's own way to make tokens refuses to make bad ones."""
    return PyJWS().encode(json.dumps(body).encode(), private, algorithm, {"kid": kid} if kid else None)


def _hmac(key: SigningKey, body: Mapping[str, object]) -> str:
    """With the public key, which everybody knows, as the secret."""
    secret = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.key_id})}.{_part(body)}"
    mac = HMAC(secret, SHA256())
    mac.update(signing.encode())
    return f"{signing}.{_base64(mac.finalize())}"


def _part(value: object) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
