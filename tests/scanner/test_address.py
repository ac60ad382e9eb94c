"""What KIOSK_CAMERA may say."""

import pytest

from kiosk.errors import SettingError
from kiosk.scanner.address import CameraAddress, CameraKind, parse_camera


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("auto", CameraAddress(CameraKind.AUTO)),
        ("none", CameraAddress(CameraKind.NONE)),
        ("0", CameraAddress(CameraKind.DEVICE, "/dev/video0")),
        (" 12 ", CameraAddress(CameraKind.DEVICE, "/dev/video12")),
        (
            "/dev/v4l/by-id/usb-X-video-index0",
            CameraAddress(CameraKind.DEVICE, "/dev/v4l/by-id/usb-X-video-index0"),
        ),
        ("file:cards", CameraAddress(CameraKind.FILE, "cards")),
        ("file:/a b/ç.png", CameraAddress(CameraKind.FILE, "/a b/ç.png")),
        ("http://10.0.0.9:8080/video", CameraAddress(CameraKind.STREAM, "http://10.0.0.9:8080/video")),
    ],
)
def test_settings_that_make_sense(setting: str, address: CameraAddress) -> None:
    assert parse_camera(setting) == address


@pytest.mark.parametrize(
    "setting", ["", "webcam", "-1", "100", "०", "file:", "file:a\0b", "http://", "http://[", "rtsp://x/y", "video0"]
)
def test_settings_that_do_not_name_key_value_and_what_is_allowed(setting: str) -> None:
    with pytest.raises(SettingError, match="KIOSK_CAMERA") as caught:
        parse_camera(setting)
    assert repr(setting) in str(caught.value)
    assert "file:PATH" in str(caught.value)
