"""Ways for bytes to a printer: whole or an error, within a deadline. Each job opens and closes its own link."""

import contextlib
import os
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.errors import PrinterError

CONNECT_S = 3.0
_CHUNK = 4096
"""Bytes of one write: small enough that a stall is seen early."""
_NAP_S = 0.002


class Transport(Protocol):
    def write_all(self, data: bytes, deadline_s: float) -> None:
        """Hand every byte to the device within ``deadline_s``.

        Raises:
            PrinterError: PRINTER_UNREACHABLE, PRINTER_STALLED or PRINTER_GONE; ``sent`` is True once a byte had left.
        """
        ...


@dataclass(frozen=True)
class NetworkTransport:
    """A printer's raw TCP port, usually 9100. Many printers serve one connection at a time, so none is kept."""

    host: str
    port: int

    def write_all(self, data: bytes, deadline_s: float) -> None:
        until = time.monotonic() + deadline_s
        with self._connected(min(CONNECT_S, deadline_s)) as link:
            link.setblocking(False)
            try:
                _write_all(link, link.send, data, until)
                _await_acknowledged(link, until)
            except PrinterError:
                _linger(link, 0)  # what the system still holds must not come out later, for a patient who has gone
                raise
            _close(link)

    def _connected(self, timeout_s: float) -> socket.socket:
        try:
            return socket.create_connection((self.host, self.port), timeout_s)
        except (OSError, UnicodeError) as error:
            raise _unreachable(error) from error


@dataclass(frozen=True)
class UsblpTransport:
    """The kernel's node of a USB printer, ``/dev/usb/lp0``. The kernel splits the writes; nothing is reset."""

    path: str

    def write_all(self, data: bytes, deadline_s: float) -> None:
        until = time.monotonic() + deadline_s
        try:
            node = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise _unreachable(error) from error
        try:
            _write_all(node, lambda chunk: os.write(node, chunk), data, until)
            # Closing the node drops what is still on its way: wait until the last write has been taken.
            _await_writable(node, until, sent=True)
        finally:
            os.close(node)


def _write_all(link: "socket.socket | int", write: Callable[[memoryview], int], data: bytes, until: float) -> None:
    view = memoryview(data)
    done = 0
    while done < len(view):
        _await_writable(link, until, sent=done > 0)
        try:
            done += write(view[done : done + _CHUNK])
        except BlockingIOError:
            continue
        except OSError as error:
            raise _gone(error, sent=done > 0) from error


def _await_writable(link: "socket.socket | int", until: float, *, sent: bool) -> None:
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(link, selectors.EVENT_WRITE)
        except OSError as error:  # a plain file cannot be waited for; it is no printer either
            raise _unreachable(error) from error
        if not selector.select(max(0.0, until - time.monotonic())):
            raise PrinterError("the printer takes no more bytes", code="PRINTER_STALLED", sent=sent)


def _await_acknowledged(link: socket.socket, until: float) -> None:
    """Until the printer's end holds every byte: what only our own system holds may never arrive.

    Linux alone tells, and has no event for it, hence the short naps; on other systems closing waits instead.
    """
    while True:
        if failure := link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise _gone(OSError(failure, os.strerror(failure)), sent=True)
        if not _unacknowledged(link):
            return
        if time.monotonic() >= until:
            raise PrinterError("the printer does not take the last bytes", code="PRINTER_STALLED", sent=True)
        time.sleep(_NAP_S)


def _unacknowledged(link: socket.socket) -> int:
    if sys.platform != "linux":
        return 0
    import fcntl  # exists on Unix alone
    import termios

    answer = fcntl.ioctl(link, termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(answer, sys.byteorder)


def _close(link: socket.socket) -> None:
    """Close without a reset, which would make some printers drop what they have not yet printed.

    Unread input would cause one, so it is taken first. The close waits up to a second for the printer's system to
    acknowledge, but not for the printer to close as well: many never do.
    """
    with contextlib.suppress(OSError):
        while link.recv(_CHUNK):
            pass
    with contextlib.suppress(OSError):  # the bytes have arrived: that the printer was quicker to close is no failure
        link.shutdown(socket.SHUT_WR)
    link.setblocking(True)
    _linger(link, 1)


def _linger(link: socket.socket, seconds: int) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))


def _unreachable(error: OSError | UnicodeError) -> PrinterError:
    return PrinterError(f"the printer cannot be opened ({_reason(error)})", code="PRINTER_UNREACHABLE")


def _gone(error: OSError, *, sent: bool) -> PrinterError:
    return PrinterError(f"the printer went away ({_reason(error)})", code="PRINTER_GONE", sent=sent)


def _reason(error: OSError | UnicodeError) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
