"""``kiosk doctor --camera``: what the camera is worth, and a picture of what it sees."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click

from kiosk.errors import CameraError
from kiosk.finding import Finding
from kiosk.model.aiming import Guidance
from kiosk.model.qr import classify
from kiosk.scanner.address import CameraKind, parse_camera
from kiosk.scanner.camera_figures import CARD_S, UNKNOWN, Figures, parse_figures
from kiosk.scanner.child import Child
from kiosk.scanner.messages import checked_code
from kiosk.scanner.process import measure
from kiosk.ui.reader_words import sentence_for

LEAST_WIDTH, LEAST_FPS, MOST_MS = 1280, 12.0, 150.0
DIM, BRIGHT, MOST_BURNT = 50.0, 220.0, 0.4
LEAST_SHARPNESS = 0.3
LEAST_MODULE_PX = 2.0
_WAIT_S = CARD_S + 20.0
_MAX_FIGURES, _MAX_PICTURE = 256 * 1024, 16 * 1024**2
_CARD = "hold a card, printed or on a phone, 15 to 20 cm before the camera: there are some in resources/cards"
_ASKED = f"Looking for up to {CARD_S:.0f} seconds. Please {_CARD}."
_LENS = "clean the lens, and set its focus to 15 to 25 cm"
_UNREAD = {
    Guidance.NO_CODE: ("no code was seen", _CARD),
    Guidance.HOLD_STILL: ("a code was seen and not read", _CARD),
    Guidance.TOO_FAR: ("a code seems too small", "hold the card nearer, or use a camera with more pixels"),
    Guidance.TOO_NEAR: ("a code seems larger than the picture", "hold the card further away"),
    Guidance.BLURRED: ("a code seems blurred", f"hold the card still; {_LENS}"),
    Guidance.DARK: ("it is too dark to see a code", "give it light"),
    Guidance.GLARE: ("a light shines on the code", "tilt the card, or move the lamp"),
    Guidance.CUT_OFF: ("only a part of a code is seen", "hold the card to the middle of the picture"),
}
"""What was seen instead of a text, and what to do."""


def camera_findings(setting: str, file: Path) -> list[Finding]:
    """Look through the camera for up to 15 seconds, and write the last picture to ``file``.

    The text of what is read is neither shown nor kept.
    """
    return list(_look(setting, file))


def _look(setting: str, file: Path) -> Iterator[Finding]:
    if parse_camera(setting).kind is CameraKind.NONE:
        yield Finding("camera", False, "none is set", "set camera to look through one")
        return
    click.echo(_ASKED, err=True)
    try:
        told, jpeg = _measured(setting)
    except CameraError as error:
        advice = sentence_for(error.code) or "check its cable, or set camera to another one"
        yield Finding("camera", False, f"{error.code}: {setting.rpartition('@')[2]}", advice)
        return
    yield Finding("camera", True, " ".join(filter(None, (setting.rpartition("@")[2], told.device))))
    yield picture(told)
    yield latency(told)
    yield light(told)
    yield focus(told)
    yield card(told, datetime.now().astimezone().date())
    yield limits(told, is_far=parse_camera(setting).kind is CameraKind.STREAM)
    yield _written(jpeg, file)


def _measured(setting: str) -> tuple[Figures, bytes]:
    """Raises CameraError."""
    child = Child(measure, setting)
    try:
        answer = child.receive(_WAIT_S, _MAX_FIGURES)
        if answer is None:
            raise CameraError("the camera does not answer", code="CAMERA_STUCK")
        if not answer.startswith(b"{"):
            raise CameraError("the camera fails", code=checked_code(answer.decode("ascii", errors="replace")))
        return parse_figures(answer), child.receive(_WAIT_S, _MAX_PICTURE) or b""
    except (EOFError, OSError) as error:
        raise CameraError("the program that reads codes broke off", code="SCANNER_CRASHED") from error
    finally:
        child.close()


def picture(told: Figures) -> Finding:
    promised = f" of {told.told_fps:.0f} promised" if told.told_fps > 0 else ""
    rate = f"{_number(told.fps)} frames a second{promised}"
    text = f"{told.width}x{told.height}, {rate}{' as MJPG' if told.is_jpeg else ''}"
    if told.width < LEAST_WIDTH:
        return Finding("picture", False, text, "use a camera with 1280x720 or, better, 1920x1080: small ones read few")
    if UNKNOWN < told.fps < LEAST_FPS:
        return Finding("picture", False, text, "give it more light, and a USB port of its own")
    return Finding("picture", True, text)


def latency(told: Figures) -> Finding:
    if told.latency_ms == UNKNOWN:
        return Finding("latency", True, "this camera does not say when it took its pictures")
    text = f"{told.latency_ms:.0f} ms from sensor to program"
    is_good = told.latency_ms <= MOST_MS
    return Finding("latency", is_good, text, "" if is_good else "end other programs; give it a USB port of its own")


def light(told: Figures) -> Finding:
    mode = {UNKNOWN: "", 1.0: ", set by hand", 3.0: ", automatic"}.get(told.auto_exposure, "")
    time = f", {told.exposure / 10:.0f} ms" if told.exposure > 0 else ""
    text = f"brightness {told.luma:.0f} of 255, {told.burnt:.0%} burnt out{mode}{time}"
    if told.luma < DIM:
        return Finding("exposure", False, text, "it is too dark: give it light")
    if not told.texts and (told.luma > BRIGHT or told.burnt > MOST_BURNT):
        return Finding("exposure", False, text, "it is too bright: turn it away from windows and lamps")
    return Finding("exposure", True, text)


def focus(told: Figures) -> Finding:
    mode = {0.0: ", fixed focus", 1.0: ", autofocus on"}.get(told.autofocus, "")
    mode += f", at {told.focus:.0f}" if told.focus > 0 else ""
    if not told.sees_code:
        is_blurred = told.guidance is Guidance.BLURRED
        text = _UNREAD[Guidance.BLURRED][0] if is_blurred else "cannot be judged without a code in view"
        return Finding("focus", not is_blurred, text + mode, _LENS if is_blurred else "")
    text = f"sharpness {told.sharpness:.2f} of 1 on the code{mode}"
    is_good = told.sharpness >= LEAST_SHARPNESS
    return Finding("focus", is_good, text, "" if is_good else _LENS)


def card(told: Figures, today: date) -> Finding:
    size = f", {told.module_px:.1f} pixels a module" if told.module_px != UNKNOWN else ""
    if not told.texts:
        is_seen = told.sees_code and told.guidance is Guidance.NO_CODE
        seen, advice = _UNREAD[Guidance.HOLD_STILL if is_seen else told.guidance]
        return Finding("card", False, f"nothing read in {CARD_S:.0f} s: {seen}{size}", advice)
    kinds = ", ".join(classify(text, today).kind for text in told.texts)
    text = f"read after {told.read_s:.1f} s: {kinds}{size}"
    if told.module_px != UNKNOWN and told.module_px < LEAST_MODULE_PX:
        return Finding("card", False, text, "it is read with luck only: nearer, or a camera with more pixels")
    return Finding("card", True, text)


def limits(told: Figures, *, is_far: bool) -> Finding:
    """What keeps the network from the process is the kernel's to give, so its lack is told and is no fault."""
    rest = "at most 2 GiB of memory, and writes no files"
    if not told.has_network:
        return Finding("limits", True, f"the process that looks has no network, {rest}")
    why = "as the camera is read over it" if is_far else "as this kernel gives no namespaces to users"
    return Finding("limits", True, f"the process that looks has the network, {why}, {rest}")


def _written(jpeg: bytes, file: Path) -> Finding:
    try:
        file.write_bytes(jpeg)
    except OSError as error:
        return Finding("seen", False, f"{file} cannot be written: {error.strerror}", "name another file: --picture")
    return Finding("seen", True, f"{file} shows what the camera sees; delete it when you have looked")


def _number(fps: float) -> str:
    return "an unknown number of" if fps == UNKNOWN else f"{fps:.1f}"
