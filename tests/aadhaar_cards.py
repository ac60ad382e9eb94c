"""Invented Aadhaar QRs, in the form that UIDAI's specification of March 2019 gives, signed with a key made here."""

import gzip
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kiosk.model.aadhaar import MAX_DIGITS

REFERENCE = "0000" + "20190308114407437"
"""Last four digits, and when."""
ADDRESS = (
    "S/O Nobody",
    "Rampur",
    "",
    "1",
    "",
    "000000",
    "Rampur",
    "Uttar Pradesh",
    "Gali 1",
    "Rampur",
    "Rampur",
)
PICTURE = b"\xff\x4f\xff\x51" + bytes(range(256)) * 3
OLD = (
    '<?xml version="1.0" encoding="UTF-8"?> <PrintLetterBarcodeData uid="000000000000" name="Asha Devi" gender="F" '
    'yob="1984" co="W/O Nobody" vtc="Rampur" dist="Rampur" state="Uttar Pradesh" pc="000000"/>'
)


def make_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed_part(
    name: str = "Asha Devi", birth: str = "07-03-1984", sex: str = "F", *, version: str = "", status: str = "0"
) -> bytes:
    fields = [*([version] if version else []), status, REFERENCE, name, birth, sex, *ADDRESS]
    mobile = ["0000"] if version else []
    return b"\xff".join(field.encode("iso-8859-1") for field in [*fields, *mobile]) + b"\xff" + PICTURE


def number_of(data: bytes) -> str:
    """As a QR carries it; in pieces, for Python converts no longer numbers."""
    number, pieces = int.from_bytes(data, "big"), []
    while number:
        number, piece = divmod(number, 10**4000)
        pieces.append(f"{piece:04000d}" if number else str(piece))
    return "".join(reversed(pieces))


def secure_qr(part: bytes, key: rsa.RSAPrivateKey | None = None) -> str:
    signature = key.sign(part, PKCS1v15(), SHA256()) if key else bytes(256)
    return number_of(gzip.compress(part + signature))


@cache
def largest_secure_qr() -> str:
    """One with a picture that fills a QR to the last byte: the longest number that a card may carry."""
    noise = Random(1).randbytes(MAX_DIGITS // 2)
    codes = (secure_qr(signed_part() + noise[:size]) for size in range(len(noise), 0, -1))
    return next(code for code in codes if len(code) <= MAX_DIGITS)


def certificate(key: rsa.RSAPrivateKey, path: Path, encoding: Encoding = Encoding.PEM) -> Path:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's own")])
    began = datetime(2019, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began + timedelta(days=900))
    path.write_bytes(made.sign(key, SHA256()).public_bytes(encoding))
    return path
