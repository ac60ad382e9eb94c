"""The setting KIOSK_CAMERA: which camera is meant. Loads no camera library, so settings can be checked anywhere."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from kiosk.errors import SettingError

ALLOWED = "auto, none, a number such as 0, a path under /dev/, file:PATH (image, folder of images or video) or http://…"
_INDEX = re.compile(r"[0-9]{1,2}", re.ASCII)


class CameraKind(StrEnum):
    NONE = "none"
    AUTO = "auto"
    DEVICE = "device"
    FILE = "file"
    STREAM = "stream"


@dataclass(frozen=True)
class CameraAddress:
    """``where`` is a device path, a file path or an address, by kind; empty for NONE and AUTO."""

    kind: CameraKind
    where: str = ""


def parse_camera(setting: str) -> CameraAddress:
    """What the value of KIOSK_CAMERA means.

    Raises:
        SettingError: naming key, value and what is allowed.
    """
    value = setting.strip()
    if value in {CameraKind.NONE, CameraKind.AUTO}:
        return CameraAddress(CameraKind(value))
    if _INDEX.fullmatch(value):
        return CameraAddress(CameraKind.DEVICE, f"/dev/video{int(value)}")
    if value.startswith("/dev/"):
        return CameraAddress(CameraKind.DEVICE, value)
    if value.startswith("file:") and len(value) > len("file:") and "\0" not in value:
        return CameraAddress(CameraKind.FILE, value.removeprefix("file:"))
    if _is_web_address(value):
        return CameraAddress(CameraKind.STREAM, value)
    raise SettingError(f"KIOSK_CAMERA is {setting!r}; allowed: {ALLOWED}")


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
