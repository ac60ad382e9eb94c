"""The bytes by which a printer tells how it is, taken strictly.

Sources: Epson's TM-U220, TM-T81 and TM-T88III manuals, Bixolon SRP-350, Citizen iDP-3221 (DLE EOT); the USB printer
class, as Linux's ``usblp_check_status`` reads it (port status).
"""

from collections.abc import Mapping

from kiosk.model.printer import PROBLEMS, PrinterStatus

PRINTER, OFFLINE, ERROR, PAPER = 1, 2, 3, 4
"""What DLE EOT asks for."""
_OFFLINE = 0x08
_COVER, _STOPPED, _FAULT = 0x04, 0x20, 0x40
_RECOVERABLE, _CUTTER, _UNRECOVERABLE, _HOT = 0x04, 0x08, 0x20, 0x40
_NEAR_END, _END = 0x0C, 0x60
_PORT_EMPTY, _PORT_SELECTED, _PORT_SOUND = 0x20, 0x10, 0x08


def is_status(byte: int) -> bool:
    """Whether ``byte`` can be an answer to DLE EOT: ``0xx1xx10``. A 00 or FF from a dead line cannot."""
    return byte & 0b10010011 == 0b00010010


def status_of(told: Mapping[int, int]) -> PrinterStatus:
    """What the answers say together; where one is missing, what the others say."""
    if not told:
        return PrinterStatus()
    return PrinterStatus(_problems(told), bool(told.get(PAPER, 0) & _NEAR_END), answered=True)


def port_problems(byte: int) -> tuple[str, ...]:
    """What the USB port's status says. Cheap printers hard-wire it: to be believed only where it was seen healthy."""
    found = {
        "PAPER_OUT": byte & _PORT_EMPTY,
        "PRINTER_OFFLINE": not byte & _PORT_SELECTED,
        "PRINTER_FAILED": not byte & _PORT_SOUND,
    }
    return _graded(found)


def _problems(told: Mapping[int, int]) -> tuple[str, ...]:
    offline, error, paper = told.get(OFFLINE, 0), told.get(ERROR, 0), told.get(PAPER, 0)
    is_open = bool(offline & _COVER)
    causes = error & (_CUTTER | _HOT)
    found: dict[str, int | bool] = {
        "COVER_OPEN": is_open,
        # While the cover is open, the paper's own byte tells what was before (TM-T81).
        "PAPER_OUT": offline & _STOPPED or (paper & _END and not is_open),
        "CUTTER_JAMMED": error & _CUTTER,
        "PRINTER_HOT": error & _HOT,
        "PRINTER_FAILED": error & (_UNRECOVERABLE | _RECOVERABLE) or (offline & _FAULT and not causes),
    }
    found["PRINTER_OFFLINE"] = bool(told.get(PRINTER, 0) & _OFFLINE) and not any(found.values())
    return _graded(found)


def _graded(found: Mapping[str, int | bool]) -> tuple[str, ...]:
    return tuple(code for code in PROBLEMS if found.get(code))
