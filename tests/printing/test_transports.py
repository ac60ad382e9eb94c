"""Bytes over real sockets, pipes and terminals: whole, or an error that says whether anything had left."""

import contextlib
import os
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.errors import PrinterError
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.link import Transport
from kiosk.printing.raster import Raster
from kiosk.printing.transports import NetworkTransport, UsblpTransport
from tests.escpos_printer import TcpPrinter

LONG = slip_bytes(Raster(576, 8000, b"\x55" * 72 * 8000))
"""576 kB: more than two small socket buffers or a pipe can hide."""


def send(transport: Transport, data: bytes, deadline_s: float) -> None:
    """As a printer does with a slip."""
    until = time.monotonic() + deadline_s
    with transport.opened(deadline_s) as link:
        link.write_all(data, until)
        link.flush(until)


def network(printer: TcpPrinter) -> NetworkTransport:
    return NetworkTransport("127.0.0.1", printer.port)


def failure(transport: Transport, data: bytes, deadline_s: float) -> tuple[str, bool]:
    with pytest.raises(PrinterError) as caught:
        send(transport, data, deadline_s)
    return caught.value.code, caught.value.sent


def test_network_delivers_every_byte() -> None:
    with TcpPrinter() as printer:
        send(network(printer), LONG, 5)
        (slip,) = printer.wait_for(1, timeout_s=5)
        assert slip.image.size == (576, 8000)
        assert printer.received == len(LONG)
        assert printer.errors == []


def test_network_opens_one_connection_for_each_job() -> None:
    with TcpPrinter() as printer:
        for _ in range(3):
            send(network(printer), slip_bytes(Raster(384, 8, bytes(48 * 8))), 5)
        assert len(printer.wait_for(3, timeout_s=5)) == 3


def test_network_refused_is_unreachable_with_nothing_sent() -> None:
    with TcpPrinter(refuse=True) as printer:
        assert failure(network(printer), LONG, 1) == ("PRINTER_UNREACHABLE", False)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 300, "..", "\u2603" * 70])
def test_network_host_without_address_is_unreachable(host: str) -> None:
    assert failure(NetworkTransport(host, 9100), b"x", 1) == ("PRINTER_UNREACHABLE", False)


def test_network_stalled_in_mid_slip_ends_in_time_and_is_in_doubt() -> None:
    with TcpPrinter(stall_after=2000) as printer:
        started = time.monotonic()
        assert failure(network(printer), LONG, 0.5) == ("PRINTER_STALLED", True)
        assert time.monotonic() - started < 1.5


def test_network_stalled_with_the_last_bytes_still_here_is_in_doubt() -> None:
    """All of a short slip fits this machine's own buffer; that the printer has it is known only by its answer."""
    with TcpPrinter(stall_after=100) as printer:
        data = slip_bytes(Raster(576, 600, b"\x55" * 72 * 600))
        assert failure(network(printer), data, 0.5) == ("PRINTER_STALLED", True)


def test_network_hung_up_in_mid_slip_is_gone() -> None:
    with TcpPrinter(close_after=2000) as printer:
        assert failure(network(printer), LONG, 5) == ("PRINTER_GONE", True)


def test_network_does_not_wait_for_a_printer_that_never_hangs_up() -> None:
    data = slip_bytes(Raster(384, 8, bytes(48 * 8)))
    with TcpPrinter(stall_after=len(data)) as printer:
        started = time.monotonic()
        send(network(printer), data, 5)
        assert time.monotonic() - started < 0.5


def test_network_works_again_after_a_fault() -> None:
    with TcpPrinter(refuse=True) as printer:
        assert failure(network(printer), LONG, 1)[0] == "PRINTER_UNREACHABLE"
        printer.switch_on()
        send(network(printer), LONG, 5)
        assert len(printer.wait_for(1, timeout_s=5)) == 1


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The controlling end of a pty, and the path of the end that stands in for /dev/usb/lp0."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


class Reader:
    """Reads ``count`` bytes from a descriptor on a thread."""

    def __init__(self, handle: int, count: int) -> None:
        self._handle = handle
        self._count = count
        self.data = b""
        self._thread = threading.Thread(target=self._read, name="reader")

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self._thread.join(10)

    def _read(self) -> None:
        while len(self.data) < self._count:
            self.data += os.read(self._handle, 4096)


def test_usblp_writes_every_byte_through_a_terminal(terminal: tuple[int, str]) -> None:
    master, path = terminal
    with Reader(master, len(LONG)) as reader:
        send(UsblpTransport(path), LONG, 10)
    assert reader.data == LONG


def test_usblp_writes_every_byte_through_a_pipe(tmp_path: Path) -> None:
    node = tmp_path / "lp0"
    os.mkfifo(node)
    handle = os.open(node, os.O_RDWR)
    try:
        with Reader(handle, len(LONG)) as reader:
            send(UsblpTransport(str(node)), LONG, 10)
        assert reader.data == LONG
    finally:
        os.close(handle)


def test_usblp_that_nobody_reads_stalls_in_time(tmp_path: Path) -> None:
    node = tmp_path / "lp0"
    os.mkfifo(node)
    started = time.monotonic()
    assert failure(UsblpTransport(str(node)), LONG, 0.2) == ("PRINTER_STALLED", True)
    assert time.monotonic() - started < 1


def test_usblp_that_takes_nothing_stalls_with_nothing_sent(tmp_path: Path) -> None:
    node = tmp_path / "lp0"
    os.mkfifo(node)
    full = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    try:
        with contextlib.suppress(BlockingIOError):
            while os.write(full, bytes(4096)):
                pass
        assert failure(UsblpTransport(str(node)), LONG, 0.1) == ("PRINTER_STALLED", False)
    finally:
        os.close(full)


def test_usblp_unplugged_in_mid_slip_is_gone() -> None:
    """Closing the controlling end is the unplugging."""
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)

    def unplug() -> None:
        os.read(master, 2000)
        os.close(master)

    unplugging = threading.Thread(target=unplug, name="unplug")
    unplugging.start()
    try:
        assert failure(UsblpTransport(path), LONG, 5) == ("PRINTER_GONE", True)
    finally:
        unplugging.join(5)
        os.close(slave)


def test_usblp_node_missing_is_unreachable(tmp_path: Path) -> None:
    assert failure(UsblpTransport(str(tmp_path / "lp7")), LONG, 1) == ("PRINTER_UNREACHABLE", False)


def test_usblp_on_a_plain_file_is_unreachable_and_leaves_it_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(b"mine")
    assert failure(UsblpTransport(str(file)), LONG, 1) == ("PRINTER_UNREACHABLE", False)
    assert file.read_bytes() == b"mine"
