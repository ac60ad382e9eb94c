"""The setting KIOSK_SCANNER_GUN: which scanner gun is meant, and how it is spoken to. Opens nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum

from kiosk.errors import SettingError

ALLOWED = (
    "empty for none, auto, serial:/dev/serial/by-id/… (then perhaps ?baud=9600), evdev:VID:PID with four hexadecimal"
    " digits each, evdev:/dev/input/by-id/…, or wedge"
)
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
BAUD = 9600
_PATH = r"/dev/[A-Za-z0-9._:+,@/-]+"
_SERIAL = re.compile(rf"serial:({_PATH})(?:\?baud=([0-9]{{4,6}}))?", re.ASCII)
_EVDEV_PATH = re.compile(rf"evdev:({_PATH})", re.ASCII)
_EVDEV_ID = re.compile(r"evdev:([0-9a-f]{4}):([0-9a-f]{4})", re.ASCII | re.IGNORECASE)


class GunKind(StrEnum):
    NONE = "none"
    AUTO = "auto"
    SERIAL = "serial"
    EVDEV = "evdev"
    WEDGE = "wedge"


@dataclass(frozen=True)
class GunAddress:
    """``where`` is a device's path, for EVDEV alternatively empty with ``vendor`` and ``product`` of its USB."""

    kind: GunKind
    where: str = ""
    baud: int = BAUD
    vendor: int = 0
    product: int = 0


def parse_gun(setting: str) -> GunAddress:
    """What the value of KIOSK_SCANNER_GUN means.

    Raises:
        SettingError: naming key, value and what is allowed.
    """
    value = setting.strip()
    if value in {"", GunKind.AUTO, GunKind.WEDGE}:
        return GunAddress(GunKind(value or GunKind.NONE))
    if match := _SERIAL.fullmatch(value):
        baud = int(match[2] or BAUD)
        if baud in BAUDS:
            return GunAddress(GunKind.SERIAL, match[1], baud=baud)
    if match := _EVDEV_PATH.fullmatch(value):
        return GunAddress(GunKind.EVDEV, match[1])
    if match := _EVDEV_ID.fullmatch(value):
        return GunAddress(GunKind.EVDEV, vendor=int(match[1], 16), product=int(match[2], 16))
    raise SettingError(f"KIOSK_SCANNER_GUN is {setting!r}; allowed: {ALLOWED}")
