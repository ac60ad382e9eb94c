"""Where in a frame something is textured in all directions, as a QR is and hardly anything else in a hall."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats

CELL = 16
_DARK_NOISE = 4.0
_LEAST = 16.0
"""Grey levels per pixel across the finest edges; below, nothing is told from the sensor's noise."""
_FALL_OFF = 0.75
_FEWEST_CELLS = 12


@dataclass(frozen=True)
class Region:
    """A box of whole pixels, the right and the bottom one outside."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, grey: Grey) -> Grey:
        return grey[self.top : self.bottom, self.left : self.right]

    @property
    def pixels(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)


def textured(grey: Grey, most: int = 2) -> list[Region]:
    """Up to ``most`` regions, the most textured first."""
    texture = _texture(grey)
    core = cv2.erode(texture, np.ones((3, 3), np.uint8))
    regions = []
    for _ in range(most):
        _, strength, _, (x, y) = cv2.minMaxLoc(core)
        if strength < np.log(_LEAST):
            break
        _, labels = cv2.connectedComponents((texture > strength - _FALL_OFF).astype(np.uint8), connectivity=4)
        rows, columns = np.nonzero(labels == labels[y, x])
        core[rows, columns] = 0
        if len(rows) >= _FEWEST_CELLS:
            regions.append(_region(grey, rows, columns))
    return regions


def _region(grey: Grey, rows: np.ndarray, columns: np.ndarray) -> Region:
    """A cell around the ones found, where the frame goes on."""
    height, width = grey.shape
    left, top = max(0, int(columns.min() - 1) * CELL), max(0, int(rows.min() - 1) * CELL)
    return Region(left, top, min(width, int(columns.max() + 2) * CELL), min(height, int(rows.max() + 2) * CELL))


def _texture(grey: Grey) -> Floats:
    """Of each cell the logarithm of the least mean slope over all directions: stripes and lone edges have none."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    size = (max(1, grey.shape[1] // CELL), max(1, grey.shape[0] // CELL))
    a, b, c = (
        cv2.resize(product, size, interpolation=cv2.INTER_AREA)
        for product in (across * across, down * down, across * down)
    )
    least = (a + b) / 2 - np.sqrt(((a - b) / 2) ** 2 + c * c)
    strength = np.log(np.sqrt(np.maximum(least, 0)) + _DARK_NOISE)
    return np.asarray(cv2.blur(strength, (3, 3)), np.float32)
