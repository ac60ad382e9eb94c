"""A printer that takes ESC/POS: looks whether it is ready, sends a slip whole, and learns what became of it."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, Printed, PrinterStatus, process_id
from kiosk.model.slip import Slip
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.ladder import CLEAR, NO_ASB, confirmed, request_for, settled
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.link import PrinterLink, Transport
from kiosk.printing.link_dialogue import Dialogue
from kiosk.printing.probe import Capabilities, Memory, probed
from kiosk.printing.raster import Raster
from kiosk.printing.status import port_problems, status_of

DEADLINE_S = 10.0
"""For all bytes of one slip. A slip is out in one or two seconds; a printer at work empties its buffer long before."""
OPEN_S, LOOK_S, RESUME_S = 3.0, 0.9, 4.0
"""To reach the printer for a slip, to see how it is, and to end a slip that was broken off."""
LONGEST_TRANSFER_S = 10.0
FEED_MM = 12.0
"""Paper between print head and cutter: about so much goes with each slip besides what is printed on it."""
LONGEST_PICTURE = 16384
"""Bytes of one picture command at most: so many zeros end any that was broken off."""
RESUME = bytes(LONGEST_PICTURE) + b"\x1dV\x42\x00"
"""Ends a torn slip, so that the next does not hang on it; outside a picture printers pass over zeros."""
_REMEMBERED = 64
_SILENT = 2
"""Looks without an answer after which a printer that used to answer is taken for switched off."""


@dataclass
class EscPosPrinter:
    """One printer behind ``transport``. Not for two threads at once.

    Attributes:
        memory: where the printer's capabilities are kept.
        longest_transfer_s: a slip that a slow line would take longer for is refused.
    """

    name: str
    painter: SlipPainter
    transport: Transport
    memory: Memory = field(default_factory=Memory)
    deadline_s: float = DEADLINE_S
    monotonic: Callable[[], float] = time.monotonic
    longest_transfer_s: float = LONGEST_TRANSFER_S
    _known: tuple[str, Capabilities] | None = None
    _finished: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _owed: int = 0
    _silences: int = 0
    _too_slow: bool = False
    _port_told: bool = False

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        return self.print_raster(self.painter.render(slip), job_id)

    def print_raster(self, raster: Raster, job_id: str) -> Printed:
        """As ``print_slip``, for a picture."""
        millimetres = raster.height / PAPERS[raster.width].dots_per_mm + FEED_MM
        return self.print_bytes(slip_bytes(raster), millimetres, job_id)

    def print_bytes(self, data: bytes, millimetres: float, job_id: str = "") -> Printed:
        """As ``print_slip``, for bytes that are one slip, cut and all."""
        self._refuse_if_slow(len(data))
        with self.transport.opened(min(OPEN_S, self.deadline_s)) as link:
            dialogue = Dialogue(link, self.monotonic)
            try:
                able = self._ready(dialogue)
                return Printed(self._sent(dialogue, data, millimetres, job_id, able), millimetres)
            finally:
                self._finished.extend(dialogue.finished)

    def status(self) -> PrinterStatus:
        if self._too_slow:
            return PrinterStatus(("PRINTER_SLOW",))
        try:
            with self.transport.opened(LOOK_S) as link:
                return self._status(Dialogue(link, self.monotonic))
        except PrinterError as error:
            gone = error.code == "PRINTER_GONE"
            return PrinterStatus(("PRINTER_UNREACHABLE" if gone else error.code,))

    def finished_ids(self) -> frozenset[str]:
        if self.transport.answers:
            try:
                with self.transport.opened(LOOK_S) as link:
                    dialogue = Dialogue(link, self.monotonic)
                    dialogue.hear_pending()
                    self._finished.extend(dialogue.finished)
            except PrinterError:
                pass  # nothing can be known: the caller is told of the printer by its state
        return frozenset(self._finished)

    def capabilities(self) -> Capabilities | None:
        """What it was found to answer to; None for a printer that was never ready since it is here."""
        return self._remembered(self.transport.identity())

    def probe(self) -> Capabilities:
        """Find out anew what the printer answers to.

        Raises:
            PrinterError: it is not there, or not ready.
        """
        with self.transport.opened(OPEN_S) as link:
            dialogue = Dialogue(link, self.monotonic)
            status = self._asked(dialogue)
            if status.problems:
                raise _not_ready(status)
            return self._probed(dialogue, answered=status.answered)

    def _status(self, dialogue: Dialogue) -> PrinterStatus:
        able = self.capabilities()
        status = self._looked(dialogue, able)
        self._finished.extend(dialogue.finished)
        if able is None and status.ready:
            self._probed(dialogue, answered=status.answered)
        elif able is not None and able.status and not status.answered:
            return self._silent()
        self._silences = 0
        return status

    def _looked(self, dialogue: Dialogue, able: Capabilities | None) -> PrinterStatus:
        """How the printer is; one that waits for the rest of a torn slip has been given that."""
        status = self._asked(dialogue) if able is None or able.status else self._of_port(dialogue.link)
        if status.problems or not self.memory.is_sending(self.transport.identity()):
            return status
        self._end_torn_slip(dialogue.link)
        return self._asked(dialogue) if able is None or able.status else status

    def _end_torn_slip(self, link: PrinterLink) -> None:
        """Whoever waits for picture data takes all that comes for it, questions too."""
        until = self.monotonic() + RESUME_S
        try:
            link.write_all(RESUME, until)
            link.flush(until)
        except PrinterError as error:
            raise PrinterError(str(error), code=error.code) from error  # of the slip at hand nothing has left
        self.memory.note_sent(self.transport.identity())

    def _asked(self, dialogue: Dialogue) -> PrinterStatus:
        status = status_of(dialogue.status()) if self.transport.answers else PrinterStatus()
        return status if status.answered else self._of_port(dialogue.link)

    def _of_port(self, link: PrinterLink) -> PrinterStatus:
        """The USB port's own word, once it has been seen to say that all is well: many say the same for ever."""
        byte = link.port_status()
        problems = () if byte is None else port_problems(byte)
        self._port_told |= byte is not None and not problems
        return PrinterStatus(problems if self._port_told else ())

    def _silent(self) -> PrinterStatus:
        self._silences += 1
        return PrinterStatus(("PRINTER_UNREACHABLE",) if self._silences >= _SILENT else ())

    def _remembered(self, identity: str) -> Capabilities | None:
        if self._known is None or self._known[0] != identity:
            able = self.memory.read(identity)
            self._known = None if able is None else (identity, able)
        return None if self._known is None else self._known[1]

    def _ready(self, dialogue: Dialogue) -> Capabilities:
        """What can be expected of the answers. Raises PrinterError where nothing should be sent."""
        able = self.capabilities()
        status = self._looked(dialogue, able)
        if able is not None and able.status and not status.answered:
            status = self._looked(dialogue, able)
        if status.problems:
            raise _not_ready(status)
        if able is not None and able.status and not status.answered:
            raise PrinterError("the printer used to answer, and does not", code="PRINTER_UNREACHABLE")
        return able or self._probed(dialogue, answered=status.answered)

    def _sent(
        self, dialogue: Dialogue, data: bytes, millimetres: float, job_id: str, able: Capabilities
    ) -> Confirmation:
        name = process_id(job_id)
        level = self._trusted(dialogue, able)
        self._send_whole(dialogue.link, NO_ASB * able.barrier + data + request_for(level, name))
        self._owed += level is Confirmation.PROCESSED
        try:
            told = confirmed(dialogue, _met(dialogue, level, name), millimetres, asks=able.status)
        except PrinterError as error:
            self._clear(dialogue.link, able)
            raise PrinterError(str(error), code=error.code, sent=True) from error
        if told:
            self._owed = 0
        return level if told else Confirmation.SENT

    def _trusted(self, dialogue: Dialogue, able: Capabilities) -> Confirmation:
        """The rung to ask for. An answer that is still owed for an earlier slip must not count for this one."""
        if able.confirmation is Confirmation.PROCESSED and self._owed:
            if not settled(dialogue):
                return Confirmation.SENT
            self._owed = 0
        return able.confirmation

    def _send_whole(self, link: PrinterLink, data: bytes) -> None:
        """All bytes; where that fails, it is remembered that the printer may wait for more."""
        identity, until = self.transport.identity(), self.monotonic() + self.deadline_s
        self.memory.note_sending(identity)
        try:
            link.write_all(data, until)
            link.flush(until)
        except PrinterError as error:
            if not error.sent:
                self.memory.note_sent(identity)
            raise
        self.memory.note_sent(identity)

    def _clear(self, link: PrinterLink, able: Capabilities) -> None:
        """The rest of a torn slip must not come out later, for somebody else.

        Who does not know the command passes over it, as over all control characters, and finishes the slip.
        """
        if able != Capabilities():
            with suppress(PrinterError):
                link.write_all(CLEAR, self.monotonic() + LOOK_S)

    def _probed(self, dialogue: Dialogue, *, answered: bool) -> Capabilities:
        able = probed(dialogue, status=answered) if self.transport.answers else Capabilities()
        identity = self.transport.identity()
        self._known = (identity, able)
        if self.transport.answers:
            self.memory.write(identity, able)
        return able

    def _refuse_if_slow(self, size: int) -> None:
        seconds = self.transport.seconds_for(size)
        self._too_slow = seconds > self.longest_transfer_s
        if self._too_slow:
            told = f"a slip of {size} bytes takes {seconds:.0f} s on this line, {self.longest_transfer_s:.0f} s at most"
            advice = "set the printer's switches and baud= in KIOSK_PRINTER to 38400 or more"
            raise PrinterError(f"{told}: {advice}", code="PRINTER_SLOW")


def _met(dialogue: Dialogue, level: Confirmation, name: str) -> Callable[[], bool] | None:
    """What shows that a slip has reached ``level``; None where nothing will."""
    before = dialogue.reached
    match level:
        case Confirmation.PRINTED:
            return lambda: name in dialogue.finished
        case Confirmation.PROCESSED:
            return lambda: dialogue.reached > before
        case _:
            return None


def _not_ready(status: PrinterStatus) -> PrinterError:
    return PrinterError(f"the printer is not ready: {', '.join(status.problems)}", code=status.problems[0])
