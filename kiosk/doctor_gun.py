"""What ``kiosk doctor`` says of the scanner gun."""

from kiosk.errors import KioskError
from kiosk.finding import Finding
from kiosk.scanner.gun_address import GunAddress, GunKind, parse_gun
from kiosk.scanner.gun_opening import open_gun

_ADVICES = {
    "GUN_DENIED": "end the kiosk if it is running, or see README.md, Scanner guns",
    "SETTING_INVALID": "mend the setting",
}
"""What to do, by code; otherwise the cable is to blame."""


def gun_finding(setting: str) -> Finding:
    """Opens the gun as the kiosk does, and lets go of it."""
    try:
        return Finding("gun", True, _look(setting, parse_gun(setting)))
    except KioskError as error:
        advice = _ADVICES.get(error.code, "check its cable, and that it is switched to the mode that scanner_gun names")
        return Finding("gun", False, f"{error.code}: {error}", advice)


def _look(setting: str, address: GunAddress) -> str:
    if address.kind is GunKind.NONE:
        return "none is set"
    if address.kind is GunKind.WEDGE:
        return "keyboard wedge: scan something at the kiosk to see; serial or evdev is better"
    open_gun(address).close()
    return f"{setting} answers; scan something at the kiosk to see"
