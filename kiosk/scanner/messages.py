"""What the scanner's process may say to the program: one byte of kind, then JSON or pixels, never pickled objects.

A QR or a camera driver may have taken the process over, so every message is checked as if a stranger had sent it.
"""

import json
import re
import struct

from kiosk.errors import CameraError
from kiosk.model.aiming import Guidance, GuidanceChanged
from kiosk.ports import CameraStateChanged, CodeRead, DeviceState, PreviewFrame, ScannerReport, TwoCodesSeen

PREVIEW_SIZE = (480, 270)
_SIZE = struct.Struct(">HH")
MAX_MESSAGE_BYTES = 1 + _SIZE.size + PREVIEW_SIZE[0] * PREVIEW_SIZE[1] * 3
MAX_TEXT_BYTES = 8192
"""More than any QR holds; ``model.qr`` refuses from 4 KiB on."""
_MAX_JSON_BYTES = 64 * 1024
_CODE = re.compile(r"[A-Z_]{1,40}", re.ASCII)

STUCK = "CAMERA_STUCK"
"""The last word of a process that ends because a camera's driver holds it."""

BEGIN = b"B"
"""All that the program ever says: a process that has loaded everything waits for it before it opens the camera."""
HEARTBEAT = b"H"
_CODE_READ, _TWO_CODES, _STATE, _PREVIEW, _GUIDANCE = b"C", b"T", b"S", b"P", b"G"


def pack_code(text: str) -> bytes:
    return _CODE_READ + json.dumps({"text": text}, ensure_ascii=False).encode()


def pack_two_codes() -> bytes:
    return _TWO_CODES


def pack_state(state: DeviceState, code: str = "") -> bytes:
    return _STATE + json.dumps({"state": state, "code": code}).encode()


def pack_guidance(guidance: Guidance) -> bytes:
    return _GUIDANCE + guidance.value.encode()


def pack_preview(width: int, height: int, rgb: bytes) -> bytes:
    return _PREVIEW + _SIZE.pack(width, height) + rgb


def unpack(untrusted: bytes) -> ScannerReport | None:
    """The report in a message; None for a heartbeat.

    Raises:
        CameraError: SCANNER_GARBLED, where the message is none that our process sends.
    """
    kind, body = untrusted[:1], untrusted[1:]
    if kind == HEARTBEAT and not body:
        return None
    if kind == _TWO_CODES and not body:
        return TwoCodesSeen()
    if kind == _PREVIEW:
        return _preview(body)
    if kind == _GUIDANCE:
        return GuidanceChanged(checked_guidance(body.decode("ascii", errors="replace")))
    if kind == _STATE:
        return _state(parse_object(body, {"state": str, "code": str}))
    if kind == _CODE_READ:
        return CodeRead(checked_text(parse_object(body, {"text": str})["text"]))
    raise _garbled()


def parse_object(untrusted: bytes, types: dict[str, type]) -> dict[str, object]:
    """The JSON object in ``untrusted``, with exactly the keys of ``types`` and values of these types.

    Raises:
        CameraError: SCANNER_GARBLED
    """
    try:
        value = json.loads(untrusted) if len(untrusted) <= _MAX_JSON_BYTES else None
    except (ValueError, RecursionError) as error:
        raise _garbled() from error
    if not isinstance(value, dict) or {key: type(one) for key, one in value.items()} != types:
        raise _garbled()
    return value


def checked_text(untrusted: object) -> str:
    """A QR's text: a string that is Unicode, and no longer than ``MAX_TEXT_BYTES``.

    Raises:
        CameraError: SCANNER_GARBLED
    """
    try:
        if isinstance(untrusted, str) and len(untrusted.encode()) <= MAX_TEXT_BYTES:
            return untrusted
    except UnicodeEncodeError:
        pass
    raise _garbled()


def checked_guidance(untrusted: str) -> Guidance:
    """Raises CameraError: SCANNER_GARBLED."""
    try:
        return Guidance(untrusted)
    except ValueError:
        raise _garbled() from None


def checked_code(untrusted: str) -> str:
    """What an error's code may look like, so nothing that could speak to a terminal.

    Raises:
        CameraError: SCANNER_GARBLED
    """
    if not _CODE.fullmatch(untrusted):
        raise _garbled()
    return untrusted


def _state(untrusted: dict[str, object]) -> CameraStateChanged:
    state, code = str(untrusted["state"]), str(untrusted["code"])
    if state not in list(DeviceState):
        raise _garbled()
    return CameraStateChanged(DeviceState(state), checked_code(code) if code else "")


def _preview(untrusted: bytes) -> PreviewFrame:
    if len(untrusted) < _SIZE.size:
        raise _garbled()
    width, height = _SIZE.unpack_from(untrusted)
    rgb = untrusted[_SIZE.size :]
    if not (0 < width <= PREVIEW_SIZE[0] and 0 < height <= PREVIEW_SIZE[1] and len(rgb) == width * height * 3):
        raise _garbled()
    return PreviewFrame(width, height, rgb)


def _garbled() -> CameraError:
    return CameraError("the scanner's process sent something that it never should", code="SCANNER_GARBLED")
