"""From the setting ``KIOSK_PRINTER`` to the object that prints slips."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.errors import PrinterError, SettingError
from kiosk.model.printer import Confirmation, Printed, PrinterStatus
from kiosk.model.slip import Slip
from kiosk.ports import SlipPrinter
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.folder import FolderPrinter
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.transports import NetworkTransport, Transport, UsblpTransport

DEADLINE_S = 10.0
"""For all bytes of one slip. A slip is out in one or two seconds; a printer at work empties its buffer long before."""
PROOF_S = 3.0
"""For a printer to show that it is there."""
STATUS_S = 1.0
RAW_PORT = 9100
ALLOWED = "auto, usblp:/dev/usb/lp0, network:HOST[:9100], folder:PATH or none"
_HOST_PORT = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<host>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_NODES = Path("/dev/usb")


@dataclass(frozen=True)
class EscPosPrinter:
    """A printer that takes ESC/POS bytes. What it did with them it does not tell here."""

    name: str
    painter: SlipPainter
    transport: Transport
    deadline_s: float = DEADLINE_S

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        raster = self.painter.render(slip)
        self.transport.write_all(slip_bytes(raster), self.deadline_s)
        return Printed(Confirmation.SENT, raster.height / PAPERS[raster.width].dots_per_mm)

    def status(self) -> PrinterStatus:
        try:
            self.transport.write_all(b"", STATUS_S)
        except PrinterError as error:
            return PrinterStatus((error.code,))
        return PrinterStatus()

    def finished_ids(self) -> frozenset[str]:
        return frozenset()


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


def open_printer(setting: str, width: int, now: Callable[[], datetime], nodes: Path = _NODES) -> SlipPrinter:
    """The printer that ``setting`` names, for paper of ``width`` dots; it is not spoken to yet.

    A QGuiApplication must exist, unless there is no printer. ``now`` gives the names of slip files; ``nodes`` is where
    Linux has USB printers.

    Raises:
        SettingError: PRINTER_UNKNOWN, or a width that no printer here has.
    """
    chosen = resolved(setting, nodes)
    if chosen == "none":
        return NoPrinter()
    kind, _, place = chosen.partition(":")
    painter = SlipPainter(width)
    match kind:
        case "network":
            return EscPosPrinter(chosen, painter, _network(chosen))
        case "usblp":
            return EscPosPrinter(chosen, painter, UsblpTransport(place))
        case _:
            return FolderPrinter(Path(place).expanduser(), painter, now)


def prove_reachable(printer: SlipPrinter) -> None:
    """Open the printer and send it nothing. A folder is not looked at: it is made with the first slip.

    Raises:
        PrinterError: it does not answer, or takes no bytes now.
    """
    if isinstance(printer, EscPosPrinter):
        printer.transport.write_all(b"", PROOF_S)


def wants_slips(setting: str, nodes: Path = _NODES) -> bool:
    """Whether ``setting`` leads to any printer, so that slips are worth queueing.

    Raises:
        SettingError: PRINTER_UNKNOWN.
    """
    return resolved(setting, nodes) != "none"


def resolved(setting: str, nodes: Path = _NODES) -> str:
    """``setting`` with ``auto`` replaced by the first USB printer that can be opened, or by ``none``.

    Raises:
        SettingError: PRINTER_UNKNOWN.
    """
    if setting == "auto":
        return next((f"usblp:{node}" for node in sorted(nodes.glob("lp*")) if _can_be_opened(node)), "none")
    kind, _, place = setting.partition(":")
    if setting != "none" and (kind not in ("network", "usblp", "folder") or not place):
        raise _unknown(setting)
    if kind == "network":
        _network(setting)
    return setting


def _can_be_opened(node: Path) -> bool:
    try:
        os.close(os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _network(setting: str) -> NetworkTransport:
    """``host``, ``host:port``, ``[v6]``, ``[v6]:port`` or a bare IPv6 address."""
    place = setting.removeprefix("network:")
    if place.count(":") > 1 and "[" not in place:
        return NetworkTransport(place, RAW_PORT)
    match = _HOST_PORT.fullmatch(place)
    port = int((match and match["port"]) or RAW_PORT)
    if match is None or not 0 < port < 65536:
        raise _unknown(setting)
    return NetworkTransport(match["v6"] or match["host"], port)


def _unknown(setting: str) -> SettingError:
    return SettingError(f"KIOSK_PRINTER={setting!r}: must be {ALLOWED}", code="PRINTER_UNKNOWN")
