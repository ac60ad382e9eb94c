"""What every way to a printer must do: a link for one job or one look, opened, used and closed within deadlines.

All deadlines named ``until`` are on the clock of ``time.monotonic``. Nothing resets a printer in opening it: that
would throw away what it still has to say.
"""

import selectors
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from socket import socket
from typing import Protocol, TypeAlias

from kiosk.errors import PrinterError

CHUNK = 4096
"""Bytes of one write: small enough that a stall is seen early."""
STALL_S = 4.0
"""Without a byte taken. A printer that prints takes some all the time; one without paper takes none."""
_NAP_S = 0.002

Channel: TypeAlias = "socket | int"


class PrinterLink(Protocol):
    """A printer as long as it is open for us."""

    def write_all(self, data: bytes, until: float) -> None:
        """Hand on every byte.

        Raises:
            PrinterError: PRINTER_STALLED or PRINTER_GONE; ``sent`` is True once a byte of ``data`` had left.
        """
        ...

    def flush(self, until: float) -> None:
        """Wait until this machine holds none of the bytes any more.

        Raises:
            PrinterError: PRINTER_STALLED or PRINTER_GONE, with ``sent``.
        """
        ...

    def read(self, until: float) -> bytes:
        """What the printer has said, as soon as it says something; nothing where it is silent until then.

        Raises:
            PrinterError: PRINTER_GONE
        """
        ...

    def port_status(self) -> int | None:
        """The three bits of the USB printer class, where the way has them: see ``status.port_problems``.

        Raises:
            PrinterError: PRINTER_GONE
        """
        ...


class Transport(Protocol):
    """One way to one printer."""

    @property
    def answers(self) -> bool:
        """Whether anything can come back this way at all."""
        ...

    def identity(self) -> str:
        """What tells this printer from others, as far as can be known without opening it."""
        ...

    def seconds_for(self, size: int) -> float:
        """How long so many bytes are on their way at least; 0 where that is no matter."""
        ...

    def opened(self, deadline_s: float) -> AbstractContextManager[PrinterLink]:
        """The link, for a ``with`` block. If the block raises, what has not left this machine never will.

        Raises:
            PrinterError: PRINTER_UNREACHABLE, PRINTER_STALLED or PRINTER_GONE.
        """
        ...


def write_through(channel: Channel, write: Callable[[memoryview], int], data: bytes, until: float) -> None:
    """Write all of ``data`` to a channel that does not block, however little it takes at a time."""
    view = memoryview(data)
    done = 0
    while done < len(view):
        await_writable(channel, soonest(until), sent=done > 0)
        try:
            done += write(view[done : done + CHUNK])
        except BlockingIOError:
            continue
        except OSError as error:
            raise gone(error, sent=done > 0) from error


def await_writable(channel: Channel, until: float, *, sent: bool) -> None:
    if not _is_ready(channel, selectors.EVENT_WRITE, until):
        raise stalled(sent=sent)


def is_readable(channel: Channel, until: float) -> bool:
    """Whether there is something to read before then."""
    return _is_ready(channel, selectors.EVENT_READ, until)


def read_some(channel: Channel, read: Callable[[int], bytes], until: float) -> bytes:
    """What comes first before then, or nothing. Raises PrinterError where the far end has hung up."""
    if not is_readable(channel, until):
        return b""
    try:
        data = read(CHUNK)
    except OSError as error:
        raise gone(error, sent=False) from error
    if not data:
        raise hung_up()
    return data


def await_handed_on(channel: Channel, until: float, check: Callable[[], None] = lambda: None) -> None:
    """Until this machine holds none of the bytes any more. There is no event for that, hence the short naps.

    Raises:
        PrinterError: PRINTER_STALLED, with ``sent``; and whatever ``check`` raises.
    """
    check()
    left, stalls_at = held_back(channel), soonest(until)
    while left:
        time.sleep(_NAP_S)
        check()
        held = held_back(channel)
        if held < left:
            left, stalls_at = held, soonest(until)
        elif time.monotonic() >= stalls_at:
            raise stalled(sent=True)


def soonest(until: float) -> float:
    """When a printer that takes nothing from now on has stalled."""
    return min(until, time.monotonic() + STALL_S)


def held_back(channel: Channel) -> int:
    """Bytes that this machine has taken and not handed on yet. Linux alone tells."""
    if sys.platform != "linux":
        return 0
    import fcntl  # exists on Unix alone
    import termios

    try:
        return int.from_bytes(fcntl.ioctl(channel, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except OSError as error:
        raise gone(error, sent=True) from error


def _is_ready(channel: Channel, event: int, until: float) -> bool:
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(channel, event)
        except OSError as error:  # a plain file cannot be waited for; it is no printer either
            raise unreachable(error) from error
        return bool(selector.select(max(0.0, until - time.monotonic())))


def unreachable(error: Exception) -> PrinterError:
    return PrinterError(f"the printer cannot be opened ({_reason(error)})", code="PRINTER_UNREACHABLE")


def gone(error: Exception, *, sent: bool) -> PrinterError:
    return PrinterError(f"the printer went away ({_reason(error)})", code="PRINTER_GONE", sent=sent)


def hung_up() -> PrinterError:
    return PrinterError("the printer has hung up", code="PRINTER_GONE")


def stalled(*, sent: bool) -> PrinterError:
    return PrinterError("the printer takes no more bytes", code="PRINTER_STALLED", sent=sent)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
