"""Where in a frame something is textured in all directions, as a QR is and hardly anything else in a hall."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats

CELL = 16
_DARK_NOISE = 4.0
_LEAST = math.log(16.0)
"""Of the grey levels per pixel across the faintest edges; below, nothing is told from the sensor's noise."""
_MANY_PIXELS = 500_000
"""Larger frames are looked at in half their size, where a module of 2 pixels still makes a slope."""
_FALL_OFF = 0.75
_FEWEST_CELLS = 12


@dataclass(frozen=True)
class Region:
    """A box of whole pixels, the right and the bottom one outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def heart(self, side: int) -> "Region":
        """Its middle, at most ``side`` pixels wide and high."""
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return self.within(x - side / 2, y - side / 2, x + side / 2, y + side / 2)

    def of(self, grey: Grey) -> Grey:
        return np.ascontiguousarray(grey[self.top : self.bottom, self.left : self.right])

    def around(self, corners: Sequence[tuple[float, float]]) -> "Region":
        """The part of this one that bounds ``corners``, and a quarter more."""
        (left, top), (right, bottom) = np.min(corners, axis=0), np.max(corners, axis=0)
        wide, high = (right - left) / 4, (bottom - top) / 4
        return self.within(left - wide, top - high, right + wide, bottom + high)

    def within(self, left: float, top: float, right: float, bottom: float) -> "Region":
        """The part of this one between these edges."""
        x = np.clip([left, right], self.left, self.right).astype(int)
        y = np.clip([top, bottom], self.top, self.bottom).astype(int)
        return Region(int(x[0]), int(y[0]), int(x[1]), int(y[1]))


def whole(grey: Grey) -> Region:
    height, width = grey.shape
    return Region(0, 0, width, height)


def textured(grey: Grey, side: int, most: int) -> list[Region]:
    """Up to ``most`` regions of at most about ``side`` pixels each way, the likeliest first.

    What stands out of its surroundings comes first; after that windows that overlap by half, the most textured first,
    for what is blurred or lies on something textured itself.
    """
    texture = _texture(grey)
    return [*_fitting(_alone(grey, texture), side), *_windows(grey, texture, side, most)][:most]


def standing_out(grey: Grey, side: int) -> list[Region]:
    """Those alone that stand out of their surroundings: none in most frames without a code."""
    return _fitting(_alone(grey, _texture(grey)), side)


def _fitting(regions: list[Region], side: int) -> list[Region]:
    return [region for region in regions if max(region.width, region.height) <= side]


def _alone(grey: Grey, texture: Floats, most: int = 2) -> list[Region]:
    core = cv2.erode(texture, np.ones((3, 3), np.uint8))
    regions = []
    for _ in range(most):
        _, strength, _, (x, y) = cv2.minMaxLoc(core)
        if strength < _LEAST:
            break
        _, labels = cv2.connectedComponents((texture > strength - _FALL_OFF).astype(np.uint8), connectivity=4)
        rows, columns = np.nonzero(labels == labels[y, x])
        core[rows, columns] = 0
        if len(rows) >= _FEWEST_CELLS:
            regions.append(_region(grey, rows, columns))
    return regions


def _windows(grey: Grey, texture: Floats, side: int, most: int) -> list[Region]:
    cells = side // CELL
    excess = np.maximum(texture - _LEAST, 0)
    # The window that begins at a cell has its anchor there, and nothing beyond the frame's end.
    mean = cv2.boxFilter(excess, -1, (cells, cells), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    rows, columns = (range(0, max(1, size - cells // 2), max(1, cells // 2)) for size in texture.shape)
    scored = sorted(((float(mean[y, x]), x, y) for y in rows for x in columns if mean[y, x] > 0), reverse=True)
    return [whole(grey).within(x * CELL, y * CELL, x * CELL + side, y * CELL + side) for _, x, y in scored[:most]]


def _region(grey: Grey, rows: np.ndarray, columns: np.ndarray) -> Region:
    """A cell around the ones found, where the frame goes on."""
    height, width = grey.shape
    left, top = max(0, int(columns.min() - 1) * CELL), max(0, int(rows.min() - 1) * CELL)
    return Region(left, top, min(width, int(columns.max() + 2) * CELL), min(height, int(rows.max() + 2) * CELL))


def _texture(grey: Grey) -> Floats:
    """Of each cell the logarithm of the least mean slope over all directions: stripes and lone edges have none."""
    size = (max(1, grey.shape[1] // CELL), max(1, grey.shape[0] // CELL))
    if grey.size > _MANY_PIXELS:
        grey = np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    a, b, c = (
        cv2.resize(product, size, interpolation=cv2.INTER_AREA)
        for product in (across * across, down * down, across * down)
    )
    least = (a + b) / 2 - np.sqrt(((a - b) / 2) ** 2 + c * c)
    strength = np.log(np.sqrt(np.maximum(least, 0)) + _DARK_NOISE)
    return np.asarray(cv2.blur(strength, (3, 3)), np.float32)
