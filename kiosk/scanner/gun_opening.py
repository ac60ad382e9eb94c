"""From a gun's address to the open device."""

from kiosk.errors import GunError
from kiosk.scanner.gun_address import GunAddress, GunKind
from kiosk.scanner.gun_evdev import EvdevGun
from kiosk.scanner.gun_finding import find_keyboard, find_serial
from kiosk.scanner.gun_serial import SerialGun
from kiosk.scanner.gun_source import GunSource


def open_gun(address: GunAddress) -> GunSource:
    """Open the gun that is meant; with AUTO the first on a serial line, else the first in keyboard mode.

    Raises:
        GunError: GUN_MISSING, GUN_DENIED
    """
    match address.kind:
        case GunKind.SERIAL:
            return SerialGun(address.where, address.baud)
        case GunKind.EVDEV:
            return EvdevGun(address.where or _keyboard(address))
        case GunKind.AUTO:
            port = find_serial()
            return SerialGun(port, address.baud) if port else EvdevGun(_keyboard(address))
    raise ValueError(f"nothing to open for a gun of kind {address.kind}")


def _keyboard(address: GunAddress) -> str:
    where = find_keyboard(vendor=address.vendor, product=address.product)
    if not where:
        raise GunError("no scanner gun was found: check its cable, or name it in scanner_gun")
    return where
