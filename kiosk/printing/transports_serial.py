"""A printer on a serial line, with the hardware holding us up while the printer is busy. Unix only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from kiosk.errors import PrinterError
from kiosk.printing.link import PrinterLink, await_handed_on, held_back, read_some, unreachable, write_through

BAUDS = (9600, 19200, 38400, 57600, 115200, 230400)
_BITS_PER_BYTE = 10
"""Start bit, eight bits, stop bit."""


@dataclass(frozen=True)
class SerialTransport:
    path: str
    baud: int = 115200
    answers: bool = True

    def identity(self) -> str:
        return f"serial:{self.path}?baud={self.baud}"

    def seconds_for(self, size: int) -> float:
        return size * _BITS_PER_BYTE / self.baud

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        """A line opens at once or never: ``deadline_s`` is for ways that must connect."""
        import serial  # late: for printers on serial lines alone

        try:
            line = serial.Serial(self.path, self.baud, rtscts=True, timeout=0, exclusive=True)
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise unreachable(error) from error
        try:
            yield _SerialLink(line.fileno())
        except BaseException:
            _drop_output(line.fileno())
            raise
        finally:
            _drop_held_back(line.fileno())
            line.close()


@dataclass(frozen=True)
class _SerialLink:
    """Writes past pyserial, whose own ``write`` waits for ever without a time-out, and with one loses the count."""

    line: int

    def write_all(self, data: bytes, until: float) -> None:
        write_through(self.line, lambda chunk: os.write(self.line, chunk), data, until)

    def flush(self, until: float) -> None:
        """The system's own buffer takes bytes even while the printer holds us up."""
        await_handed_on(self.line, until)

    def read(self, until: float) -> bytes:
        return read_some(self.line, lambda size: os.read(self.line, size), until)

    def port_status(self) -> None:
        return None


def _drop_held_back(line: int) -> None:
    """Questions that a printer takes no more: closing would wait half a minute for it. A slip has been flushed."""
    with suppress(PrinterError):
        if held_back(line):
            _drop_output(line)


def _drop_output(line: int) -> None:
    """What must not come out later."""
    import termios

    with suppress(termios.error):
        termios.tcflush(line, termios.TCOFLUSH)
