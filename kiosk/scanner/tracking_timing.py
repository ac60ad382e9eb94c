"""From three finder patterns to poses: the timing patterns between them tell the version and the slant."""

import numpy as np

from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import MOST_VERSION, Floats, side_of
from kiosk.scanner.rectify import Doubles, Pose, flat_pose
from kiosk.scanner.tracking_finders import Triple

_DEPTHS = np.asarray(np.arange(-4, 5) * 0.065, float)
_FINER = np.asarray(np.arange(-2, 3) * 0.025, float)
"""How much farther than the top left finder pattern another may be, as a share of the distance."""


def poses(grey: Grey, triple: Triple, most: int = 3) -> list[Pose]:
    """The likeliest poses, of different versions, the likeliest first."""
    guess = (triple.between + 7 - 17) / 4
    versions = range(max(1, int(guess * 0.72)), min(MOST_VERSION, int(guess * 1.35) + 2) + 1)
    tried = sorted(_best_depths(grey, triple, version, (0.0, 0.0), _DEPTHS) for version in versions)
    finer = [_best_depths(grey, triple, version, depths, _FINER) for _, depths, version in tried[-most:]]
    return [
        flat_pose(version, _plane(triple, version, depths), triple.sign)
        for _, depths, version in sorted(finer, reverse=True)
    ]


def _best_depths(
    grey: Grey, triple: Triple, version: int, about: tuple[float, float], steps: Doubles
) -> tuple[float, tuple[float, float], int]:
    """How well the timing patterns are seen, up to 1, the two depths at which they are seen best, and the version."""
    between = side_of(version) - 7.0
    along = np.asarray(np.arange(8, side_of(version) - 8) - 3.0, float) / between
    across = np.full(along.shape, 3 / between)
    right, down = (depths.ravel() for depths in np.meshgrid(about[0] + steps, about[1] + steps))
    score = _alternation(grey, triple, along, across, right, down)
    score = score + _alternation(grey, triple, across, along, right, down)
    best = int(score.argmax())
    return float(score[best]) / 2, (float(right[best]), float(down[best])), version


def _alternation(grey: Grey, triple: Triple, s: Doubles, t: Doubles, right: Doubles, down: Doubles) -> Doubles:
    """Of each pair of depths, how strictly dark and light alternate along the points (s, t), up to 1."""
    shares = np.stack(
        [np.broadcast_to(1 - s - t, (len(right), len(s))), s * (1 + right[:, None]), t * (1 + down[:, None])], axis=-1
    )
    seen = shares @ triple.places / shares.sum(axis=-1, keepdims=True)
    height, width = grey.shape
    x, y = (np.clip(np.rint(seen[..., i]), 0, size - 1).astype(int) for i, size in enumerate((width, height)))
    light: Floats = grey[y, x].astype(np.float32)
    change = light[:, 1:-1] - (light[:, :-2] + light[:, 2:]) / 2
    beat = np.where(np.arange(change.shape[1]) % 2 == 0, 1.0, -1.0) * triple.sign
    return np.asarray(change @ beat / np.sqrt((change * change).sum(axis=1) * len(beat) + 1e-3), float)


def _plane(triple: Triple, version: int, depths: tuple[float, float]) -> Doubles:
    """The homography that puts the finder patterns' centres where they are, at these depths."""
    between = side_of(version) - 7.0
    shares = np.array([[-1, -1, between + 7], [1, 0, -3.5], [0, 1, -3.5]]) / between
    depth = np.array([1, 1 + depths[0], 1 + depths[1]])
    return np.vstack([triple.places.T * depth, depth]) @ shares
