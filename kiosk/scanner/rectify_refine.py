"""Putting a pose right: first by the patterns that every symbol has, then by all that is believed of its modules."""

from functools import cache

import cv2
import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid import DOTS, believed, equalised, trusted
from kiosk.scanner.grid_layout import ALIGNMENT, FINDER, Floats, layout
from kiosk.scanner.rectify import MARGIN, Doubles, Pose, evened, powers, rectified, terms_inside

_FINE = 3
_SURE_FINDER, _SURE_ALIGNMENT, _SURE_TOGETHER = 0.5, 0.62, 0.45
_APART = 1.5
_FARTHEST = 2.5
"""Modules. A symbol that lies farther from where it was thought is lost."""


def aligned(grey: Grey, pose: Pose) -> Pose:
    """The pose put right by the finder patterns, up to 1.5 modules off, and by the alignment patterns, from the near
    to the far, up to 2 off from where those found before let expect them. Bent cards are bent by this.

    Raises:
        numpy.linalg.LinAlgError: the pose is none.
    """
    picture = -rectified(grey, pose, _FINE)
    at, to = _finders(picture, pose)
    for u, v in layout(pose.version).alignment:
        guess = _expected(pose, at, to, u, v)
        found = guess and _match(picture, *guess, "alignment", 2.0, MARGIN)
        if found and found[2] > _SURE_ALIGNMENT:
            at.append((u, v))
            to.append(pose.at(*found[:2]))
    places = np.array(at)
    return pose.moved((places[:, 0], places[:, 1]), np.array(to), 2, stiffness=0.15)


def followed(grey: Grey, pose: Pose, reach: int = 9) -> Pose | None:
    """The pose where the hand has moved it meanwhile, by up to ``reach`` modules; None where it is not seen there.

    All three finder patterns move nearly alike: looked for one by one, they would be taken for each other's likes.
    """
    margin = reach + 3
    picture = -rectified(grey, pose, DOTS, margin)
    at = _finder_centres(pose)
    across, down, likeness = _common_shift(picture, at, reach, margin)
    if likeness < _SURE_TOGETHER:
        return None
    found = [_match(picture, u + across, v + down, "finder", _APART, margin, DOTS) for u, v in at]
    shifts = [(one[0] - u, one[1] - v) for one, (u, v) in zip(found, at, strict=True) if one and one[2] > _SURE_FINDER]
    if not shifts:
        return None
    right, below = np.mean(shifts, axis=0)
    to = [
        one[:2] if one and one[2] > _SURE_FINDER else (u + right, v + below)
        for one, (u, v) in zip(found, at, strict=True)
    ]
    places = np.array(at)
    try:
        return pose.moved((places[:, 0], places[:, 1]), np.array([pose.at(*one) for one in to]), 1)
    except np.linalg.LinAlgError:
        return None


def settled(grey: Grey, pose: Pose, degrees: tuple[int, ...] = (1, 2, 3)) -> Pose | None:
    """The pose put right by every module that is believed in, ever more flexibly; None where that runs away."""
    for degree in degrees:
        moved = _nudged(rectified(grey, pose, DOTS), pose, degree)
        if moved is None:
            return None
        pose = moved
    return pose


def _common_shift(
    picture: Floats, at: list[tuple[float, float]], reach: int, margin: int
) -> tuple[float, float, float]:
    """How far, in modules, finder patterns are seen from ``at``, as one; and how well, up to 1."""
    template = _template("finder", DOTS)
    size, radius = len(template), reach * DOTS
    together = np.zeros((2 * radius + 1,) * 2, np.float32)
    for u, v in at:
        left, top = (round((place + margin) * DOTS - size / 2) - radius for place in (u, v))
        window = picture[top : top + size + 2 * radius, left : left + size + 2 * radius]
        likeness = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
        together += cv2.dilate(likeness, np.ones((3, 3), np.uint8)) / len(at)  # tilted since, they differ a little
    _, best, _, (x, y) = cv2.minMaxLoc(together)
    return (x - radius) / DOTS, (y - radius) / DOTS, float(best)


def _finder_centres(pose: Pose) -> list[tuple[float, float]]:
    far = pose.side - 3.5
    return [(3.5, 3.5), (far, 3.5), (3.5, far)]


def _finders(picture: Floats, pose: Pose) -> tuple[list[tuple[float, float]], list[Doubles]]:
    """The centres of the three finder patterns, and where they are seen: where they were thought, if not seen."""
    at = _finder_centres(pose)
    found = [_match(picture, u, v, "finder", 1.5, MARGIN) for u, v in at]
    seen = [one[:2] if one and one[2] > _SURE_FINDER else thought for one, thought in zip(found, at, strict=True)]
    return at, [pose.at(*one) for one in seen]


def _expected(
    pose: Pose, at: list[tuple[float, float]], to: list[Doubles], u: float, v: float
) -> tuple[float, float] | None:
    """Where in the rectified picture the pattern of (u, v) should be, by those found already; modules."""
    places = np.array(at)
    moved = pose.moved((places[:, 0], places[:, 1]), np.array(to), 2 if len(at) >= 8 else 1, stiffness=1e-3)
    half = 0.5
    right, left, below, above, there = pose.at([u + half, u - half, u, u, u], [v, v, v + half, v - half, v])
    shift = np.linalg.solve(np.stack([right - left, below - above], 1), moved.at(u, v) - there)
    return (u + float(shift[0]), v + float(shift[1])) if np.abs(shift).max() < 6 else None


def _match(
    picture: Floats, u: float, v: float, pattern: str, reach: float, margin: int, dots: int = _FINE
) -> tuple[float, float, float] | None:
    """Where within ``reach`` modules of (u, v) the pattern is seen best, in modules, and how well, up to 1."""
    template = _template(pattern, dots)
    size, radius = len(template), int(reach * dots)
    left, top = (round((place + margin) * dots - size / 2) - radius for place in (u, v))
    window = picture[max(0, top) : top + size + 2 * radius, max(0, left) : left + size + 2 * radius]
    if left < 0 or top < 0 or window.shape != (size + 2 * radius, size + 2 * radius):
        return None
    likeness = np.asarray(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED), np.float32)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    across, down = x + _between(likeness[y], x), y + _between(likeness[:, x], y)
    return (left + across + size / 2) / dots - margin, (top + down + size / 2) / dots - margin, float(best)


def _between(line: Floats, peak: int) -> float:
    """How far beside the pixel ``peak`` the top of the parabola lies through it and its neighbours."""
    if not 0 < peak < len(line) - 1:
        return 0.0
    before, top, after = (float(line[place]) for place in (peak - 1, peak, peak + 1))
    bend = 2 * top - before - after
    return (after - before) / (2 * bend) if bend > 1e-6 else 0.0


@cache
def _template(pattern: str, dots: int) -> Floats:
    modules = {"finder": FINDER, "alignment": ALIGNMENT}[pattern]
    return np.asarray(cv2.GaussianBlur(np.kron(modules, np.ones((dots, dots), np.float32)), (0, 0), 0.45 * dots))


def _nudged(light: Floats, pose: Pose, degree: int) -> Pose | None:
    """One step of Lucas and Kanade against the blurred picture of what is believed; one pixel a module is enough.

    What glare hides must not move anything: its made-up modules would pull the pose along, a little in each frame.
    """
    seen, trust = evened(light, DOTS), np.minimum(trusted(light, pose.version), 1)
    expected = _expected_picture(equalised(seen, pose.version), pose)
    across, down = (_inside(np.roll(seen, -1, axis) - np.roll(seen, 1, axis), pose) * (DOTS / 2) for axis in (1, 0))
    flat, belief = _inside(seen, pose), _inside(expected, pose)
    terms = terms_inside(pose.side, degree)
    slopes = np.hstack([terms * across[:, None], terms * down[:, None]])
    weighed = (slopes * trust[:, None]).T
    squares = weighed @ slopes
    squares[np.diag_indices(len(squares))] += 1e-3 * np.trace(squares) / len(squares) + 1e-6
    error = belief * float((flat * trust) @ belief / max(1e-6, float((belief * trust) @ belief))) - flat
    shift = np.linalg.solve(squares, weighed @ error).reshape(2, -1)
    return _shifted(pose, np.asarray(shift.T, float), degree)


def _inside(picture: Floats, pose: Pose) -> Floats:
    """The first pixel of each module, row by row."""
    start, stop = MARGIN * DOTS, (MARGIN + pose.side) * DOTS
    return picture[start:stop:DOTS, start:stop:DOTS].ravel()


def _expected_picture(opinion: Floats, pose: Pose) -> Floats:
    modules = np.full((pose.side + 2 * MARGIN,) * 2, -1, np.float32)
    modules[MARGIN:-MARGIN, MARGIN:-MARGIN] = believed(opinion, pose.version).reshape(pose.side, pose.side)
    sharp = cv2.resize(modules, None, fx=DOTS, fy=DOTS, interpolation=cv2.INTER_NEAREST)
    return evened(-np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.5 * DOTS), np.float32), DOTS)


def _shifted(pose: Pose, shift: Doubles, degree: int) -> Pose | None:
    """The pose moved by the polynomial ``shift``, in modules; None beyond all measure."""
    along = np.linspace(0, pose.side, 7)
    u, v = (places.ravel() for places in np.meshgrid(along, along))
    moved = powers(u, v, pose.side, degree) @ shift
    if np.abs(moved).max() > _FARTHEST:
        return None
    return pose.moved((u, v), pose.at(u + moved[:, 0], v + moved[:, 1]), 3)
