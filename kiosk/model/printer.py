"""What a printer tells of itself and of a slip, before anybody words it."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

PROBLEMS = (
    "PRINTER_NONE",
    "PRINTER_UNREACHABLE",
    "PRINTER_SLOW",
    "PRINTER_STALLED",
    "PAPER_OUT",
    "COVER_OPEN",
    "CUTTER_JAMMED",
    "PRINTER_HOT",
    "PRINTER_FAILED",
    "PRINTER_OFFLINE",
)
"""Codes of what keeps a printer from printing, gravest first: the first is told where only one can be.

PRINTER_NONE: ``auto`` has found none, or none is set. PRINTER_SLOW: the serial line is too slow for slips.
PRINTER_STALLED: it takes no bytes, and does not say why; mostly paper or cover.
PRINTER_OFFLINE: offline for no other cause that it tells, such as a pressed feed button.
"""
_FIRST, _SIGNS = 0x20, 0x7F - 0x20
"""What a process id is made of: the characters from blank to tilde."""


class Confirmation(StrEnum):
    """How sure it is that paper came out, weakest first."""

    SENT = "sent"
    PROCESSED = "processed"
    PRINTED = "printed"


@dataclass(frozen=True)
class Printed:
    """A slip is out as surely as ``confirmation`` says; it took ``millimetres`` of paper."""

    confirmation: Confirmation
    millimetres: float


@dataclass(frozen=True)
class PrinterStatus:
    """How a printer is at this moment.

    Attributes:
        problems: of ``PROBLEMS``, gravest first.
        answered: False where nothing is known: a silent clone, a folder, a spooler. That is no problem.
    """

    problems: tuple[str, ...] = ()
    paper_low: bool = False
    answered: bool = False

    @property
    def ready(self) -> bool:
        return not self.problems


def process_id(job_id: str) -> str:
    """Four characters 0x20-0x7E by which a printer tells of a job, the same after a restart."""
    digest = int.from_bytes(sha256(job_id.encode()).digest())
    return "".join(chr(_FIRST + digest // _SIGNS**place % _SIGNS) for place in range(4))
