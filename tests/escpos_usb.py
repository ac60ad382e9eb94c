"""A USB printer below pyusb: a backend that has one device, with a ``VirtualPrinter`` behind it."""

import errno
import time
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import usb.core
from usb.backend import IBackend

from tests.escpos_device import VirtualPrinter

_GET_PORT_STATUS, _GET_DESCRIPTOR = (0xA1, 1), (0x80, 6)


class Descriptor:
    """What is not told is 0, as in a device that has no such thing."""

    def __init__(self, **told: Any) -> None:
        self.extra_descriptors: list[int] = []
        self.__dict__.update(told)

    def __getattr__(self, name: str) -> int:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0


@dataclass(frozen=True)
class Interface:
    """``pipes`` are addresses: 0x80 and up lead in. ``kind`` 2 is bulk, 3 interrupt."""

    number: int
    pipes: tuple[int, ...]
    alternate: int = 0
    usb_class: int = 7
    protocol: int = 2
    kind: int = 2


KEYBOARD = Interface(0, (0x81,), usb_class=3, protocol=1, kind=3)
ONE_WAY = Interface(1, (0x02,), protocol=1)
PRINTER = Interface(1, (0x03, 0x84), alternate=1)


@dataclass(eq=False)
class FakeUsb(IBackend):  # type: ignore[misc]  # pyusb has no types
    """Attributes:
    is_there: plugged in.
    configuration: 0 where the system has not configured it.
    port: what GET_PORT_STATUS answers, None for a device that knows none.
    kernel_has: interfaces that the kernel's driver holds.
    """

    printer: VirtualPrinter
    interfaces: tuple[Interface, ...] = (KEYBOARD, ONE_WAY, PRINTER)
    is_there: bool = True
    configuration: int = 1
    was_reset: bool = False
    port: int | None = None
    bite: int = 512
    empty_reads: int = 0
    kernel_has: set[int] = field(default_factory=lambda: {1})
    claimed: set[int] = field(default_factory=set)
    alternates: dict[int, int] = field(default_factory=dict)

    def enumerate_devices(self) -> Iterator[str]:
        return iter(["device"] if self.is_there else [])

    def get_device_descriptor(self, dev: str) -> Descriptor:
        ids = {"idVendor": 0x0416, "idProduct": 0x5011, "iSerialNumber": 3, "bNumConfigurations": 1}
        return Descriptor(**ids, bus=1, address=4, bDeviceClass=0)

    def get_configuration_descriptor(self, dev: str, config: int) -> Descriptor:
        if config:
            raise IndexError(config)
        return Descriptor(bConfigurationValue=1, bNumInterfaces=len({one.number for one in self.interfaces}))

    def get_interface_descriptor(self, dev: str, intf: int, alt: int, config: int) -> Descriptor:
        one = self._settings(intf)[alt]
        return Descriptor(
            bInterfaceNumber=one.number,
            bAlternateSetting=one.alternate,
            bNumEndpoints=len(one.pipes),
            bInterfaceClass=one.usb_class,
            bInterfaceProtocol=one.protocol,
        )

    def get_endpoint_descriptor(self, dev: str, ep: int, intf: int, alt: int, config: int) -> Descriptor:
        one = self._settings(intf)[alt]
        return Descriptor(bEndpointAddress=one.pipes[ep], bmAttributes=one.kind, wMaxPacketSize=64)

    def open_device(self, dev: str) -> str:
        self._check()
        return "handle"

    def close_device(self, dev_handle: str) -> None:
        self.printer.hung_up()

    def get_configuration(self, dev_handle: str) -> int:
        self._check()
        return self.configuration

    def set_configuration(self, dev_handle: str, config_value: int) -> None:
        self.configuration = config_value

    def set_interface_altsetting(self, dev_handle: str, intf: int, altsetting: int) -> None:
        self.alternates[intf] = altsetting

    def claim_interface(self, dev_handle: str, intf: int) -> None:
        self._check()
        if intf in self.kernel_has:
            raise usb.core.USBError("busy", errno=errno.EBUSY)
        self.claimed.add(intf)

    def release_interface(self, dev_handle: str, intf: int) -> None:
        self.claimed.discard(intf)

    def reset_device(self, dev_handle: str) -> None:
        self.was_reset = True

    def is_kernel_driver_active(self, dev_handle: str, intf: int) -> bool:
        return intf in self.kernel_has

    def detach_kernel_driver(self, dev_handle: str, intf: int) -> None:
        self.kernel_has.remove(intf)

    def bulk_write(self, dev_handle: str, ep: int, intf: int, data: "array[int]", timeout: int) -> int:
        self._check_pipe(ep, intf)
        until = _until(timeout)
        while not (taken := self.printer.receive(data.tobytes()[: self.bite])):
            self._wait(until)
        return taken

    def bulk_read(self, dev_handle: str, ep: int, intf: int, buff: "array[int]", timeout: int) -> int:
        self._check_pipe(ep, intf)
        if self.empty_reads:
            self.empty_reads -= 1
            return 0
        until = _until(timeout)
        while not (said := self.printer.answers()):
            self._wait(until)
        buff[: len(said)] = array("B", said)
        return len(said)

    def ctrl_transfer(
        self, dev_handle: str, kind: int, request: int, value: int, index: int, data: "array[int]", timeout: int
    ) -> int:
        self._check()
        if (kind, request) == _GET_DESCRIPTOR:
            return _fill(data, b"\x04\x03\x09\x04" if value & 0xFF == 0 else b"\x0a\x03" + "SN-7".encode("utf-16-le"))
        if (kind, request) != _GET_PORT_STATUS or self.port is None:
            raise usb.core.USBError("pipe", errno=errno.EPIPE)
        return _fill(data, bytes([self.port]))

    def _settings(self, index: int) -> list[Interface]:
        numbers = sorted({one.number for one in self.interfaces})
        return [one for one in self.interfaces if one.number == numbers[index]]

    def _check(self) -> None:
        if not self.is_there:
            raise usb.core.USBError("no such device", errno=errno.ENODEV)

    def _check_pipe(self, pipe: int, interface: int) -> None:
        self._check()
        assert interface in self.claimed, "not claimed"
        (one,) = [one for one in self.interfaces if pipe in one.pipes]
        assert self.alternates.get(interface, 0) == one.alternate, "another setting is active"

    def _wait(self, until: float) -> None:
        self._check()
        if time.monotonic() >= until:
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        time.sleep(0.002)


def _until(timeout_ms: int) -> float:
    assert timeout_ms > 0, "pyusb takes 0 for ever"
    return time.monotonic() + timeout_ms / 1000


def _fill(data: "array[int]", told: Iterable[int]) -> int:
    said = array("B", told)[: len(data)]
    data[: len(said)] = said
    return len(said)
