"""What a frame looks like to whoever must tell the patient how to hold the card: measured, not judged."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.scanner.decode import Corner, Grey, Sight

_GLARE = 250
_MARGIN = 2.0


@dataclass(frozen=True)
class Finding:
    """The largest symbol that was located, readable or not, and the light on it; else the whole frame's light.

    ``module_px``: side of one module in pixels of the frame. ``sharpness``: 1 where every module stands out, towards 0
    as they run together. ``luma``: mean, 0 to 255. ``glare``: share of the area burnt out to white, 0 to 1.
    ``inside``: all four corners are within the frame. ``corners``: top left first, clockwise in the symbol's own sense;
    empty where none was located.
    """

    located: bool
    luma: float
    glare: float
    module_px: float | None = None
    sharpness: float | None = None
    inside: bool = False
    corners: tuple[Corner, ...] = ()


NOTHING = Finding(located=False, luma=0.0, glare=0.0)


def find(grey: Grey, sights: Sequence[Sight]) -> Finding:
    """Measure the largest of ``sights``, or the frame where there is none."""
    located = [sight for sight in sights if len(sight.corners) == 4]
    if not located:
        return Finding(located=False, luma=_luma(grey), glare=_glare(grey))
    largest = max(located, key=lambda sight: sight.area)
    return measured(grey, largest.corners, largest.version)


def measured(grey: Grey, corners: tuple[Corner, ...], version: int) -> Finding:
    """A symbol of QR ``version`` (0 where that is unknown) with its four ``corners``."""
    height, width = grey.shape
    region = _region(grey, corners)
    module_px = Sight("", corners).area ** 0.5 / (17 + 4 * version) if version else None
    return Finding(
        located=True,
        luma=_luma(region),
        glare=_glare(region),
        module_px=module_px,
        sharpness=_sharpness(region, module_px) if module_px else None,
        inside=all(_MARGIN <= x < width - _MARGIN and _MARGIN <= y < height - _MARGIN for x, y in corners),
        corners=corners,
    )


def _region(grey: Grey, corners: tuple[Corner, ...]) -> Grey:
    """The part of the frame that bounds ``corners``; the whole where they leave nothing of it."""
    (left, top), (right, bottom) = np.array(corners).min(axis=0), np.array(corners).max(axis=0)
    part = grey[max(0, int(top)) : max(0, int(bottom) + 1), max(0, int(left)) : max(0, int(right) + 1)]
    return part if part.size else grey


def _luma(region: Grey) -> float:
    return float(region.mean()) if region.size else 0.0


def _glare(region: Grey) -> float:
    return float(np.count_nonzero(region >= _GLARE) / region.size) if region.size else 0.0


def _sharpness(region: Grey, module_px: float) -> float:
    """Edges found against edges that must be there: half the borders of modules, each as high as the contrast."""
    across = cv2.Sobel(region, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(region, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    low, high = np.percentile(region, (5, 95))
    slope = float(cv2.magnitude(across, down).mean())
    return min(1.0, slope * module_px / max(1.0, float(high - low)))
