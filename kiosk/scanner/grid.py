"""Dark or light, module by module, from a rectified picture: what the neighbours' blur adds is learned and taken off.

No picture tells what its blur is. But most modules are right at a first look, and the patterns of a symbol are known:
from these, least squares learn how the neighbours shine into a module, better in each round.
"""

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats, Layout, layout, side_of
from kiosk.scanner.rectify import MARGIN, Pose, evened, rectified

DOTS = 2
_ROUNDS = 3
_FIRM = 0.003
_MOST_LIKELIHOOD = 6.0
_NOTHING, _MOST_TRUST = 0.1, 1.5


def sampled(grey: Grey, pose: Pose, dots: int = DOTS) -> Floats:
    """The evened, rectified picture that the functions below work on."""
    return evened(rectified(grey, pose, dots), dots)


def read(grey: Grey, pose: Pose, dots: int = DOTS) -> Floats:
    """The likelihoods of the modules of a symbol with this pose."""
    return told(rectified(grey, pose, dots), pose.version, dots)


def told(light: Floats, version: int, dots: int = DOTS) -> Floats:
    """The same of the rectified ``light``."""
    return likelihoods(evened(light, dots), trusted(light, version, dots), version, dots)


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
    return _equalised(picture, views, known, np.ones(len(views), np.float32), dots)


def likelihoods(picture: Floats, trust: Floats, version: int, dots: int = DOTS) -> Floats:
    """The logarithm of how much likelier dark is than light, of each module, row by row.

    The neighbours' light is predicted from what is believed of them, and taken off; what remains is weighed by how
    much each view of a module says, given how noise runs from one view to the next, and by the ``trust`` in its place.
    """
    known = layout(version)
    views = _views(picture, known.side, dots, _window(dots))
    share = np.minimum(trust, 1)
    opinion = _equalised(picture, views, known, share, dots)
    opinion *= 1.5 / max(float(opinion.std()), 1e-3)
    for _ in range(_ROUNDS):
        believed = _believed(np.tanh(opinion), known)
        around = _neighbours(believed, known.side)
        weighed = (around * share[:, None]).T
        squares = weighed @ around
        squares[np.diag_indices(len(squares))] += 1e-3 * len(views)
        spread = np.linalg.solve(squares, weighed @ views).astype(np.float32)
        rest = views - around @ spread
        noise = (rest * share[:, None]).T @ rest / len(rest)
        noise[np.diag_indices(len(noise))] += 0.01 * np.trace(noise) / len(noise) + 1e-6
        weights = np.linalg.solve(noise, spread[4]).astype(np.float32)
        opinion = (rest @ weights + believed * float(spread[4] @ weights)) * trust
    return _weighed(np.clip(opinion, -_MOST_LIKELIHOOD, _MOST_LIKELIHOOD), known)


def trusted(light: Floats, version: int, dots: int = DOTS) -> Floats:
    """How much each place of the rectified ``light`` can tell, row by row: 1 as usual, 0 in glare and under a finger.

    What noise does to a module is the same everywhere, but what is left of its contrast is not.
    """
    fine = light - cv2.blur(light, (3 * dots, 3 * dots))
    power = cv2.blur(fine * fine, (5 * dots, 5 * dots))
    start, stop = MARGIN * dots, (MARGIN + side_of(version)) * dots
    modules = power[start:stop:dots, start:stop:dots].ravel()
    usual = max(float(np.median(modules)), 1e-6)
    return np.asarray(np.clip(modules / usual - _NOTHING, 0, _MOST_TRUST), np.float32)


def _equalised(picture: Floats, views: Floats, known: Layout, share: Floats, dots: int) -> Floats:
    seen = np.hstack([views, np.ones((len(views), 1), np.float32)])
    weighed = (seen * share[:, None]).T
    squares = weighed @ seen
    squares[np.diag_indices(len(squares))] += _FIRM * len(seen)
    opinion = -_views(picture, known.side, dots, (0, dots)).mean(axis=1)
    for _ in range(_ROUNDS):
        opinion = seen @ np.linalg.solve(squares, weighed @ _believed(np.sign(opinion), known)).astype(np.float32)
    return np.asarray(opinion, np.float32)


def _weighed(opinion: Floats, known: Layout) -> Floats:
    """The less, the worse the patterns that every symbol has are told: a frame in motion must not spoil the others.

    Twice mean over variance is 1 where likelihoods are what they claim to be; measured on frames of which many are in
    motion, the fourth power leaves the fewest modules wrong after two seconds.
    """
    told = opinion[known.known] * known.values
    claim = 2 * max(float(told.mean()), 0.0) / max(float(told.var()), 0.1)
    return np.asarray(opinion * np.clip(claim, 0.1, 1.5) ** 4, np.float32)


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
