"""A printer that takes ESC/POS: gets a slip whole once it is ready, and tells what became of it."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, Printed, PrinterStatus, process_id
from kiosk.model.slip import Slip
from kiosk.printing.escpos import feed_mm, slip_bytes
from kiosk.printing.ladder import CLEAR, NO_ASB, SLOWEST_MM_S, confirmed, request_for, stopped
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.link import PrinterLink, Transport, stalled
from kiosk.printing.link_dialogue import Dialogue
from kiosk.printing.looking import Looking
from kiosk.printing.probe import Capabilities, Memory
from kiosk.printing.raster import Raster

DEADLINE_S = 10.0
"""For all bytes of one slip. A slip is out in one or two seconds; a printer at work empties its buffer long before."""
OPEN_S, LOOK_S = 3.0, 0.9
"""To reach the printer for a slip, and to see how it is."""
PENDING_S = 2.0
"""For answers to an earlier run's slip: it may be printing still."""
LONGEST_TRANSFER_S = 10.0
SHORT_SLIP_BYTES = 10_000
"""Slips have 10,700 (English, 58 mm) to 21,200 (Tamil, 80 mm): a line too slow for any is known before the first."""
_BARRIERS = 2
"""So many answers that were none are waited out."""
_REMEMBERED = 64


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

    def __post_init__(self) -> None:
        self._looking = Looking(self.transport, self.memory, self.monotonic)
        self._finished: deque[str] = deque(maxlen=_REMEMBERED)
        self._owing = self._looking.owing
        self._has_waited = False
        self._too_slow = self.transport.seconds_for(SHORT_SLIP_BYTES) > self.longest_transfer_s

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        return self.print_raster(self.painter.render(slip), job_id)

    def print_raster(self, raster: Raster, job_id: str) -> Printed:
        """As ``print_slip``, for a picture."""
        millimetres = raster.height / PAPERS[raster.width].dots_per_mm + feed_mm(raster.width)
        return self.print_bytes(slip_bytes(raster), millimetres, job_id)

    def print_bytes(self, data: bytes, millimetres: float, job_id: str = "") -> Printed:
        """As ``print_slip``, for bytes that are one slip, cut and all."""
        self._refuse_if_slow(len(data))
        self._has_waited = True
        with self.transport.opened(min(OPEN_S, self.deadline_s)) as link:
            dialogue = Dialogue(link, self.monotonic)
            try:
                able, level = self._rungs(dialogue)
                return Printed(self._sent(dialogue, data, millimetres, process_id(job_id), able, level), millimetres)
            finally:
                self._finished.extend(dialogue.finished)

    def status(self) -> PrinterStatus:
        if self._too_slow:
            return PrinterStatus(("PRINTER_SLOW",))
        try:
            with self.transport.opened(LOOK_S) as link:
                dialogue = Dialogue(link, self.monotonic)
                status = self._looking.status(dialogue)
                self._finished.extend(dialogue.finished)
                return status
        except PrinterError as error:
            is_gone = error.code == "PRINTER_GONE"
            return PrinterStatus(("PRINTER_UNREACHABLE" if is_gone else error.code,))

    def finished_ids(self) -> frozenset[str]:
        """Before anything is sent it takes two seconds with a printer that tells ids: one may be on its way still."""
        able = self.capabilities()
        if not self._has_waited and self.transport.answers and (able is None or able.ids):
            self._has_waited = True
            with suppress(PrinterError), self.transport.opened(LOOK_S) as link:  # its state is told by ``status``
                self._listen(Dialogue(link, self.monotonic), PENDING_S)
        return frozenset(self._finished)

    def capabilities(self) -> Capabilities | None:
        """What it was found to answer to; None for a printer that was never ready since it is here."""
        return self._looking.capabilities()

    def probe(self) -> Capabilities:
        """Find out anew what the printer answers to.

        Raises:
            PrinterError: it is not there, or not ready.
        """
        with self.transport.opened(OPEN_S) as link:
            return self._looking.probe(Dialogue(link, self.monotonic))

    def _listen(self, dialogue: Dialogue, seconds: float) -> None:
        try:
            dialogue.hear_until(lambda: False, self.monotonic() + seconds)
        finally:
            self._finished.extend(dialogue.finished)

    def _rungs(self, dialogue: Dialogue) -> tuple[Capabilities, Confirmation]:
        """What the printer can tell, and the rung to ask it for. Raises PrinterError where it should get nothing.

        An answer that is still owed for an earlier slip must not count for this one.
        """
        try:
            able = self._looking.ready(dialogue)
            is_mixed_up = able.confirmation is Confirmation.PROCESSED and not self._owing.is_settled(dialogue, able)
            if is_mixed_up and not able.status:  # nothing else would tell that it has no paper
                raise stalled(sent=False)
        except PrinterError as error:
            raise PrinterError(str(error), code=error.code) from error  # questions are sent, and nothing of the slip
        return able, Confirmation.SENT if is_mixed_up else able.confirmation

    def _sent(
        self,
        dialogue: Dialogue,
        data: bytes,
        millimetres: float,
        name: str,
        able: Capabilities,
        level: Confirmation,
    ) -> Confirmation:
        self._send_whole(dialogue.link, NO_ASB * able.barrier + data + request_for(level, name))
        self._owing.ask()
        try:
            told = self._is_told(dialogue, millimetres, name, able, level)
            if able == Capabilities():
                self._look_at_port(dialogue, millimetres)
        except PrinterError as error:
            if error.code != "PRINTER_GONE":  # else the end of the slip may have gone with the line
                self.memory.note_sent(self.transport.identity())
            self._clear(dialogue, able)
            raise PrinterError(str(error), code=error.code, sent=True) from error
        self.memory.note_sent(self.transport.identity())
        return level if told else Confirmation.SENT

    def _is_told(
        self, dialogue: Dialogue, millimetres: float, name: str, able: Capabilities, level: Confirmation
    ) -> bool:
        """Whether the slip has reached ``level``. Raises PrinterError as ``confirmed`` does."""
        for _ in range(_BARRIERS):
            if not confirmed(dialogue, _met(dialogue, level, name), millimetres, asks=able.status):
                return False
            if level is Confirmation.PRINTED:
                self._owing.told()
                return True
            if self._owing.is_settled(dialogue, able):  # a byte of noise is like a barrier's answer, and comes once
                return True
        if not able.status:
            raise stalled(sent=True)
        return False

    def _send_whole(self, link: PrinterLink, data: bytes) -> None:
        """All bytes; it is remembered that the printer may wait for more, until it is known to have them."""
        identity, until = self.transport.identity(), self.monotonic() + self.deadline_s
        self.memory.note_sending(identity)
        try:
            link.write_all(data, until)
            link.flush(until)
        except PrinterError as error:
            if not error.sent:
                self.memory.note_sent(identity)
            raise

    def _look_at_port(self, dialogue: Dialogue, millimetres: float) -> None:
        """Of a silent printer nothing else tells. Raises PrinterError once the slip should be out, with ``sent``."""
        if self._looking.believes_port:
            self._listen(dialogue, millimetres / SLOWEST_MM_S)
            if problems := self._looking.of_port(dialogue.link).problems:
                raise stopped(problems[0])

    def _clear(self, dialogue: Dialogue, able: Capabilities) -> None:
        """The rest of a torn slip must not come out later, for somebody else.

        Who does not know the command passes over it, as over all control characters, and finishes the slip. What is
        still on its way when the link is closed is dropped, hence the wait.
        """
        if able != Capabilities():
            until = self.monotonic() + LOOK_S
            with suppress(PrinterError):
                dialogue.link.write_all(CLEAR, until)
                dialogue.link.flush(until)
                dialogue.hear_until(lambda: dialogue.cleared, until)

    def _refuse_if_slow(self, size: int) -> None:
        seconds = self.transport.seconds_for(size)
        if seconds > self.longest_transfer_s:
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
