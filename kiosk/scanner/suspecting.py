"""A code that no finder locates: too far, blurred or half out of view, it still stands out of a hall as a texture.

What is seen is told as a ``Finding`` whose measures are estimates, for the guidance alone. A poster on the wall behind
the patient looks the same, so what has stood quite still in one place for long is scenery, until it goes. No hand holds
a card so still, however long it is held in one place; so the patient who struggles longest goes on being told.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats
from kiosk.scanner.guidance import GLARE_SHARE
from kiosk.scanner.reading import Finding
from kiosk.scanner.tracking_texture import CELL, Region, standing_out, whole

Cells: TypeAlias = npt.NDArray[np.bool_]
"""Of a frame, each one ``CELL`` pixels wide and high."""

PERIOD_S = 0.15
"""Looking costs some 2 ms; what was seen holds for so long."""
SCENERY_S = 12.0
_LONGEST_GAP_S = 0.5
_STILL_LUMA, _STILL_SHARE, _STILL_S = 1.25, 0.7, 1.0
"""A thing stands still while so much of its cells keep their mean brightness so near to that of the last second. With a
sensor's noise of 5 and lamps that flicker by 2 % that holds of four fifths of a poster's cells; of half of a blurred
card's it does not, if the hand sways by 4 pixels."""
_LARGEST_SHARE = 0.65
"""Of the frame's smaller side: larger things are no codes that finders miss."""
_COARSE, _FILLED = 4, 0.75
GLARING = 250
_SQUARE, _CUT = 1.8, 3.0
"""How much longer than wide, or the other way round, a code may seem; and one that is partly out of view."""
_MODULES, _AROUND_PX = 65.0, 40.0
"""Of an ABHA code about; and what the region is larger than the code."""
_TINY_PX, _LARGE_PX = 1.0, 20.0
_NOISE_PX = 0.8
_SHARP_PX, _SHARP_SHARE = 0.56, 0.135
"""Scale of the edges of a sharp picture, pixels: the lens's own, and a share of a module's. In frames made for tuning
(seed 40), sharp ones lie 0.02 and more below their sum, ones that move at it or above, ones out of focus 0.2 above."""


@dataclass
class Suspicion:
    """Belongs to one camera's frames."""

    _stood: Floats = field(default_factory=lambda: np.zeros((1, 1), np.float32))
    """Of each cell, how much of the last time something stood still there."""
    _luma: Floats = field(default_factory=lambda: np.zeros((1, 1), np.float32))
    """Of each cell, the mean of the last second."""
    _looked_at: float = float("-inf")
    _seen: Finding | None = None

    def found(self, finding: Finding, grey: Grey, now: float) -> Finding:
        """``finding``, or where it has located nothing what may be a code in ``grey``."""
        return finding if finding.located else self.look(grey, now) or finding

    def look(self, grey: Grey, now: float) -> Finding | None:
        """What may be a code in ``grey``; None where nothing stands out, or what stands out belongs to the hall."""
        since_s = now - self._looked_at
        if since_s >= PERIOD_S:
            self._looked_at = now
            self._seen = self._new(grey, since_s)
        return self._seen

    def _new(self, grey: Grey, since_s: float) -> Finding | None:
        since_s = min(since_s, _LONGEST_GAP_S)
        is_still = self._still_cells(grey, since_s)
        places = likely_codes(grey)
        if places and all(self._is_scenery(each, is_still) for each in places):
            # The rim of what stands out most may stand out more than a card beside it.
            places += likely_codes(_without(grey, places))
        place = next((each for each in places if not self._is_scenery(each, is_still)), None)
        # What seems cut off at an edge may be a corner of something larger.
        large = filling(grey) if place is None or _edges_touched(place, grey) else None
        self._learn([*places, large] if large else places, is_still, since_s)
        if large:
            return None if self._is_scenery(large, is_still) else _too_near(grey, large)
        return estimated(grey, place) if place else None

    def _still_cells(self, grey: Grey, since_s: float) -> Cells:
        """Where ``grey`` is as bright as it was; less what all of it has changed by, as a lamp's flicker does."""
        height, width = (max(1, side // CELL) for side in grey.shape)
        whole_cells = grey[: height * CELL, : width * CELL]  # four times as fast as with parts of cells
        luma = cv2.resize(whole_cells, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        if self._luma.shape != luma.shape:
            self._luma, self._stood = luma.copy(), np.zeros_like(luma)
        change = luma - self._luma
        self._luma += change * (1 - math.exp(-since_s / _STILL_S))
        return np.asarray(np.abs(change - np.median(change)) < _STILL_LUMA)

    def _learn(self, places: Sequence[Region], is_still: Cells, since_s: float) -> None:
        stands = np.zeros_like(self._stood)
        for place in places:
            stands[_cells(place)] = _stands_still(place, is_still)
        self._stood += (stands - self._stood) * (1 - math.exp(-since_s / SCENERY_S))

    def _is_scenery(self, place: Region, is_still: Cells) -> bool:
        return _stands_still(place, is_still) and float(self._stood[_cells(place)].mean()) > 0.5


def _stands_still(place: Region, is_still: Cells) -> bool:
    return float(is_still[_cells(place)].mean()) >= _STILL_SHARE


def _cells(place: Region) -> tuple[slice, slice]:
    """Those of the frame that ``place`` covers, at least one of them."""
    top, left = place.top // CELL, place.left // CELL
    return slice(top, max(top + 1, place.bottom // CELL)), slice(left, max(left + 1, place.right // CELL))


def likely_codes(grey: Grey) -> list[Region]:
    """Places of codes that may be cut off by one edge of the frame, the likeliest first."""
    side = int(_LARGEST_SHARE * min(grey.shape))
    return [region for region in standing_out(grey, side) if _may_be_code(region, grey)]


def _without(grey: Grey, places: Sequence[Region]) -> Grey:
    left = grey.copy()
    for place in places:
        left[place.top : place.bottom, place.left : place.right] = place.of(grey).mean()
    return left


def filling(grey: Grey) -> Region | None:
    """The place of a code that fills the frame from top to bottom, or more, with modules too large for a texture."""
    height, width = (max(1, side // _COARSE) for side in grey.shape)
    small = np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    for region in standing_out(small, max(height, width)):
        if region.height >= _FILLED * height and region.left > 0 and region.right < width:
            times = (_COARSE * edge for edge in (region.left, region.top, region.right, region.bottom))
            return whole(grey).within(*times)
    return None


def _too_near(grey: Grey, place: Region) -> Finding:
    return Finding(True, luma=float(place.of(grey).mean()), glare=0.0, module_px=_LARGE_PX, sharpness=1.0, inside=True)


def estimated(grey: Grey, place: Region) -> Finding:
    """As if a code of ordinary size were there. It is as good as unreadable, so ``sharpness`` is 0 or, if sharp, 1.

    One that is sharp, whole and without glare, and yet not located, is smaller than it seems, or leans too much: the
    card around it stands out too. ``module_px`` says the former.
    """
    part = place.of(grey)
    module_px = max(1.0, min(place.width, place.height) - _AROUND_PX) / _MODULES
    glare = float((cv2.blur(part, (3, 3)) >= GLARING).mean())
    is_blurred = edge_scale_px(part) >= _SHARP_PX + _SHARP_SHARE * module_px
    is_cut = _edges_touched(place, grey) > 0
    is_explained = is_blurred or is_cut or glare > GLARE_SHARE.begins
    return Finding(
        located=True,
        luma=float(part.mean()),
        glare=glare,
        module_px=module_px if is_explained else _TINY_PX,
        sharpness=0.0 if is_blurred else 1.0,
        inside=not is_cut,
    )


def edge_scale_px(part: Grey) -> float:
    """How wide the edges in ``part`` are: its slopes against how fast they change."""
    smooth = cv2.GaussianBlur(part.astype(np.float32), (0, 0), _NOISE_PX)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1)
    slope = float((across * across + down * down).mean()) / 4
    bend = float(np.square(cv2.Laplacian(smooth, cv2.CV_32F)).mean())
    return math.sqrt(slope / bend) if bend > 0 else 0.0


def _may_be_code(region: Region, grey: Grey) -> bool:
    edges = _edges_touched(region, grey)
    longer = max(region.width, region.height) / max(1, min(region.width, region.height))
    return edges <= 1 and longer <= (_CUT if edges else _SQUARE)


def _edges_touched(region: Region, grey: Grey) -> int:
    height, width = grey.shape
    return sum((region.left <= 0, region.top <= 0, region.right >= width, region.bottom >= height))
