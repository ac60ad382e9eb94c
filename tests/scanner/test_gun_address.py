"""What KIOSK_SCANNER_GUN may say."""

import pytest

from kiosk.errors import SettingError
from kiosk.scanner.gun_address import GunAddress, GunKind, parse_gun

BY_ID = "/dev/serial/by-id/usb-Honeywell_HF680_2B16B0-if00"


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("", GunAddress(GunKind.NONE)),
        ("auto", GunAddress(GunKind.AUTO)),
        (" wedge ", GunAddress(GunKind.WEDGE)),
        (f"serial:{BY_ID}", GunAddress(GunKind.SERIAL, BY_ID)),
        ("serial:/dev/ttyUSB0?baud=115200", GunAddress(GunKind.SERIAL, "/dev/ttyUSB0", baud=115200)),
        ("evdev:05e0:1200", GunAddress(GunKind.EVDEV, vendor=0x05E0, product=0x1200)),
        ("evdev:05E0:1A00", GunAddress(GunKind.EVDEV, vendor=0x05E0, product=0x1A00)),
        (
            "evdev:/dev/input/by-id/usb-Gun-event-kbd",
            GunAddress(GunKind.EVDEV, "/dev/input/by-id/usb-Gun-event-kbd"),
        ),
    ],
)
def test_settings_that_make_sense(setting: str, address: GunAddress) -> None:
    assert parse_gun(setting) == address


@pytest.mark.parametrize(
    "setting",
    [
        "none",
        "usb",
        "serial:",
        "serial:COM3",
        "serial:/dev/ttyUSB0?baud=9601",
        "serial:/dev/ttyUSB0?parity=e",
        "serial:/dev/a\nb",
        "evdev:5e0:1200",
        "evdev:०5e0:1200",
        "evdev:05e0:1200:1",
        "evdev:/tmp/x",
        "Wedge",
    ],
)
def test_settings_that_do_not_name_key_value_and_what_is_allowed(setting: str) -> None:
    with pytest.raises(SettingError, match="KIOSK_SCANNER_GUN") as caught:
        parse_gun(setting)
    assert repr(setting) in str(caught.value)
    assert "evdev:VID:PID" in str(caught.value)
