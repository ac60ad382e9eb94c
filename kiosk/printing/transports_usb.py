"""A USB printer without the kernel's printer driver, through pyusb and libusb.

Nothing is reset, and the kernel's driver is not put back: both would make the device come anew, and race with whoever
waits for that. Clones differ in their endpoints, so these are read from the descriptors.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from kiosk.errors import PrinterError, SettingError
from kiosk.printing.link import CHUNK, PrinterLink, gone, soonest, stalled, unreachable

_PRINTER_CLASS, _BIDIRECTIONAL = 7, 2
_BULK, _IN = 2, 0x80
_KIND = 0x03
_GET_PORT_STATUS = (0xA1, 1)
"""Request type and request of the printer class's GET_PORT_STATUS."""
_NAP_S = 0.01


def has_libusb() -> bool:
    import usb.backend.libusb1

    return usb.backend.libusb1.get_backend() is not None


def require_libusb() -> None:
    """Raises SettingError, LIBUSB_MISSING."""
    if not has_libusb():
        message = "KIOSK_PRINTER=usb:… needs libusb: install the package libusb-1.0-0, or use usblp:/dev/usb/lp0"
        raise SettingError(message, code="LIBUSB_MISSING")


@dataclass(frozen=True)
class UsbTransport:
    """Any serial number will do where ``serial`` is empty. ``backend`` is pyusb's own unless it is given."""

    vendor: int
    product: int
    serial: str = ""
    backend: Any = None
    answers: bool = True

    def identity(self) -> str:
        return f"usb:{self.vendor:04x}:{self.product:04x}:{self.serial}"

    def seconds_for(self, size: int) -> float:
        return 0.0

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        import usb.util

        device = self._found()
        try:
            link = _claimed(device)
            try:
                yield link
            finally:
                with suppress(OSError):  # USBError is one
                    usb.util.release_interface(device, link.interface)
        finally:
            usb.util.dispose_resources(device)

    def _found(self) -> Any:
        import usb.core

        ids = {"idVendor": self.vendor, "idProduct": self.product}
        try:
            for device in usb.core.find(find_all=True, backend=self.backend, **ids):
                if not self.serial or device.serial_number == self.serial:
                    return device
        except (OSError, ValueError) as error:  # ValueError: its strings cannot be read, mostly for want of rights
            raise unreachable(error) from error
        raise PrinterError("no such USB device is plugged in", code="PRINTER_UNREACHABLE")


@dataclass(frozen=True)
class _UsbLink:
    device: Any
    interface: int
    out_pipe: int
    in_pipe: int | None

    def write_all(self, data: bytes, until: float) -> None:
        import usb.core

        done = 0
        while done < len(data):
            try:
                done += self.device.write(self.out_pipe, data[done : done + CHUNK], _left_ms(soonest(until)))
            except usb.core.USBTimeoutError as error:  # some of the chunk may have left
                raise stalled(sent=True) from error
            except OSError as error:
                raise gone(error, sent=done > 0) from error

    def flush(self, until: float) -> None:
        """A transfer returns when the printer has it."""

    def read(self, until: float) -> bytes:
        """In several looks: printers here often answer an empty packet first."""
        while not (data := self._read(until)) and time.monotonic() + _NAP_S < until:
            time.sleep(_NAP_S)
        return data

    def _read(self, until: float) -> bytes:
        import usb.core

        if self.in_pipe is None:
            time.sleep(max(0.0, until - time.monotonic()))
            return b""
        try:
            return bytes(self.device.read(self.in_pipe, CHUNK, _left_ms(until)))
        except usb.core.USBTimeoutError:
            return b""
        except OSError as error:
            raise gone(error, sent=False) from error

    def port_status(self) -> int | None:
        try:
            return int(self.device.ctrl_transfer(*_GET_PORT_STATUS, 0, self.interface, 1, 200)[0])
        except (OSError, IndexError):
            return None


def _claimed(device: Any) -> _UsbLink:
    """The printer interface of ``device``, ours alone. Raises PrinterError."""
    try:
        return _claim(device)
    except OSError as error:
        raise unreachable(error) from error


def _claim(device: Any) -> _UsbLink:
    import usb.core
    import usb.util

    try:
        configuration = device.get_active_configuration()
    except usb.core.USBError:  # never configured: a device that works is left as it is
        device.set_configuration()
        configuration = device.get_active_configuration()
    interface = _printer_interface(configuration)
    number = interface.bInterfaceNumber
    with suppress(NotImplementedError):  # not on Windows
        if device.is_kernel_driver_active(number):
            device.detach_kernel_driver(number)
    usb.util.claim_interface(device, number)
    if interface.bAlternateSetting:
        device.set_interface_altsetting(number, interface.bAlternateSetting)
    out_pipe, in_pipe = _pipes(interface)
    assert out_pipe is not None, "only such interfaces are chosen"
    return _UsbLink(device, number, out_pipe, in_pipe)


def _printer_interface(configuration: Iterable[Any]) -> Any:
    """The one of the printer class that goes both ways, if there is a choice; else any with a bulk way out."""
    usable = [interface for interface in configuration if _pipes(interface)[0] is not None]
    if not usable:
        raise PrinterError("the USB device is no printer: it takes no bulk data", code="PRINTER_UNREACHABLE")
    return max(usable, key=_likeness)


def _likeness(interface: Any) -> tuple[bool, bool]:
    return interface.bInterfaceClass == _PRINTER_CLASS, interface.bInterfaceProtocol == _BIDIRECTIONAL


def _pipes(interface: Iterable[Any]) -> tuple[int | None, int | None]:
    bulk = [pipe.bEndpointAddress for pipe in interface if pipe.bmAttributes & _KIND == _BULK]
    out_pipes, in_pipes = [pipe for pipe in bulk if not pipe & _IN], [pipe for pipe in bulk if pipe & _IN]
    return next(iter(out_pipes), None), next(iter(in_pipes), None)


def _left_ms(until: float) -> int:
    """At least one: pyusb takes 0 for ever."""
    return max(1, round((until - time.monotonic()) * 1000))
