"""Where each module of a symbol lies in a frame: a plane seen at a slant, and the little that a card is bent."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats, side_of

MARGIN = 3
"""Modules of the surroundings in a rectified picture."""
BEND_DEGREE = 3
_CONTRAST_WINDOW = 9
_LEAST_VARIANCE = 9.0
_SIZES_KEPT = 6
"""Sizes of symbols whose places are kept worked out: megabytes each for the largest, and one symbol is read at once."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pose:
    """``plane``: 3 x 3, from modules (u to the right, v down) to pixels. ``bend``: pixels to add, as the coefficients
    of a polynomial in the module's place. ``sign``: 1 for dark on light, -1 for light on dark."""

    version: int
    plane: Doubles
    bend: Floats
    sign: int = 1

    @property
    def side(self) -> int:
        return side_of(self.version)

    def at(self, u: npt.ArrayLike, v: npt.ArrayLike) -> Doubles:
        """Pixels of the points (u, v), in modules: ... x 2."""
        across, down = np.asarray(u, float), np.asarray(v, float)
        seen = np.stack([across, down, np.ones_like(across)], -1) @ self.plane.T
        return np.asarray(seen[..., :2] / seen[..., 2:] + powers(across, down, self.side, BEND_DEGREE) @ self.bend)

    def moved(self, at: tuple[Doubles, Doubles], to: Doubles, degree: int, stiffness: float = 0.0) -> "Pose":
        """Bent so that the points ``at`` (u and v, modules) come to lie ``to`` (pixels), as well as ``degree`` lets."""
        wanted = to - self.at(*at)
        terms = powers(*at, self.side, degree)
        stiff = np.diag([1e-6] * 3 + [stiffness + 1e-6] * (terms.shape[1] - 3))
        bend = self.bend.copy()
        bend[: terms.shape[1]] += np.linalg.solve(terms.T @ terms + stiff, terms.T @ wanted)
        return replace(self, bend=bend)

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Top left first, clockwise in the symbol's own sense."""
        side = self.side
        return tuple((float(x), float(y)) for x, y in self.at([0, side, side, 0], [0, 0, side, side]))


def flat_pose(version: int, plane: Doubles, sign: int = 1) -> Pose:
    """A pose without bend."""
    terms = (BEND_DEGREE + 1) * (BEND_DEGREE + 2) // 2
    return Pose(version, plane, np.zeros((terms, 2), np.float32), sign)


def pose_of_corners(version: int, corners: tuple[tuple[float, float], ...], sign: int = 1) -> Pose:
    """A flat symbol with these corners, top left first, clockwise."""
    side = side_of(version)
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    plane = cv2.getPerspectiveTransform(square, np.array(corners, np.float32))
    return flat_pose(version, np.asarray(plane, float), sign)


def powers(u: npt.ArrayLike, v: npt.ArrayLike, side: int, degree: int) -> Doubles:
    """The terms of a polynomial of ``degree`` at (u, v), places scaled to -1 to 1: ... x terms."""
    across, down = (_raised(np.asarray(place, float) / side * 2 - 1, degree) for place in (u, v))
    return np.stack([across[i] * down[d - i] for d in range(degree + 1) for i in range(d, -1, -1)], -1)


def _raised(places: Doubles, degree: int) -> list[Doubles]:
    """To the powers 0 to ``degree``, multiplied out, as ``**`` takes ten times as long."""
    raised = [np.ones_like(places)]
    for _ in range(degree):
        raised.append(raised[-1] * places)
    return raised


def rectified(grey: Grey, pose: Pose, dots: int, margin: int = MARGIN) -> Floats:
    """The symbol straight and upright, ``dots`` pixels a module, ``margin`` modules around it; dark is dark."""
    u, v = _places(pose.side, dots, margin)
    x, y = _projected(pose, u, v, dots, margin)
    seen = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return pose.sign * np.asarray(seen, np.float32)


def evened(picture: Floats, dots: int) -> Floats:
    """The same under even light: mean 0 and deviation 1 in every neighbourhood of 9 modules of the symbol.

    What lies farther outside than a module counts for nothing: it may be a dark screen or a light card.
    """
    edge, window = (MARGIN - 1) * dots - 1, (_CONTRAST_WINDOW * dots, _CONTRAST_WINDOW * dots)
    inner = picture[edge:-edge, edge:-edge]
    mean = cv2.blur(inner, window)
    variance = cv2.blur(inner * inner, window) - mean * mean
    even = np.zeros_like(picture)
    even[edge:-edge, edge:-edge] = (inner - mean) / np.sqrt(np.maximum(variance, _LEAST_VARIANCE))
    return even


def _projected(pose: Pose, u: Floats, v: Floats, dots: int, margin: int) -> tuple[Floats, Floats]:
    plane = pose.plane.astype(np.float32)
    below = plane[2, 0] * u + plane[2, 1] * v + plane[2, 2]
    bend = _terms(pose.side, dots, margin) @ pose.bend
    x = (plane[0, 0] * u + plane[0, 1] * v + plane[0, 2]) / below + bend[:, 0]
    y = (plane[1, 0] * u + plane[1, 1] * v + plane[1, 2]) / below + bend[:, 1]
    rows = (pose.side + 2 * margin) * dots
    return x.reshape(rows, rows).astype(np.float32), y.reshape(rows, rows).astype(np.float32)


@lru_cache(_SIZES_KEPT)
def _places(side: int, dots: int, margin: int) -> tuple[Floats, Floats]:
    along = ((np.arange((side + 2 * margin) * dots) + 0.5) / dots - margin).astype(np.float32)
    u, v = np.meshgrid(along, along)
    return u.ravel(), v.ravel()


@lru_cache(_SIZES_KEPT)
def _terms(side: int, dots: int, margin: int) -> Floats:
    return powers(*_places(side, dots, margin), side, BEND_DEGREE).astype(np.float32)


@lru_cache(_SIZES_KEPT)
def terms_inside(side: int, degree: int) -> Floats:
    """The polynomial's terms at each module: modules x terms."""
    return powers(*_places(side, 1, 0), side, degree).astype(np.float32)
