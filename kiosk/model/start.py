"""Where every patient begins: the camera, or first the word that no slips come. See ``flow``."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from kiosk.model import qr
from kiosk.model.inputs import PrinterBack, PrinterLost, SlipDeclined


@dataclass(frozen=True)
class Scanning:
    """The start. ``notice`` names what was wrong with the last code while scanning goes on.

    Attributes:
        without_slip: the patient was told that the printer does not work, and goes on all the same.
    """

    notice: qr.Reason | None = None
    without_slip: bool = False


@dataclass(frozen=True)
class NoSlips:
    """The printer cannot print: said before anybody's time is taken. ``code`` is of ``printer.PROBLEMS``."""

    code: str


START = Scanning()
Beginning: TypeAlias = Scanning | NoSlips
PrinterNews: TypeAlias = PrinterLost | PrinterBack | SlipDeclined


def told_of_printer(state: Beginning, event: PrinterNews) -> Beginning:
    """What follows news of the printer, and the wish to go on without a slip."""
    match event:
        case PrinterLost(code) if isinstance(state, NoSlips) or not state.without_slip:
            return NoSlips(code)
        case PrinterBack():
            return START if isinstance(state, NoSlips) else replace(state, without_slip=False)
        case SlipDeclined() if isinstance(state, NoSlips):
            return Scanning(without_slip=True)
    return state


def timed_out(state: Scanning) -> Scanning:
    """A notice goes first; whoever goes on without a slip is still there then."""
    return replace(state, notice=None) if state.notice and state.without_slip else START
