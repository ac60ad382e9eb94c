"""What a frame looks like to whoever must tell the patient how to hold the card: measured, not judged."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import zxingcpp

from kiosk.scanner.decode import Grey

Corner: TypeAlias = tuple[float, float]
"""x and y, pixels of the frame."""

_GLARE = 250
_MARGIN = 2.0
_RESTRICTED = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


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


def find(grey: Grey) -> Finding:
    """Look for a symbol, and measure it or the frame."""
    found = zxingcpp.read_barcodes(grey, formats=_RESTRICTED, return_errors=True)
    located = [(corners, barcode) for barcode in found if _area(corners := corners_of(barcode)) > 0]
    if not located:
        return Finding(located=False, luma=_luma(grey), glare=_glare(grey))
    corners, barcode = max(located, key=lambda pair: _area(pair[0]))
    return measured(grey, corners, version_of(barcode))


def measured(grey: Grey, corners: tuple[Corner, ...], version: int) -> Finding:
    """A symbol of QR ``version`` (0 where that is unknown) with its four ``corners``."""
    height, width = grey.shape
    region = _region(grey, corners)
    module_px = _area(corners) ** 0.5 / (17 + 4 * version) if version else None
    return Finding(
        located=True,
        luma=_luma(region),
        glare=_glare(region),
        module_px=module_px,
        sharpness=_sharpness(region, module_px) if module_px else None,
        inside=all(_MARGIN <= x < width - _MARGIN and _MARGIN <= y < height - _MARGIN for x, y in corners),
        corners=corners,
    )


def version_of(barcode: zxingcpp.Barcode) -> int:
    """1 to 40, or 0 where the symbol's version was not made out."""
    extra = barcode.extra
    return int(extra.get("Version", 0)) if isinstance(extra, dict) else 0


def corners_of(barcode: zxingcpp.Barcode) -> tuple[Corner, ...]:
    position = barcode.position
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((float(point.x), float(point.y)) for point in points)


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


def _area(corners: tuple[Corner, ...]) -> float:
    """Square pixels, by the shoelace formula."""
    turned = corners[1:] + corners[:1]
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, turned, strict=True))) / 2
