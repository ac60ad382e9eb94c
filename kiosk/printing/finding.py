"""Which receipt printers stand at this machine, from what Linux tells of them under ``/sys``.

Office printers are printers too, by their USB class; they name their languages, and are left alone.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYS = Path("/sys")
DEV = Path("/dev")
_PRINTER_CLASS = "07"
_OFFICE = re.compile(r"PCL|PJL|POST ?SCRIPT|\bPDF|URF|PWG|AirPrint|ZJS|XPS|HBP|ESCPL|GDI|CAPT|UFR", re.IGNORECASE)
"""Languages of printers for sheets, as their IEEE 1284 id names them under CMD or COMMAND SET."""
_COMMANDS = re.compile(r"(?:^|;)\s*(?:CMD|COMMAND SET)\s*:([^;]*)", re.IGNORECASE)
_USB_LEVELS = 4
"""How far above an interface's folder that of its USB device may be."""


@dataclass(frozen=True)
class FoundPrinter:
    """``setting`` as in KIOSK_PRINTER; ``title`` is what it calls itself, and may be empty."""

    setting: str
    title: str = ""

    @property
    def name(self) -> str:
        return f"{self.setting} ({self.title})" if self.title else self.setting


@dataclass(frozen=True)
class PassedOver:
    """A printer that is there and is not taken: which, and why, for people."""

    name: str
    reason: str


def found_printers(sys_root: Path = SYS, dev_root: Path = DEV) -> Iterator[FoundPrinter]:
    """Receipt printers that can be opened, the likeliest first: on nodes of the kernel, then those without one."""
    nodes = [node for node in _nodes(dev_root) if not _is_office(_id_1284(node, sys_root))]
    for node in sorted(nodes, key=lambda node: "ESC/POS" not in _id_1284(node, sys_root).upper()):
        if _is_ours(node):
            yield _on_node(node, sys_root)
    yield from bare_printers(sys_root)


def passed_over(sys_root: Path = SYS, dev_root: Path = DEV) -> Iterator[PassedOver]:
    """Printers of the kernel that ``found_printers`` leaves alone."""
    for node in _nodes(dev_root):
        if _is_office(_id_1284(node, sys_root)):
            yield PassedOver(_on_node(node, sys_root).name, "is a printer for sheets")
        elif not _is_ours(node):
            yield PassedOver(_on_node(node, sys_root).name, "may not be opened: sudo adduser $USER lp, sign in anew")


def _nodes(dev_root: Path) -> list[Path]:
    return sorted((dev_root / "usb").glob("lp*"))


def _is_ours(node: Path) -> bool:
    """Whether it may be opened. Opening it would take away what the printer has still to say."""
    return os.access(node, os.R_OK | os.W_OK)


def _on_node(node: Path, sys_root: Path) -> FoundPrinter:
    return FoundPrinter(f"usblp:{node}", _title(_device(sys_root / "class" / "usbmisc" / node.name / "device")))


def usb_identity(node: Path, sys_root: Path = SYS) -> str:
    """What tells the printer at ``node`` from any other: USB ids and serial number; empty where Linux tells nothing."""
    usb = _device(sys_root / "class" / "usbmisc" / node.name / "device")
    return (
        "" if usb is None else ":".join(["usb", *(_line(usb / name) for name in ("idVendor", "idProduct", "serial"))])
    )


def bare_printers(sys_root: Path) -> Iterator[FoundPrinter]:
    """USB printers that the kernel has given to no driver."""
    for interface in sorted((sys_root / "bus" / "usb" / "devices").glob("*:*")):
        usb = _device(interface)
        is_printer = _line(interface / "bInterfaceClass") == _PRINTER_CLASS
        if usb and is_printer and not (interface / "driver").exists():
            yield FoundPrinter(f"usb:{_line(usb / 'idVendor')}:{_line(usb / 'idProduct')}", _title(usb))


def _is_office(id_1284: str) -> bool:
    commands = _COMMANDS.search(id_1284)
    return bool(commands and _OFFICE.search(commands[1]))


def _id_1284(node: Path, sys_root: Path) -> str:
    return _line(sys_root / "class" / "usbmisc" / node.name / "device" / "ieee1284_id")


def _title(usb: Path | None) -> str:
    """Printable, as it comes from a device."""
    words = "" if usb is None else f"{_line(usb / 'manufacturer')} {_line(usb / 'product')}"
    return "".join(letter for letter in " ".join(words.split()) if letter.isprintable())[:60]


def _device(interface: Path) -> Path | None:
    """The folder of the USB device above ``interface``."""
    folder = interface.resolve()
    for _ in range(_USB_LEVELS):
        if (folder / "idVendor").is_file():
            return folder
        folder = folder.parent
    return None


def _line(path: Path) -> str:
    """What a file of ``/sys`` says, empty where it cannot be read: a device may go at any moment."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
