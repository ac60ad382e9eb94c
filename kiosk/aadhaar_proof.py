"""Whether UIDAI has signed an Aadhaar QR, by the certificate that the hospital has got from UIDAI."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kiosk.errors import SettingError
from kiosk.model.aadhaar import Proof

IsGenuine: TypeAlias = Callable[[Proof], bool]

_PEM = b"-----BEGIN"


def signature_check(path: Path | None) -> IsGenuine | None:
    """A check by any of the certificates in ``path`` (PEM, or one as DER); None where no file is set.

    That a certificate has expired does not matter: UIDAI signs no more with it, and cards stay as they are.

    Raises:
        SettingError: the file is not there, or holds no certificate with an RSA key.
    """
    if path is None:
        return None
    keys = [certificate.public_key() for certificate in _certificates(path)]
    usable = [key for key in keys if isinstance(key, RSAPublicKey)]
    if not usable:
        raise SettingError(f"aadhaar_certificate {path} has no RSA key: it must be UIDAI's certificate")
    return lambda proof: any(_has_signed(key, proof) for key in usable)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        data = path.read_bytes()
        return x509.load_pem_x509_certificates(data) if _PEM in data else [x509.load_der_x509_certificate(data)]
    except (OSError, ValueError) as error:
        raise SettingError(f"aadhaar_certificate {path} is no certificate that can be read") from error


def _has_signed(key: RSAPublicKey, proof: Proof) -> bool:
    try:
        key.verify(proof.signature, proof.signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
