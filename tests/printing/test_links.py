"""The contract of a printer's link, over each way that a machine without a printer can have."""

import errno
import fcntl
import os
import sys
import termios
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation
from kiosk.printing.link import Transport
from kiosk.printing.transports import NetworkTransport, UsblpTransport
from kiosk.printing.transports_serial import SerialTransport
from kiosk.printing.transports_usb import UsbTransport
from tests.contracts.printer_link import SLIP, SLIP_MM, SOON_S, PrinterLinkContract, Rig, printer_at, send
from tests.escpos_device import VirtualPrinter
from tests.escpos_paper import SlipPaper
from tests.escpos_printer import PtyPrinter, TcpPrinter
from tests.escpos_usb import KEYBOARD, ONE_WAY, FakeUsb


@dataclass
class TcpRig:
    printer: TcpPrinter
    transport: Transport
    device: VirtualPrinter

    def wait_for(self, count: int, timeout_s: float) -> list[SlipPaper]:
        return self.printer.wait_for(count, timeout_s)

    def unplug(self) -> None:
        self.printer.switch_off()

    def plug_in(self) -> None:
        self.printer.switch_on()


@dataclass
class PtyRig:
    """Unplugging takes the node away, as the kernel does; what is plugged in next may be another terminal."""

    node: Path
    printer: PtyPrinter
    transport: Transport
    device: VirtualPrinter

    def wait_for(self, count: int, timeout_s: float) -> list[SlipPaper]:
        return self.printer.wait_for(count, timeout_s)

    def unplug(self) -> None:
        self.node.unlink()

    def plug_in(self) -> None:
        self.node.symlink_to(self.printer.path)


@dataclass
class UsbRig:
    usb: FakeUsb
    transport: Transport
    device: VirtualPrinter

    def wait_for(self, count: int, timeout_s: float) -> list[SlipPaper]:
        assert len(self.device.slips) >= count
        return self.device.slips

    def unplug(self) -> None:
        self.usb.is_there = False

    def plug_in(self) -> None:
        self.usb.is_there = True


@pytest.fixture
def device() -> VirtualPrinter:
    return VirtualPrinter()


class TestNetwork(PrinterLinkContract):
    @pytest.fixture(params=["127.0.0.1", "::1"])
    def rig(self, request: pytest.FixtureRequest, device: VirtualPrinter) -> Iterator[Rig]:
        with TcpPrinter(device=device, host=request.param, is_narrow=True) as printer:
            yield TcpRig(printer, NetworkTransport(request.param, printer.port), device)


class TestSerial(PrinterLinkContract):
    @pytest.fixture
    def rig(self, tmp_path: Path, device: VirtualPrinter) -> Iterator[Rig]:
        with PtyPrinter(device) as printer:
            node = tmp_path / "ttyUSB0"
            node.symlink_to(printer.path)
            yield PtyRig(node, printer, SerialTransport(str(node)), device)


class TestUsblp(PrinterLinkContract):
    @pytest.fixture
    def rig(self, tmp_path: Path, device: VirtualPrinter) -> Iterator[Rig]:
        with PtyPrinter(device) as printer:
            node = tmp_path / "lp0"
            node.symlink_to(printer.path)
            yield PtyRig(node, printer, UsblpTransport(str(node)), device)


class TestUsb(PrinterLinkContract):
    @pytest.fixture
    def rig(self, device: VirtualPrinter) -> Rig:
        usb = FakeUsb(device)
        return UsbRig(usb, UsbTransport(0x0416, 0x5011, backend=usb), device)


# --- what is peculiar to one way -------------------------------------------------------------------------------------


def usb_rig(**of_device: object) -> UsbRig:
    device = VirtualPrinter()
    usb = FakeUsb(device, **of_device)  # type: ignore[arg-type]
    return UsbRig(usb, UsbTransport(0x0416, 0x5011, backend=usb), device)


def test_usb_neither_resets_nor_keeps_the_interface() -> None:
    rig = usb_rig()
    assert printer_at(rig).print_bytes(SLIP, SLIP_MM, "job").confirmation is Confirmation.PRINTED
    assert (rig.usb.was_reset, rig.usb.claimed, rig.usb.kernel_has) == (False, set(), set())
    assert rig.usb.alternates == {1: 1}, "the setting that goes both ways"


def test_usb_takes_the_pipes_that_the_device_has() -> None:
    rig = usb_rig(interfaces=(KEYBOARD, ONE_WAY))
    printer = printer_at(rig)
    assert printer.print_bytes(SLIP, SLIP_MM, "job").confirmation is Confirmation.SENT
    assert len(rig.device.slips) == 1


def test_usb_that_is_no_printer_says_so() -> None:
    rig = usb_rig(interfaces=(KEYBOARD,))
    with pytest.raises(PrinterError, match="takes no bulk data") as caught:
        printer_at(rig).print_bytes(SLIP, SLIP_MM)
    assert caught.value.code == "PRINTER_UNREACHABLE"


def test_usb_that_nobody_has_configured_is_configured() -> None:
    rig = usb_rig(configuration=0)
    assert printer_at(rig).status().answered
    assert rig.usb.configuration == 1


def test_usb_answers_after_empty_packets() -> None:
    rig = usb_rig(empty_reads=3)
    assert printer_at(rig).status().answered


def test_usb_printer_is_told_from_its_twin_by_serial_number() -> None:
    rig = usb_rig()
    send(UsbTransport(0x0416, 0x5011, "SN-7", backend=rig.usb), SLIP, SOON_S)
    assert len(rig.device.slips) == 1
    with pytest.raises(PrinterError) as caught:
        send(UsbTransport(0x0416, 0x5011, "SN-8", backend=rig.usb), SLIP, SOON_S)
    assert caught.value.code == "PRINTER_UNREACHABLE"


@pytest.mark.parametrize(("port", "problems"), [(0x18, ()), (0x38, ("PAPER_OUT",))])
def test_usb_port_status_of_a_clone_is_read(port: int, problems: tuple[str, ...]) -> None:
    rig = usb_rig(port=0x18)
    rig.device.tells_status = rig.device.tells_barrier = rig.device.tells_ids = False
    printer = printer_at(rig)
    assert printer.status().ready
    rig.usb.port = port
    assert printer.status().problems == problems


def test_a_serial_line_is_as_slow_as_it_is() -> None:
    assert SerialTransport("/dev/ttyUSB0", 9600).seconds_for(40_320) == pytest.approx(42)
    assert SerialTransport("/dev/ttyUSB0", 115200).seconds_for(40_320) == pytest.approx(3.5)


def test_a_slow_serial_line_is_refused_before_a_byte() -> None:
    with PtyPrinter() as device:
        rig = PtyRig(Path(device.path), device, SerialTransport(device.path, 9600), device.device)
        printer = printer_at(rig)
        with pytest.raises(PrinterError, match="takes 19 s on this line, 10 s at most") as caught:
            printer.print_bytes(2 * SLIP, 2 * SLIP_MM)
        assert (caught.value.code, caught.value.sent) == ("PRINTER_SLOW", False)
        assert printer.status().problems == ("PRINTER_SLOW",)
        assert device.device.received == 0


def test_questions_that_a_printer_holds_back_are_dropped_before_the_line_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Terminals hold nothing back: the kernel's figures are put in, and what is dropped is noted."""
    held, dropped = [3], []
    real = fcntl.ioctl

    def ioctl(line: int, request: int, told: bytes = b"") -> bytes:
        return held[0].to_bytes(4, sys.byteorder) if request == termios.TIOCOUTQ else real(line, request, told)

    with PtyPrinter() as device:
        monkeypatch.setattr(fcntl, "ioctl", ioctl)
        monkeypatch.setattr(termios, "tcflush", lambda _line, queue: dropped.append(queue))
        with SerialTransport(device.path).opened(1) as link:
            link.write_all(b"\x10\x04\x01", time.monotonic() + SOON_S)
            dropped.clear()  # opening drops what was there before
        assert dropped == [termios.TCOFLUSH]
        held[0] = 0
        with SerialTransport(device.path).opened(1):
            dropped.clear()
        assert dropped == []


def test_a_serial_line_that_is_open_elsewhere_is_unreachable() -> None:
    with PtyPrinter() as device, SerialTransport(device.path).opened(1):
        with pytest.raises(PrinterError) as caught:
            send(SerialTransport(device.path), SLIP, SOON_S)
        assert caught.value.code == "PRINTER_UNREACHABLE"


@pytest.mark.parametrize("transport", [SerialTransport, UsblpTransport])
def test_a_terminal_that_goes_away_in_mid_slip_is_gone(transport: type[SerialTransport] | type[UsblpTransport]) -> None:
    master, slave = os.openpty()
    path = os.ttyname(slave)
    with transport(path).opened(1) as link:
        os.close(master)
        with pytest.raises(PrinterError) as caught:
            link.write_all(SLIP, time.monotonic() + SOON_S)
    os.close(slave)
    assert caught.value.code == "PRINTER_GONE"


def test_usblp_tells_at_the_end_of_a_slip_that_the_printer_has_gone() -> None:
    master, slave = os.openpty()
    with UsblpTransport(os.ttyname(slave)).opened(1) as link:
        os.close(master)
        with pytest.raises(PrinterError) as caught:
            link.flush(time.monotonic() + SOON_S)
    os.close(slave)
    assert (caught.value.code, caught.value.sent) == ("PRINTER_GONE", True)


def test_usblp_without_a_printer_says_so_to_all_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older kernels tell it in no other way. Such a node cannot be had here: the kernel's answer is put in."""

    def ioctl(_node: int, _request: int, _told: bytes) -> bytes:
        raise OSError(errno.ENODEV, "no such device")

    with PtyPrinter() as device, UsblpTransport(device.path).opened(1) as link:
        monkeypatch.setattr(fcntl, "ioctl", ioctl)
        with pytest.raises(PrinterError) as of_flush:
            link.flush(time.monotonic() + SOON_S)
        with pytest.raises(PrinterError) as of_port:
            link.port_status()
    assert (of_flush.value.code, of_flush.value.sent) == ("PRINTER_GONE", True)
    assert (of_port.value.code, of_port.value.sent) == ("PRINTER_GONE", False)


def test_usblp_answers_after_empty_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    packets = [b"", b"", b"\x12"]
    master, slave = os.openpty()
    tty.setraw(slave)
    with UsblpTransport(os.ttyname(slave)).opened(1) as link:
        os.write(master, b"x")  # there is something to read
        with monkeypatch.context() as patched:
            patched.setattr(os, "read", lambda _node, _size: packets.pop(0))
            assert link.read(time.monotonic() + SOON_S) == b"\x12"
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize(("port", "problems"), [(0x18, ()), (0x38, ("PAPER_OUT",)), (0x10, ("PRINTER_FAILED",))])
def test_usblp_asks_the_kernel_for_the_ports_status(
    monkeypatch: pytest.MonkeyPatch, port: int, problems: tuple[str, ...]
) -> None:
    """Such a node cannot be had here: the kernel's answer to LPGETSTATUS is put in, an int of the machine's order."""
    said = [0x18]
    real = fcntl.ioctl

    def ioctl(node: int, request: int, told: bytes) -> bytes:
        return said[0].to_bytes(4, sys.byteorder) if request == 0x060B else real(node, request, told)

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    silent = VirtualPrinter(tells_status=False, tells_barrier=False, tells_ids=False)
    with PtyPrinter(silent) as device:
        printer = printer_at(PtyRig(Path(device.path), device, UsblpTransport(device.path), silent))
        assert printer.status().ready
        said[0] = port
        assert printer.status().problems == problems
