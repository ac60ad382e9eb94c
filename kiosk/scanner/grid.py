"""Dark or light, module by module, from a rectified picture: what the neighbours' blur adds is learned and taken off.

No picture tells what its blur is. But most modules are right at a first look, and the patterns of a symbol are known:
from these, least squares learn how the neighbours shine into a module, better in each round.
"""

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats, Layout, layout
from kiosk.scanner.rectify import MARGIN, Pose, evened, rectified

DOTS = 2
_ROUNDS = 3
_FIRM = 0.003
_MOST_LIKELIHOOD = 6.0


def sampled(grey: Grey, pose: Pose, dots: int = DOTS) -> Floats:
    """The evened, rectified picture that the functions below work on."""
    return evened(rectified(grey, pose, dots), dots)


def fit(picture: Floats, version: int, dots: int = DOTS) -> float:
    """How well the patterns that every symbol has are seen where they should be: 0 not at all, 1 perfectly.

    Not a number where there is nothing to be seen.
    """
    known = layout(version)
    middle = _views(picture, known.side, dots, (0, dots)).mean(axis=1)[known.known]
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(-np.corrcoef(middle, known.values)[0, 1])


def equalised(picture: Floats, version: int, dots: int = DOTS) -> Floats:
    """A first opinion of each module, row by row: above 0 is dark."""
    known = layout(version)
    views = _views(picture, known.side, dots, _window(dots))
    seen = np.hstack([views, np.ones((len(views), 1), np.float32)])
    squares = seen.T @ seen
    squares[np.diag_indices(len(squares))] += _FIRM * len(seen)
    opinion = -_views(picture, known.side, dots, (0, dots)).mean(axis=1)
    for _ in range(_ROUNDS):
        opinion = seen @ np.linalg.solve(squares, seen.T @ _believed(np.sign(opinion), known)).astype(np.float32)
    return np.asarray(opinion, np.float32)


def likelihoods(picture: Floats, version: int, dots: int = DOTS) -> Floats:
    """The logarithm of how much likelier dark is than light, of each module, row by row.

    The neighbours' light is predicted from what is believed of them, and taken off; what remains is weighed by how
    much each view of a module says, given how noise runs from one view to the next.
    """
    known = layout(version)
    views = _views(picture, known.side, dots, _window(dots))
    opinion = equalised(picture, version, dots)
    opinion *= 1.5 / max(float(opinion.std()), 1e-3)
    for _ in range(_ROUNDS):
        believed = _believed(np.tanh(opinion), known)
        around = _neighbours(believed, known.side)
        squares = around.T @ around
        squares[np.diag_indices(len(squares))] += 1e-3 * len(views)
        spread = np.linalg.solve(squares, around.T @ views).astype(np.float32)
        rest = views - around @ spread
        noise = rest.T @ rest / len(rest)
        noise[np.diag_indices(len(noise))] += 0.01 * np.trace(noise) / len(noise)
        weights = np.linalg.solve(noise, spread[4]).astype(np.float32)
        opinion = rest @ weights + believed * float(spread[4] @ weights)
    return np.clip(opinion, -_MOST_LIKELIHOOD, _MOST_LIKELIHOOD)


def believed(opinion: Floats, version: int) -> Floats:
    """What the modules are, -1 to 1, the known ones for certain."""
    return _believed(np.tanh(1.5 * opinion / max(float(opinion.std()), 1e-3)), layout(version))


def drawn(opinion: Floats, version: int) -> Grey:
    """A clean picture of the symbol, for a decoder to correct and to check."""
    known = layout(version)
    dark = (_believed(opinion, known) > 0).reshape(known.side, known.side)
    clean = np.where(np.pad(dark, 4), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(clean, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST), np.uint8)


def _window(dots: int) -> tuple[int, int]:
    return (-1, dots + 1)


def _views(picture: Floats, side: int, dots: int, window: tuple[int, int]) -> Floats:
    """Modules x pixels: of each module the pixels from ``window[0]`` up to ``window[1]``, both ways."""
    start, stop = MARGIN * dots, side * dots
    return np.stack(
        [
            picture[start + down : start + down + stop : dots, start + across : start + across + stop : dots].ravel()
            for down in range(*window)
            for across in range(*window)
        ],
        axis=1,
    )


def _neighbours(believed: Floats, side: int) -> Floats:
    """Modules x 10: each with the eight around it, itself fifth, and a constant."""
    padded = np.pad(believed.reshape(side, side), 1)
    around = [padded[y : y + side, x : x + side].ravel() for y in range(3) for x in range(3)]
    return np.stack([*around, np.ones(side * side, np.float32)], axis=1)


def _believed(opinion: Floats, known: Layout) -> Floats:
    """The opinion, with what needs no opinion put right."""
    result = opinion.astype(np.float32)
    result[known.known] = known.values
    return result
