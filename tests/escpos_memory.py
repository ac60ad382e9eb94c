"""The printer for tests without any wire: a transport in memory, on a clock that is moved by waiting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kiosk.errors import PrinterError
from kiosk.printing.link import PrinterLink, stalled
from tests.escpos_device import VirtualPrinter

_STEP_S = 0.05


@dataclass
class VirtualClock:
    """Seconds that pass when somebody waits."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def pass_until(self, instant_s: float) -> None:
        self.now_s = max(self.now_s, instant_s)


@dataclass
class MemoryTransport:
    """A way to ``printer`` that nothing is lost on, unless it is told so.

    Attributes:
        is_there: switched on and plugged in.
        hangs_up_after: bytes after which the link breaks off; counts down.
        gone_at_s: when it breaks off.
        holds_back: what was written is held back on this side.
        before_write: runs before each write: where faults are put in.
    """

    printer: VirtualPrinter
    clock: VirtualClock
    name: str = "memory"
    answers: bool = True
    is_there: bool = True
    hangs_up_after: int | None = None
    gone_at_s: float | None = None
    port: int | None = None
    holds_back: bool = False
    before_write: Callable[[], None] = lambda: None

    def identity(self) -> str:
        return self.name

    def seconds_for(self, size: int) -> float:
        return 0.0

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        if not self.is_there:
            raise PrinterError("unplugged", code="PRINTER_UNREACHABLE")
        try:
            yield _MemoryLink(self)
        finally:
            self.printer.hung_up()


@dataclass(frozen=True)
class _MemoryLink:
    transport: MemoryTransport

    def write_all(self, data: bytes, until: float) -> None:
        done = 0
        while done < len(data):
            self.transport.before_write()
            taken = self.transport.printer.receive(self._until_broken(data[done:], sent=done > 0))
            done += taken
            if not taken and not self._waited(until):
                raise stalled(sent=done > 0)
            if self.transport.hangs_up_after is not None:
                self.transport.hangs_up_after -= taken

    def flush(self, until: float) -> None:
        self._check(sent=True)
        if self.transport.holds_back:
            self.transport.clock.pass_until(until)
            raise stalled(sent=True)

    def read(self, until: float) -> bytes:
        while True:
            self._check(sent=False)
            if data := self.transport.printer.answers():
                return data
            if not self._waited(until):
                return b""

    def port_status(self) -> int | None:
        return self.transport.port

    def _until_broken(self, data: bytes, *, sent: bool) -> bytes:
        self._check(sent=sent)
        return data if self.transport.hangs_up_after is None else data[: self.transport.hangs_up_after]

    def _check(self, *, sent: bool) -> None:
        link = self.transport
        is_late = link.gone_at_s is not None and link.clock() >= link.gone_at_s
        if is_late or not link.is_there or link.hangs_up_after == 0:
            raise PrinterError("hung up", code="PRINTER_GONE", sent=sent)

    def _waited(self, until: float) -> bool:
        """Let time pass until something happens; False at the deadline."""
        clock = self.transport.clock
        if clock() >= until:
            return False
        change_s = self.transport.printer.next_change_s()
        clock.pass_until(min(until, max(clock() + 0.001, clock() + _STEP_S if change_s is None else change_s)))
        return True
