"""What a desk may take from an Aadhaar QR: name, sex and year of birth. Nothing else leaves this module.

Two kinds. Since 2018 the QR is "secure": a decimal number of some thousand digits, whose bytes are gzip, whose fields
stand apart by byte 255, in ISO 8859-1, with UIDAI's RSA signature at the end (UIDAI, Secure QR Code Specification,
March 2019). Before, it was XML, unsigned and with the whole Aadhaar number in it, which is dropped unread. Versions of
the secure QR whose order of fields nobody has published are declined.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.qr import EARLIEST_BIRTH, QrError, sex_of, typed_name

SIGNATURE_BYTES = 256
MAX_DIGITS = 7089
"""As many as a QR holds."""
_MAX_BYTES = 64 * 1024
_GZIP = 31
"""For zlib: a gzip header, and the largest window."""
_CHUNK = 4000
"""Digits at once: Python refuses to convert more than 4,300."""
_NUMBER = re.compile(r"[0-9]+", re.ASCII)
_STATUS = re.compile(rb"[0-3]")
_YEAR = re.compile(r"(?:[0-9]{2}[-/][0-9]{2}[-/])?([0-9]{4})(?:-[0-9]{2}-[0-9]{2})?", re.ASCII)
_XML = re.compile(r"<PrintLetterBarcodeData\b[^<>]*>")


class AadhaarError(ValueError):
    """An Aadhaar QR of which nothing can be taken. The code is AADHAAR_VERSION, AADHAAR_DAMAGED or AADHAAR_UNUSABLE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Proof:
    """What UIDAI has signed (RSA, PKCS #1 v1.5, SHA-256), and the signature."""

    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True)
class Aadhaar:
    """Whom a card names; ``proof`` is None where its kind has none."""

    name: str = field(repr=False)
    sex: Sex = field(repr=False)
    birth_year: int | None = field(repr=False)
    proof: Proof | None = field(default=None, repr=False)

    @property
    def patient(self) -> Patient:
        """For the form: somebody without an ABHA number."""
        return Patient(name=self.name, sex=self.sex, birth=BirthDate(self.birth_year) if self.birth_year else None)


def read_aadhaar(untrusted_text: str, this_year: int) -> Aadhaar:
    """The person whom an Aadhaar QR names.

    Raises:
        AadhaarError: nothing else, whatever the text.
    """
    text = untrusted_text.strip("\ufeff\x00 \t\r\n")
    if _NUMBER.fullmatch(text):
        return _secure(text, this_year)
    return _old(text, this_year)


def _secure(digits: str, this_year: int) -> Aadhaar:
    data = _unpacked(_bytes_of(digits))
    fields = data[:-SIGNATURE_BYTES].split(b"\xff")
    if fields[0] == b"V2":
        fields = fields[1:]
    elif re.fullmatch(rb"V[0-9]+", fields[0]):
        raise AadhaarError("AADHAAR_VERSION")
    if len(fields) < 16 or not _STATUS.fullmatch(fields[0]):
        raise AadhaarError("AADHAAR_DAMAGED")
    proof = Proof(data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:])
    name, birth, sex = (part.decode("iso-8859-1") for part in fields[2:5])
    return _aadhaar((name, sex, birth), this_year, proof)


def _bytes_of(digits: str) -> bytes:
    if len(digits) > MAX_DIGITS:
        raise AadhaarError("AADHAAR_DAMAGED")
    number = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        number = number * 10 ** len(chunk) + int(chunk)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _unpacked(data: bytes) -> bytes:
    """At most ``_MAX_BYTES``: a card is some kilobytes, and a bomb is no card."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacking.decompress(data, _MAX_BYTES)
    except zlib.error:
        raise AadhaarError("AADHAAR_DAMAGED") from None
    if not unpacking.eof or len(unpacked) <= SIGNATURE_BYTES:
        raise AadhaarError("AADHAAR_DAMAGED")
    return unpacked


def _old(text: str, this_year: int) -> Aadhaar:
    """The first element alone, which keeps away declarations (real ones are malformed) and entities."""
    element = _XML.search(text)
    if element is None or "<!" in text:
        raise AadhaarError("AADHAAR_VERSION")
    found = _attributes(element[0])
    birth = found.get("yob") or found.get("dob", "")
    return _aadhaar((found.get("name", ""), found.get("gender", ""), birth), this_year, None)


def _attributes(element: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    parser = ParserCreate()
    parser.StartElementHandler = lambda _name, found: attributes.update(found)
    closed = element if element.endswith("/>") else element[:-1] + "/>"
    try:
        parser.Parse(closed, True)
    except (ExpatError, UnicodeEncodeError):
        raise AadhaarError("AADHAAR_DAMAGED") from None
    return attributes


def _aadhaar(told: Sequence[str], this_year: int, proof: Proof | None) -> Aadhaar:
    name, sex, birth = told
    try:
        cleaned = typed_name(name)
    except QrError:
        raise AadhaarError("AADHAAR_UNUSABLE") from None
    if not cleaned:
        raise AadhaarError("AADHAAR_UNUSABLE")
    year = _YEAR.fullmatch(birth.strip())
    known = int(year[1]) if year and EARLIEST_BIRTH <= int(year[1]) <= this_year else None
    return Aadhaar(cleaned, sex_of(sex.strip()), known, proof)
