"""Printers on the network and on the kernel's own USB node."""

import contextlib
import errno
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kiosk.printing.finding import usb_identity
from kiosk.printing.host_name import HostName
from kiosk.printing.link import (
    CHUNK,
    PrinterLink,
    await_handed_on,
    await_writable,
    gone,
    is_readable,
    read_some,
    soonest,
    unreachable,
    write_through,
)

CONNECT_S = 3.0
_LEAST_S = 0.05
"""For an address that is left when the time is used up."""
_NAP_S = 0.002
_LPGETSTATUS = 0x060B
"""``linux/lp.h``; the node of ``usblp`` answers with the status byte of the USB printer class."""

_UNKNOWN_REQUEST = 0x0600
"""Asks nothing of the printer: without one, ``usblp`` says ENODEV to all requests, before it looks at them."""
_NO_DEVICE = OSError(errno.ENODEV, os.strerror(errno.ENODEV))


@dataclass(frozen=True)
class NetworkTransport:
    """A printer's raw TCP port, usually 9100. Many printers serve one connection at a time, so none is kept."""

    host: str
    port: int
    answers: bool = True

    def identity(self) -> str:
        return f"network:{self.host}:{self.port}"

    def seconds_for(self, size: int) -> float:
        return 0.0

    @cached_property
    def name(self) -> HostName:
        return HostName(self.host)

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        with self._connected(min(CONNECT_S, deadline_s)) as link:
            link.setblocking(False)
            try:
                yield _NetworkLink(link)
            except BaseException:
                _linger(link, 0)  # what the system still holds must not come out later, for a patient who has gone
                raise
            _close(link)

    def _connected(self, timeout_s: float) -> socket.socket:
        """The first of the host's addresses where somebody answers; each has its share of the time that is left."""
        until, failure = time.monotonic() + timeout_s, OSError("no time left")
        addresses = self.name.addresses(until)
        for place, address in enumerate(addresses):
            share_s = (until - time.monotonic()) / (len(addresses) - place)
            try:
                link = socket.create_connection((address, self.port), max(_LEAST_S, share_s))
            except OSError as error:
                failure = error
            else:
                self.name.prefer(address)
                return link
        self.name.doubt()
        raise unreachable(failure) from failure


@dataclass(frozen=True)
class _NetworkLink:
    socket: socket.socket

    def write_all(self, data: bytes, until: float) -> None:
        write_through(self.socket, self.socket.send, data, until)

    def flush(self, until: float) -> None:
        """Until the printer's end holds every byte: what only our own system holds may never arrive.

        Linux alone tells; on other systems closing waits instead.
        """
        await_handed_on(self.socket, until, self._check)

    def _check(self) -> None:
        if failure := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise gone(OSError(failure, os.strerror(failure)), sent=True)

    def read(self, until: float) -> bytes:
        return read_some(self.socket, self.socket.recv, until)

    def port_status(self) -> None:
        return None


@dataclass(frozen=True)
class UsblpTransport:
    """The kernel's node of a USB printer, ``/dev/usb/lp0``. The kernel splits the writes; nothing is reset."""

    path: str
    answers: bool = True

    def identity(self) -> str:
        return usb_identity(Path(self.path)) or f"usblp:{self.path}"

    def seconds_for(self, size: int) -> float:
        return 0.0

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        try:
            node = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise unreachable(error) from error
        try:
            yield _UsblpLink(node)
        finally:
            os.close(node)


@dataclass(frozen=True)
class _UsblpLink:
    node: int

    def write_all(self, data: bytes, until: float) -> None:
        write_through(self.node, lambda chunk: os.write(self.node, chunk), data, until)

    def flush(self, until: float) -> None:
        """Closing the node drops what is still on its way: wait until the last write has been taken."""
        await_writable(self.node, soonest(until), sent=True)
        self._check()

    def _check(self) -> None:
        """A node whose printer has gone takes bytes for ever, as far as waiting for it tells."""
        import fcntl  # exists on Unix alone

        poll = select.poll()
        poll.register(self.node, 0)  # hanging up is told unasked
        if poll.poll(0):
            raise gone(_NO_DEVICE, sent=True)
        try:
            fcntl.ioctl(self.node, _UNKNOWN_REQUEST, bytes(4))
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise gone(error, sent=True) from error

    def read(self, until: float) -> bytes:
        """In several looks: printers here often answer an empty packet first."""
        while not (data := self._read(until)) and time.monotonic() + _NAP_S < until:
            time.sleep(_NAP_S)
        return data

    def _read(self, until: float) -> bytes:
        if not is_readable(self.node, until):
            return b""
        try:
            return os.read(self.node, CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise gone(error, sent=False) from error

    def port_status(self) -> int | None:
        if sys.platform != "linux":
            return None
        import fcntl  # exists on Unix alone

        try:
            told = fcntl.ioctl(self.node, _LPGETSTATUS, bytes(4))
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise gone(error, sent=False) from error
            return None  # some kernels and all stand-ins for a printer have none
        return int.from_bytes(told, sys.byteorder) & 0xFF


def _close(link: socket.socket) -> None:
    """Close without a reset, which would make some printers drop what they have not yet printed.

    Unread input would cause one, so it is taken first. The close waits up to a second for the printer's system to
    acknowledge, but not for the printer to close as well: many never do.
    """
    with contextlib.suppress(OSError):
        while link.recv(CHUNK):
            pass
    with contextlib.suppress(OSError):  # the bytes have arrived: that the printer was quicker to close is no failure
        link.shutdown(socket.SHUT_WR)
    link.setblocking(True)
    _linger(link, 1)


def _linger(link: socket.socket, seconds: int) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))
