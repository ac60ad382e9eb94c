"""How sure a slip is: the commands that are put behind it, and the wait for their answers.

From the strongest: GS ( H tells an id once the slip is on paper; GS r 1 answers once all before it is worked off;
DLE EOT tells that the printer is healthy, which proves nothing of the slip. Above them all stands a human who looks.
"""

from collections.abc import Callable

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation
from kiosk.printing.link import stalled
from kiosk.printing.link_dialogue import Dialogue
from kiosk.printing.status import status_of

RESET = b"\x1b@"
NO_ASB = b"\x1da\x00"
"""No unasked status: its bytes look like answers to GS r."""
BARRIER = b"\x1dr\x01"
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""Empties the printer's buffers at once (DLE DC4 8); what is thrown away is never told as printed."""
SLOWEST_MM_S = 50.0
"""58 mm printers reach 60 to 90."""
_LOOK_S = 0.5


def id_request(process_id: str) -> bytes:
    """GS ( H, function 48."""
    return b"\x1d(H\x06\x0000" + process_id.encode("ascii")


def request_for(confirmation: Confirmation, process_id: str) -> bytes:
    """What goes behind a slip so that the printer tells of it."""
    match confirmation:
        case Confirmation.PRINTED:
            return id_request(process_id)
        case Confirmation.PROCESSED:
            return BARRIER
        case _:
            return b""


def confirmed(dialogue: Dialogue, met: Callable[[], bool] | None, millimetres: float, *, asks: bool) -> bool:
    """Wait until ``met``, for as long as a slow printer may need; False where nothing has told so.

    Args:
        met: None where the printer cannot tell; then it has the time to print, and is looked at.
        asks: whether the printer answers DLE EOT, and can tell meanwhile what has gone wrong.

    Raises:
        PrinterError: what the printer says is wrong, with ``sent``; PRINTER_STALLED where it is silent all the time,
            though it has been found to answer.
    """
    print_s = millimetres / SLOWEST_MM_S
    if met is None and not asks:
        return False
    until = dialogue.monotonic() + (print_s if met is None else 2.0 + 3 * print_s)
    while not dialogue.hear_until(met or _never, min(until, dialogue.monotonic() + _LOOK_S)):
        is_silent = not (asks and _looked(dialogue))
        if dialogue.monotonic() >= until:
            if is_silent:
                raise stalled(sent=True)
            return False
    return True


def stopped(code: str) -> PrinterError:
    return PrinterError("the printer stopped in the middle of a slip", code=code, sent=True)


def _looked(dialogue: Dialogue) -> bool:
    """Whether the printer has answered."""
    status = status_of(dialogue.status())
    if status.problems:
        raise stopped(status.problems[0])
    return status.answered


def _never() -> bool:
    return False
