"""UIDAI's signature counts, nobody else's, and not of anything that was changed."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.aadhaar_proof import signature_check
from kiosk.errors import SettingError
from kiosk.model.aadhaar import Proof, read_aadhaar
from tests.aadhaar_cards import certificate, make_key, secure_qr, signed_part


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return make_key()


def proof_by(key: rsa.RSAPrivateKey) -> Proof:
    proof = read_aadhaar(secure_qr(signed_part(), key), 2026).proof
    assert proof is not None
    return proof


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_the_right_key_has_signed_and_another_has_not(
    key: rsa.RSAPrivateKey, tmp_path: Path, encoding: Encoding
) -> None:
    check = signature_check(certificate(key, tmp_path / "uidai.cer", encoding))
    assert check is not None
    assert check(proof_by(key))
    assert not check(proof_by(make_key()))
    changed = proof_by(key)
    assert not check(replace(changed, signed=changed.signed.replace(b"Asha", b"Usha")))
    assert not check(replace(changed, signature=bytes(256)))


def test_any_of_several_certificates_will_do(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    old, new = certificate(make_key(), tmp_path / "old"), certificate(key, tmp_path / "new")
    (tmp_path / "both.pem").write_bytes(old.read_bytes() + new.read_bytes())
    check = signature_check(tmp_path / "both.pem")
    assert check is not None
    assert check(proof_by(key))


def test_without_a_certificate_there_is_no_check() -> None:
    assert signature_check(None) is None


def test_what_is_no_certificate_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no certificate")
    elliptic = certificate(ec.generate_private_key(ec.SECP256R1()), tmp_path / "elliptic")  # type: ignore[arg-type]
    for path in (tmp_path / "missing", tmp_path / "text", elliptic):
        with pytest.raises(SettingError, match="aadhaar_certificate"):
            signature_check(path)
