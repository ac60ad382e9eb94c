"""What reads codes at a station: camera and scanner gun, put together from the settings."""

from kiosk.errors import SettingError
from kiosk.ports import Scanner
from kiosk.scanner.address import CameraKind, parse_camera
from kiosk.scanner.camera_scanner import CameraScanner
from kiosk.scanner.gun_address import GunKind, parse_gun
from kiosk.scanner.gun_scanner import GunScanner
from kiosk.scanner.several import SeveralScanners
from kiosk.settings import Settings
from kiosk.ui.wedge import WedgeScanner


def patient_scanner(settings: Settings) -> Scanner:
    """For the patients' kiosk.

    Raises:
        SettingError: also where neither is set, as patients could then only type.
    """
    has_camera = parse_camera(settings.camera).kind is not CameraKind.NONE
    found = [*([CameraScanner(settings.camera)] if has_camera else []), *_gun(settings.scanner_gun)]
    if not found:
        raise SettingError("camera is none, and scanner_gun is empty: set one of them")
    return SeveralScanners(found)


def desk_scans(settings: Settings) -> Scanner | None:
    """For a desk: the gun, and the camera where one was chosen; None where there is neither.

    ``auto`` is no choice: a desk's webcam stays dark until somebody wants it.
    """
    is_chosen = parse_camera(settings.camera).kind not in (CameraKind.NONE, CameraKind.AUTO)
    found = [*([CameraScanner(settings.camera)] if is_chosen else []), *_gun(settings.scanner_gun)]
    return SeveralScanners(found) if found else None


def _gun(setting: str) -> list[Scanner]:
    kind = parse_gun(setting).kind
    if kind is GunKind.NONE:
        return []
    return [WedgeScanner() if kind is GunKind.WEDGE else GunScanner(setting)]
