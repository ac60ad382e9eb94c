"""Hundreds of invented patients' ABHA cards, drawn when a test needs them; all their numbers are synthetic."""

import json
from collections.abc import Mapping
from pathlib import Path

import segno

from kiosk.model import abha

NAMES = (
    "आशा देवी",
    "Joseph D'Souza",
    "કિશન પટેલ",
    "சுந்தரம் மீனாட்சி",
    "অনির্বাণ দত্ত",
    "ਹਰਪ੍ਰੀਤ ਕੌਰ",
    "వెంకటేశ్వర రావు",
    "ଲକ୍ଷ୍ମୀ ମହାନ୍ତି",
    "ശ്രുതി നായർ",
    "ಬಸವರಾಜ ಗೌಡ",
)
_MASK = 3
"""Any of a QR's eight masks can be read; choosing the best would take four times as long as drawing."""


def abha_number(index: int) -> str:
    """``91-0000-0000-0018`` for 1: numbers with a right last digit, a different one for each index below 10^11."""
    digits = next(full for last in range(10) if not abha.looks_mistyped(full := f"91{index:011d}{last}"))
    return f"{digits[:2]}-{digits[2:6]}-{digits[6:10]}-{digits[10:]}"


def name_of(index: int) -> str:
    return NAMES[index % len(NAMES)]


def card_text(index: int) -> str:
    """As a printed card says it."""
    return _json(
        {
            "hidn": abha_number(index),
            "hid": f"patient.{index}@abdm",
            "name": name_of(index),
            "gender": "FM"[index % 2],
            "dob": f"{1 + index % 28}/{1 + index % 12}/{1930 + index % 90}",
            "mobile": "-",
        }
    )


def app_text(index: int) -> str:
    """The same person as a phone's app says it: other keys, another spelling of the number, less of the birth date."""
    return _json(
        {
            "abha_number": abha_number(index).replace("-", ""),
            "phr": f"patient{index}@sbx",
            "name": name_of(index),
            "gender": "FM"[index % 2],
            "dob": str(1930 + index % 90),
        }
    )


def draw(path: Path, text: str, *, scale: int = 3) -> Path:
    """A PNG of the text's QR, as ABHA services make them: UTF-8 bytes, no ECI header. Returns ``path``."""
    code = segno.make_qr(text, error="l", boost_error=False, mode="byte", encoding="utf-8", mask=_MASK)
    code.save(str(path), scale=scale, border=4)
    return path


def draw_cards(folder: Path, count: int, *, first: int = 1) -> list[Path]:
    """The cards of ``count`` different patients."""
    folder.mkdir(parents=True, exist_ok=True)
    return [draw(folder / f"{index:05d}.png", card_text(index)) for index in range(first, first + count)]


def _json(fields: Mapping[str, str]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
