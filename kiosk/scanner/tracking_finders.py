"""Finder patterns too small, too blurred or too slanted for a decoder, by their likeness to one; and which three of
them belong to one symbol."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import FINDER, Floats
from kiosk.scanner.rectify import Doubles

_BASE_PX = 1.6
_LARGEST_PX, _STEP = 6.0, 1.2
_ALIKE = 0.42
_MOST_PEAKS = 200
_LARGER_IS_BETTER = 0.15
"""The heart of a finder looks like a smaller finder; so where both are seen the larger one counts."""
_SCALES = (0.8, 0.9, 1.0, 1.12, 1.26)


@dataclass(frozen=True, eq=False)
class Triple:
    """Centres, in pixels, of the finder patterns top left, top right, bottom left; ``between``: modules from one to
    the next, about; ``likeness`` up to 1; ``sign`` as in ``Pose``."""

    likeness: float
    places: Doubles
    between: float
    sign: int

    def at(self, left: int, top: int) -> "Triple":
        """The same in a frame of which the region looked at was a part."""
        return Triple(self.likeness, self.places + np.array([left, top]), self.between, self.sign)


@dataclass(frozen=True)
class Care:
    """How many peaks are taken for finder patterns, how many triples of them are looked at, and how many closely; and
    the smallest modules that are looked for, in pixels: those cost the most."""

    peaks: int
    looked_at: int
    closely: int
    smallest_px: float


THOROUGH, QUICK = Care(40, 1500, 100, 1.5), Care(32, 60, 12, 1.8)


def triples(grey: Grey, care: Care) -> list[Triple]:
    """What could be symbols, the likeliest first."""
    peaks = _peaks(grey, care)
    loose = [one for sign in (1, -1) for one in _loose(peaks[peaks[:, 3] * sign > 0], sign, care.looked_at)]
    likely = _judged(grey, loose, (1.0,))[: care.closely]
    return _judged(grey, likely, _SCALES)


def _peaks(grey: Grey, care: Care) -> Doubles:
    """Rows of x, y, module's side in pixels, likeness (below 0: light on dark), rank; the highest rank first."""
    picture, size = grey.astype(np.float32), care.smallest_px
    found = [np.zeros((0, 5))]
    while size < _LARGEST_PX and min(grey.shape) * _BASE_PX / size > len(_round_finder()) + 4:
        found.append(_peaks_of_size(picture, size))
        size *= _STEP
    peaks = np.vstack(found)
    return _apart(peaks[np.argsort(-peaks[:, 4])][:_MOST_PEAKS], care.peaks)


def _apart(peaks: Doubles, most: int) -> Doubles:
    """The best of each neighbourhood and kind, by the size of the better one."""
    away = np.hypot(peaks[:, None, 0] - peaks[None, :, 0], peaks[:, None, 1] - peaks[None, :, 1])
    near = (away < 2.5 * peaks[:, 2]) & (peaks[:, None, 3] * peaks[None, :, 3] > 0)
    kept: list[int] = []
    for number in range(len(peaks)):
        if not near[number, kept].any():
            kept.append(number)
        if len(kept) >= most:
            break
    return peaks[kept]


def _peaks_of_size(picture: Floats, module_px: float) -> Doubles:
    scale = _BASE_PX / module_px
    small = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    likeness = cv2.matchTemplate(small, _round_finder(), cv2.TM_CCOEFF_NORMED)
    strength = np.abs(likeness)
    y, x = np.nonzero((strength >= cv2.dilate(strength, np.ones((5, 5), np.uint8))) & (strength > _ALIKE))
    middle = len(_round_finder()) / 2
    rank = strength[y, x] + _LARGER_IS_BETTER * np.log(module_px)
    return np.stack(
        [(x + middle) / scale - 0.5, (y + middle) / scale - 0.5, np.full(len(x), module_px), likeness[y, x], rank], 1
    )


@cache
def _round_finder() -> Floats:
    """A blurred finder pattern, the mean of all its rotations: +1 light, -1 dark.

    Of its quiet zone only half a module: how wide that is, and what comes after it, nobody knows.
    """
    dots = 12
    square = np.kron(-FINDER, np.ones((dots, dots), np.float32))
    square = np.pad(square, 4 * dots, constant_values=1)
    middle, side = (len(square) - 1) / 2, len(square)
    turns = [cv2.getRotationMatrix2D((middle, middle), angle, 1) for angle in range(0, 90, 6)]
    mean = np.mean([cv2.warpAffine(square, turn, (side, side), borderValue=1) for turn in turns], axis=0)
    soft = cv2.GaussianBlur(mean.astype(np.float32), (0, 0), 0.35 * dots)
    size = round(8 * _BASE_PX) | 1
    offset = middle - (size - 1) / 2 * dots / _BASE_PX
    shrink = np.array([[dots / _BASE_PX, 0, offset], [0, dots / _BASE_PX, offset]], np.float32)
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(soft, shrink, (size, size), flags=flags), np.float32)


def _loose(peaks: Doubles, sign: int, most: int) -> list[Triple]:
    """Triples of peaks that could be the corners of a slanted square, by place and size alone."""
    if len(peaks) < 3:
        return []
    corner, one, other = _choices(len(peaks))
    a, b, c = peaks[corner], peaks[one], peaks[other]
    to_b, to_c = b[:, :2] - a[:, :2], c[:, :2] - a[:, :2]
    length_b, length_c = np.hypot(*to_b.T) + 1e-9, np.hypot(*to_c.T) + 1e-9
    turn = to_b[:, 0] * to_c[:, 1] - to_b[:, 1] * to_c[:, 0]
    slant = np.abs((to_b * to_c).sum(axis=1)) / (length_b * length_c)
    sizes = np.stack([a[:, 2], b[:, 2], c[:, 2]], axis=1)
    uneven = sizes.max(axis=1) / sizes.min(axis=1)
    longer = np.abs(np.log(length_b / length_c))
    between = np.sqrt(np.abs(turn)) / sizes.mean(axis=1)
    fits = (slant < 0.6) & (longer < 0.83) & (uneven < 1.65) & (between > 12) & (between < 130)
    alike = np.abs(np.stack([a[:, 3], b[:, 3], c[:, 3]])).sum(axis=0)
    likeness = alike - 0.2 * slant - 0.2 * longer - 0.3 * np.log(uneven)
    best = np.flatnonzero(fits)[np.argsort(-likeness[fits])[:most]]
    return [
        Triple(float(likeness[i]), np.array([a[i, :2], *_clockwise(b[i, :2], c[i, :2], turn[i])]), between[i], sign)
        for i in best
    ]


def _clockwise(one: Doubles, other: Doubles, turn: float) -> tuple[Doubles, Doubles]:
    return (one, other) if turn > 0 else (other, one)


@cache
def _choices(count: int) -> tuple[Doubles, Doubles, Doubles]:
    """All ways to take a corner and two others out of ``count``."""
    chosen = [
        (corner, one, other)
        for corner in range(count)
        for one in range(count)
        for other in range(one + 1, count)
        if corner not in (one, other)
    ]
    corner, one, other = np.array(chosen).T
    return corner, one, other


def _judged(grey: Grey, loose: list[Triple], scales: tuple[float, ...]) -> list[Triple]:
    """The same by how much their three places look like finder patterns, as slanted as the triple itself."""
    if not loose:
        return []
    places = np.array([triple.places for triple in loose])
    between = np.array([triple.between for triple in loose])
    sign = np.array([[triple.sign] for triple in loose])
    alike = np.stack([_likeness(grey, places, between * scale) * sign for scale in scales])
    score = 0.6 * alike.mean(axis=2) + 0.4 * alike.min(axis=2)
    scale = score.argmax(axis=0)
    judged = [
        Triple(float(score[scale[i], i]), places[i], float(between[i] * scales[scale[i]]), triple.sign)
        for i, triple in enumerate(loose)
    ]
    return sorted(judged, key=lambda triple: -triple.likeness)


def _likeness(grey: Grey, places: Doubles, between: Doubles) -> Doubles:
    """Triples x 3: how much each place looks like a finder pattern of the triple's slant, from -1 to 1."""
    u, v, weight, pattern = _finder_points()
    right = (places[:, 1] - places[:, 0]) / between[:, None]
    down = (places[:, 2] - places[:, 0]) / between[:, None]
    seen = places[:, :, None, :] + right[:, None, None, :] * u[:, None] + down[:, None, None, :] * v[:, None]
    x, y = np.ascontiguousarray(seen.reshape(-1, len(u), 2).astype(np.float32).transpose(2, 0, 1))
    light = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    light -= (light @ weight)[:, None]
    spread = np.sqrt((light * light) @ weight * float(weight @ (pattern * pattern))) + 1e-3
    return np.asarray((light @ (weight * pattern)) / spread, float).reshape(-1, 3)


@cache
def _finder_points() -> tuple[Floats, Floats, Floats, Floats]:
    """u, v (modules from the centre), weight and light of the points that a finder pattern is judged by."""
    along = np.arange(-4, 5, dtype=np.float32)
    u, v = np.meshgrid(along, along)
    light = cv2.GaussianBlur(-FINDER, (0, 0), 0.45).ravel()
    # What lies outside the quiet zone's first module is anybody's guess, and that module may be narrow.
    weight = np.where(np.maximum(np.abs(u), np.abs(v)) > 3.5, 0.4, 1.0).astype(np.float32).ravel()
    weight /= weight.sum()
    return u.ravel(), v.ravel(), weight, (light - weight @ light).astype(np.float32)
