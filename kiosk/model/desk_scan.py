"""What was scanned at a desk: a patient's card, one of our slips, or something else."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from kiosk.model import qr
from kiosk.model.patient import Patient
from kiosk.model.qr import QrError, Reason


@dataclass(frozen=True)
class SlipScanned:
    """A slip's QR holds the token's id and nothing else; whether there is such a token, the store knows."""

    token_id: str


DeskScan: TypeAlias = Patient | SlipScanned | Reason


def read_scan(untrusted_text: str, today: date) -> DeskScan:
    """A patient, a slip, or the reason why it is neither. Raises nothing, whatever the text."""
    try:
        return qr.parse(untrusted_text, today)
    except QrError as error:
        if error.reason is Reason.SLIP:
            return SlipScanned(untrusted_text.strip("\ufeff\x00 \t\r\n").lower())
        return error.reason
