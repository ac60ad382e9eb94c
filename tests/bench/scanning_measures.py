"""What decoders read, how much of a core they take for it, and how soon: ours beside those that one would take."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from kiosk.scanner.reading import Grey, Reader
from kiosk.scanner.watching import BUDGET_S
from tests.bench.scanning_frames import Shot, Story

Decoder: TypeAlias = Callable[[Grey], Sequence[str]]
WITHIN_S = 2.0
_MODEL_2 = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


@dataclass(frozen=True)
class Look:
    """One picture and one decoder: what was read of it, rightly or wrongly, and the thread's own milliseconds."""

    shot: Shot
    right: bool
    wrong: bool
    ms: float
    rows: int


@dataclass(frozen=True)
class Told:
    """One story and one decoder: seconds from the first frame that shows the whole code to its text, None if never.

    ``busy_s`` of ``lasted_s`` were spent on frames.
    """

    level: int
    after_s: float | None
    false: bool
    busy_s: float
    lasted_s: float

    @property
    def in_time(self) -> bool:
        return self.after_s is not None and self.after_s <= WITHIN_S


def decoders() -> dict[str, Callable[[], Decoder]]:
    """Each made anew for each picture or story."""
    return {
        "pyzbar": lambda: _zbar,
        "OpenCV": lambda: _opencv(cv2.QRCodeDetector()),
        "zxing-cpp": lambda: _zxing,
        "zxing-cpp x2": lambda: _zxing_doubled,
        "ours, 33 ms": lambda: _ours(BUDGET_S, is_lone=True),
        "ours": lambda: _ours(None),
    }


def storytellers() -> dict[str, Callable[[], Decoder]]:
    """Those that are shown stories. What ours has put together counts there only when another frame agrees."""
    return {"pyzbar": lambda: _zbar, "zxing-cpp": lambda: _zxing, "ours, 33 ms": lambda: _ours(BUDGET_S)}


def looked(decoder: Callable[[], Decoder], shots: Sequence[Shot]) -> list[Look]:
    return [_look(decoder(), shot) for shot in shots]


def _look(decoder: Decoder, shot: Shot) -> Look:
    grey = shot.grey()
    started = time.thread_time()
    texts = decoder(grey)
    ms = (time.thread_time() - started) * 1000
    right = shot.text is not None and any(_same(text, shot.text) for text in texts)
    return Look(shot, right, bool(texts) and not right, ms, len(grey))


def _same(text: str, truth: str) -> bool:
    """Files of truth end with a new line or do not."""
    return text.strip() == truth.strip()


def told(decoder: Callable[[], Decoder], story: Story) -> Told:
    """By a clock on which a decoder that is busy misses frames, as it does at the camera: the newest frame wins."""
    read = decoder()
    begun = next((shot.at_s for shot in story if shot.inside), 0.0)
    now, busy_s = 0.0, 0.0
    for shot in (shot for shot in story if shot.inside or shot.at_s < begun):
        if shot.at_s < now:
            continue
        look = _look(read, shot)
        now = shot.at_s + look.ms / 1000
        busy_s += look.ms / 1000 if shot.at_s >= begun else 0
        if look.right or look.wrong:
            return Told(shot.level, now - begun if look.right else None, look.wrong, busy_s, max(now - begun, 1 / 30))
    return Told(story[-1].level, None, False, busy_s, story[-1].at_s - begun)


def _zbar(grey: Grey) -> list[str]:
    try:
        found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    except ValueError:  # pyzbar knows no symbol without orientation, though ZBar does
        return []
    return [one.data.decode(errors="replace") for one in found]


def _opencv(detector: cv2.QRCodeDetector) -> Decoder:
    def read(grey: Grey) -> list[str]:
        try:
            text, _, _ = detector.detectAndDecode(grey)
        except (cv2.error, UnicodeDecodeError):  # what it cannot take, or has misread
            return []
        return [text] if text else []

    return read


def _zxing(grey: Grey) -> list[str]:
    return [one.text for one in zxingcpp.read_barcodes(grey, formats=_MODEL_2, text_mode=zxingcpp.TextMode.Plain)]


def _zxing_doubled(grey: Grey) -> list[str]:
    return _zxing(np.asarray(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8))


def _ours(budget_s: float | None, *, is_lone: bool = False) -> Decoder:
    reader = Reader(time.thread_time, budget_s, is_lone=is_lone)
    return lambda grey: reader.read(grey).texts
