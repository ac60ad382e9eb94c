"""Which of this machine's devices is a scanner gun, from what Linux tells of them under ``/sys``.

Modems, printers and other things on serial lines are left alone: a device is a gun only where its maker makes nothing
else here, or where it calls itself one.
"""

import re
from collections.abc import Iterator
from pathlib import Path

SYS = Path("/sys/class")
DEV = Path("/dev")
_GUN_MAKERS = frozenset({0x05E0, 0x0C2E, 0x0536, 0x05F9, 0x080C, 0x1EAB, 0x065A})
"""USB vendors: Zebra (Symbol), Honeywell (Metrologic, Hand Held Products), Datalogic (PSC), Newland, Opticon."""
_GUN = re.compile(r"scanner|bar ?code|2d ?imager|code ?reader|qr ?reader", re.IGNORECASE)
_NO_GUN = re.compile(
    r"modem|printer|fingerprint|biometric|document|flatbed|phone|\b(?:scale|gsm|lte|[345]g)\b", re.IGNORECASE
)
_KEY_1, _KEY_ENTER = 2, 28
_USB_LEVELS = 6
"""How far above a tty's or an input's folder that of its USB device may be."""


def find_serial(sys_root: Path = SYS, dev_root: Path = DEV) -> str:
    """The first gun on a USB serial line, by its lasting name where there is one; empty where there is none."""
    for tty in sorted(sys_root.glob("tty/tty*")):
        if tty.name.startswith(("ttyACM", "ttyUSB")) and _is_gun(tty / "device"):
            return _lasting(dev_root / tty.name, dev_root / "serial" / "by-id")
    return ""


def find_keyboard(sys_root: Path = SYS, dev_root: Path = DEV, *, vendor: int = 0, product: int = 0) -> str:
    """The first gun in keyboard mode, or the keyboard with these USB ids; empty where there is none."""
    for event in sorted(sys_root.glob("input/event*"), key=lambda path: int(path.name.removeprefix("event") or 0)):
        device = event / "device"
        ids = (_hex(device / "id" / "vendor"), _hex(device / "id" / "product"))
        wanted = ids == (vendor, product) if vendor else _names_a_gun(ids[0], _line(device / "name"))
        if wanted and _types(device):
            return str(dev_root / "input" / event.name)
    return ""


def _is_gun(device: Path) -> bool:
    """By the USB device above ``device`` and the names of both."""
    usb = next((folder for folder in _upward(device) if (folder / "idVendor").is_file()), None)
    if usb is None:
        return False
    names = (_line(usb / "manufacturer"), _line(usb / "product"), _line(device / "interface"))
    return _names_a_gun(_hex(usb / "idVendor"), " ".join(names))


def _names_a_gun(vendor: int, names: str) -> bool:
    return not _NO_GUN.search(names) and (vendor in _GUN_MAKERS or _GUN.search(names) is not None)


def _types(device: Path) -> bool:
    """Whether it has a digit and Return: a gun's other halves, such as one for sound keys, have not."""
    words = _line(device / "capabilities" / "key").split()
    keys = int(words[-1], 16) if words and re.fullmatch(r"[0-9a-f]+", words[-1]) else 0
    return bool(keys >> _KEY_1 & 1 and keys >> _KEY_ENTER & 1)


def _upward(device: Path) -> Iterator[Path]:
    folder = device.resolve()
    for _ in range(_USB_LEVELS):
        yield folder
        folder = folder.parent


def _lasting(device: Path, by_id: Path) -> str:
    links = sorted(by_id.iterdir()) if by_id.is_dir() else []
    return str(next((link for link in links if link.resolve() == device.resolve()), device))


def _line(path: Path) -> str:
    """What a file of ``/sys`` says, empty where it cannot be read: a device may go at any moment."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _hex(path: Path) -> int:
    text = _line(path)
    return int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{1,4}", text) else 0
