"""From the setting ``KIOSK_PRINTER`` to the object that prints slips."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from kiosk.errors import PrinterError, SettingError
from kiosk.model.printer import Printed, PrinterStatus
from kiosk.model.slip import Slip
from kiosk.ports import SlipPrinter
from kiosk.printing.auto_printer import AutoPrinter
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.finding import (
    DEV,
    SYS,
    FoundPrinter,
    PassedOver,
    bare_printers,
    found_printers,
    passed_over,
)
from kiosk.printing.folder import FolderPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.link import Transport
from kiosk.printing.probe import Memory
from kiosk.printing.template import SlipTemplate
from kiosk.printing.transports import NetworkTransport, UsblpTransport
from kiosk.printing.transports_cups import CupsTransport
from kiosk.printing.transports_serial import BAUDS, SerialTransport
from kiosk.printing.transports_usb import UsbTransport, has_libusb, require_libusb

RAW_PORT = 9100
ALLOWED = (
    "auto, usblp:/dev/usb/lp0, usb:VID:PID[:SERIAL], network:HOST[:9100], serial:/dev/ttyUSB0[?baud=115200], "
    "cups:QUEUE, folder:PATH or none"
)
_HOST_PORT = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<host>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_USB = re.compile(r"usb:([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(.+))?")
_SERIAL = re.compile(r"serial:([^?]+)(?:\?baud=([0-9]{1,7}))?")
_CUPS = re.compile(r"cups:([A-Za-z0-9_][A-Za-z0-9_.+-]*)")


@dataclass(frozen=True)
class NoPrinter:
    """For a station without a printer, where no slip is wanted."""

    name: str = "none"

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        raise PrinterError("no printer is set up", code="PRINTER_NONE")

    def status(self) -> PrinterStatus:
        return PrinterStatus(("PRINTER_NONE",))

    def finished_ids(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Places:
    """Where this machine has its devices, and where what is learned of printers is kept (None: nowhere)."""

    memory: Path | None = None
    sys_root: Path = SYS
    dev_root: Path = DEV


def open_printer(
    setting: str,
    width: int,
    now: Callable[[], datetime],
    places: Places = Places(),
    template: SlipTemplate | None = None,
) -> SlipPrinter:
    """The printer that ``setting`` names, for paper of ``width`` dots; it is not spoken to yet.

    A QGuiApplication must exist, unless there is no printer. ``now`` gives the names of slip files; slips look as
    ``template`` has it, or the usual one.

    Raises:
        SettingError: PRINTER_UNKNOWN, LIBUSB_MISSING, or a width that no printer here has.
    """
    if setting == "none":
        return NoPrinter()
    painter = SlipPainter(width, template)
    kind, _, place = setting.partition(":")
    if setting == "auto":
        has_met = Memory(places.memory).has_met_any
        return AutoPrinter(partial(_usable, places), lambda found: _named(found, painter, places), has_met)
    if kind == "folder" and place:
        return FolderPrinter(Path(place).expanduser(), painter, now)
    transport = transport_of(setting)
    return EscPosPrinter(setting, painter, transport, Memory(places.memory))


def wants_slips(setting: str, places: Places = Places()) -> bool:
    """Whether ``setting`` leads to any printer, or did at an earlier run, so that slips are worth queueing.

    Raises:
        SettingError: PRINTER_UNKNOWN.
    """
    if setting == "auto":
        return Memory(places.memory).has_met_any() or any(True for _ in _usable(places))
    kind, _, place = setting.partition(":")
    if setting != "none" and not (kind == "folder" and place):
        transport_of(setting)
    return setting != "none"


def has_printer(printer: SlipPrinter) -> bool:
    """Whether there is one, or was one that may come back. Any thread may ask."""
    if isinstance(printer, AutoPrinter):
        return printer.is_expected
    return not isinstance(printer, NoPrinter)


def chosen(printer: SlipPrinter) -> SlipPrinter | None:
    """The printer behind ``auto``, if there is one now; any other printer itself."""
    return printer.look_again() if isinstance(printer, AutoPrinter) else printer


def transport_of(setting: str) -> Transport:
    """The way to the printer that ``setting`` names.

    Raises:
        SettingError: PRINTER_UNKNOWN, LIBUSB_MISSING.
    """
    kind, _, place = setting.partition(":")
    match kind:
        case "network":
            return _network(setting, place)
        case "usblp" if place:
            return UsblpTransport(place)
        case "usb" if usb := _USB.fullmatch(setting):
            require_libusb()
            return UsbTransport(int(usb[1], 16), int(usb[2], 16), usb[3] or "")
        case "serial" if (line := _SERIAL.fullmatch(setting)) and int(line[2] or BAUDS[-2]) in BAUDS:
            return SerialTransport(line[1], int(line[2] or BAUDS[-2]))
        case "cups" if queue := _CUPS.fullmatch(setting):
            return CupsTransport(queue[1])
        case _:
            raise _unknown(setting)


def not_taken(places: Places = Places()) -> Iterator[PassedOver]:
    """Printers that are plugged in, and that ``auto`` leaves alone."""
    yield from passed_over(places.sys_root, places.dev_root)
    if not has_libusb():
        for bare in bare_printers(places.sys_root):
            yield PassedOver(bare.name, "needs libusb: sudo apt-get install libusb-1.0-0")


def _usable(places: Places) -> Iterator[FoundPrinter]:
    for found in found_printers(places.sys_root, places.dev_root):
        if not found.setting.startswith("usb:") or has_libusb():
            yield found


def _named(found: FoundPrinter, painter: SlipPainter, places: Places) -> EscPosPrinter:
    return EscPosPrinter(found.name, painter, transport_of(found.setting), Memory(places.memory))


def _network(setting: str, place: str) -> NetworkTransport:
    """``host``, ``host:port``, ``[v6]``, ``[v6]:port`` or a bare IPv6 address."""
    if place.count(":") > 1 and "[" not in place:
        return NetworkTransport(place, RAW_PORT)
    match = _HOST_PORT.fullmatch(place)
    port = int((match and match["port"]) or RAW_PORT)
    if match is None or not 0 < port < 65536:
        raise _unknown(setting)
    return NetworkTransport(match["v6"] or match["host"], port)


def _unknown(setting: str) -> SettingError:
    return SettingError(f"KIOSK_PRINTER={setting!r}: must be {ALLOWED}", code="PRINTER_UNKNOWN")
