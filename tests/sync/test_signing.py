"""Signatures: what is covered, what is refused, and whatever a stranger may write into the headers."""

import gzip
import uuid
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sync.signing import COVERED, TAG, SignatureError, Signed, Signer, claimed_key, fingerprint, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
KEY_ID = "019a0000-0000-7000-8000-000000000001"
SIGNER = Signer(KEY, "IN.0000-0_0", KEY_ID, "https://opd.hospital.test/kiosk/")
URL = "https://opd.hospital.test/kiosk/v1/sync?a=%20b"
BODY = gzip.compress(b'{"events": []}', mtime=0)
AT = datetime(2026, 11, 22, 4, 0, 1, 999_999, tzinfo=UTC)
NONCE = "n" * 22


def headers() -> dict[str, str]:
    return SIGNER.headers("POST", "/v1/sync?a=%20b", BODY, AT, NONCE)


def foreign_headers(**changed: object) -> dict[str, str]:
    """Signed with the right key, in another way than ours."""
    message = Plain()
    key_id = f"IN0000000000/{KEY_ID}"
    how: dict[str, object] = {
        "key_id": key_id,
        "created": AT,
        "nonce": NONCE,
        "tag": TAG,
        "covered_component_ids": COVERED,
        "body": BODY,
    }
    keys = MappingKeyResolver(public_keys={}, private_keys={key_id: KEY})
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(message, **how | changed)  # type: ignore[arg-type]
    return message.headers


class Plain:
    """A request as the library wants it."""

    method, url = "POST", URL

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}


def test_what_is_signed_verifies() -> None:
    assert claimed_key(headers()) == ("IN.0000-0_0", KEY_ID)
    assert verify("POST", URL, headers(), BODY, PUBLIC_KEY) == Signed(AT.replace(microsecond=0), NONCE)
    assert verify("POST", URL, foreign_headers(), BODY, PUBLIC_KEY).nonce == NONCE


def test_a_get_is_signed_over_no_bytes() -> None:
    sent = SIGNER.headers("GET", "/v1/tokens", b"", AT, NONCE)
    assert verify("GET", "https://opd.hospital.test/kiosk/v1/tokens", sent, b"", PUBLIC_KEY).nonce == NONCE
    with pytest.raises(SignatureError):
        verify("GET", "https://opd.hospital.test/kiosk/v1/tokens", sent, b"x", PUBLIC_KEY)


def test_names_of_headers_are_not_case_sensitive() -> None:
    lower = {name.lower(): value for name, value in headers().items()}
    assert verify("POST", URL, lower, BODY, PUBLIC_KEY).nonce == NONCE


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("PUT", URL, BODY),
        ("POST", URL.replace("sync", "stores"), BODY),
        ("POST", URL.replace("20b", "20c"), BODY),
        ("POST", URL.replace("?a=%20b", ""), BODY),
        ("POST", URL.replace("https", "http"), BODY),
        ("POST", URL.replace("hospital", "hospice"), BODY),
        ("POST", URL, BODY + b" "),
        ("POST", URL, gzip.decompress(BODY)),
        ("POST", URL, b""),
        ("POST", "no address at all", BODY),
    ],
)
def test_anything_else_than_what_was_signed_is_refused(method: str, url: str, body: bytes) -> None:
    with pytest.raises(SignatureError) as caught:
        verify(method, url, headers(), body, PUBLIC_KEY)
    assert caught.value.code == "SIGNATURE_INVALID"


def test_another_key_is_refused() -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(SignatureError):
        verify("POST", URL, headers(), BODY, other)


@pytest.mark.parametrize(
    "changed",
    [
        {"tag": "opd-desk"},
        {"tag": None},
        {"nonce": None},
        {"nonce": "short"},
        {"nonce": "n" * 65},
        {"nonce": "n" * 21 + " "},
        {"include_alg": False},
        {"expires": datetime(2027, 1, 1, tzinfo=UTC)},
        {"created": datetime(2150, 1, 1, tzinfo=UTC)},
        {"covered_component_ids": ("@method", "@authority", "@target-uri", "content-digest", "@path")},
        {"covered_component_ids": ("@method", "@authority", "content-digest")},
        {"covered_component_ids": ("@method", "@target-uri", "content-digest")},
        {"covered_component_ids": ("@method", "@authority", "@target-uri", '"content-digest";key="sha-256"')},
        {"body": None, "covered_component_ids": ("@method", "@authority", "@target-uri")},
    ],
)
def test_the_right_key_used_in_another_way_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(SignatureError):
        verify("POST", URL, foreign_headers(**changed), BODY, PUBLIC_KEY)


def test_a_second_signature_is_refused() -> None:
    twice = headers()
    for name in ("Signature-Input", "Signature"):
        twice[name] += ", " + twice[name].replace("kiosk=", "other=", 1)
    with pytest.raises(SignatureError):
        claimed_key(twice)
    with pytest.raises(SignatureError):
        verify("POST", URL, twice, BODY, PUBLIC_KEY)


def test_a_signature_that_was_left_out_is_missing() -> None:
    for call in (lambda: claimed_key({}), lambda: verify("POST", URL, {"Signature": "a=:AA==:"}, BODY, PUBLIC_KEY)):
        with pytest.raises(SignatureError) as caught:
            call()
        assert caught.value.code == "SIGNATURE_MISSING"


@pytest.mark.parametrize("name", ["Signature", "Content-Digest"])
def test_each_header_is_needed(name: str) -> None:
    without = headers()
    del without[name]
    with pytest.raises(SignatureError):
        verify("POST", URL, without, BODY, PUBLIC_KEY)


def test_no_error_quotes_what_was_sent() -> None:
    for value in ("91-0000-0000-0018", 'kiosk=("@method");keyid="91-0000-0000-0018"', "\u00e9" * 20, "k=" + "9" * 2000):
        with pytest.raises(SignatureError) as caught:
            claimed_key({"signature-input": value})
        assert value[:8] not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


_WILD = st.one_of(
    st.text(max_size=300),
    st.from_regex(
        r'[a-z]{1,3}=\(("@?[a-z-]{1,12}"(;[a-z]{1,3})? ?){0,5}\)'
        r'(;[a-z]{1,7}=("[ -~]{0,40}"|-?[0-9]{1,16}|:[A-Za-z=]{0,8}:|\?[01]|@[0-9]{1,16})){0,6}'
    ),
)


@given(signature_input=_WILD, signature=st.one_of(st.just(headers()["Signature"]), _WILD), digest=_WILD)
def test_wild_headers_are_refused_and_nothing_else(signature_input: str, signature: str, digest: str) -> None:
    wild = {"Signature-Input": signature_input, "Signature": signature, "Content-Digest": digest}
    for call in (lambda: claimed_key(wild), lambda: verify("POST", URL, wild, BODY, PUBLIC_KEY)):
        with pytest.raises(SignatureError):
            call()


@given(place=st.integers(0, 400), letter=st.characters(max_codepoint=255), name=st.sampled_from(sorted(headers())))
def test_one_letter_changed_is_refused_or_means_the_same(place: int, letter: str, name: str) -> None:
    """A digest's or label's spelling may vary; what is signed may not."""
    changed = headers()
    at = place % len(changed[name])
    changed[name] = changed[name][:at] + letter + changed[name][at + 1 :]
    try:
        signed = verify("POST", URL, changed, BODY, PUBLIC_KEY)
    except SignatureError:
        return
    assert signed == Signed(AT.replace(microsecond=0), NONCE)


def test_fingerprints_are_six_digits() -> None:
    assert fingerprint(PUBLIC_KEY) == fingerprint(PUBLIC_KEY)
    for _ in range(50):
        digits = fingerprint(uuid.uuid4().bytes * 2)
        assert len(digits) == 7
        assert digits.replace(" ", "").isdigit()
