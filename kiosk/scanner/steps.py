"""The ways of looking at a frame, in the order in which they are tried. Each is tried only while nothing was read.

A clean read is one of the decoder's own, of the picture as it is or enlarged. What the grid steps put together from
light and likelihoods has passed the decoder's error correction too, yet it counts only when a second look agrees:
another frame or, where there is but one picture, another sampling of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.scanner import decode as decoder
from kiosk.scanner import grid
from kiosk.scanner.decode import Grey
from kiosk.scanner.grid_layout import Floats
from kiosk.scanner.looks import Look, Memory
from kiosk.scanner.rectify import Pose, evened, pose_of_corners, rectified
from kiosk.scanner.rectify_refine import aligned, followed, settled
from kiosk.scanner.tracking_finders import QUICK, THOROUGH, Triple, triples
from kiosk.scanner.tracking_texture import Region, standing_out, textured, whole
from kiosk.scanner.tracking_timing import poses

_LEAST_FIT, _GOOD_FIT, _SURE_FIT = 0.3, 0.45, 0.65
_LEAST_LIKENESS = 0.42
_FINE_DOTS = 3
_LARGE_PX, _MOST_SEARCHED = 1_200_000, 4_000_000
_SOUGHT, _SOUGHT_ALONE, _MOST_ENLARGED = 384, 448, 400
"""Pixels along a side: more is not looked at that closely at once."""
_MOST_REGIONS, _MOST_PLACES = 12, 4
_STILL, _FORGETTING = 0.95, 0.97
"""Of the sharpest that a place was; how that fades from frame to frame."""
_SETTLING, _LONG = 8, 45
"""Frames in vain: until the hand has come to rest, and until a whole look each time has little hope."""
_REST_STILL, _REST_MOVING = 2, 6
"""Frames from one search to the next."""
_DOUBTED = 6
"""Frames. A pose held for so long in vain may be of something else: then what else there is comes into view too."""


Take = Callable[[Look], str]


@dataclass(frozen=True)
class Step:
    """``take`` looks, and says in a few words what came of it. ``due``: whether it is worth it now.

    ``ms`` and ``ns_per_px``: what a step costs, about, and what it costs besides for each pixel of the frame, on the
    machine that all this was measured on.
    """

    name: str
    take: Take
    due: Callable[[Look], bool]
    ms: float
    ns_per_px: float = 0

    def cost_s(self, look: Look) -> float:
        return self.ms * 1e-3 + self.ns_per_px * look.grey.size * 1e-9


def _as_is(look: Look) -> str:
    """The whole frame; of a live one in turn with the symbol alone, where that is known, or with a large one halved."""
    turns = 3 if look.memory.pose is None and look.memory.misses < _LONG else 6
    look.saw_whole = look.is_turn(0, turns) or (look.memory.pose is None and look.grey.size < _LARGE_PX)
    if look.saw_whole:
        return look.read(decoder.read_as_is(look.grey), whole(look.grey))
    if look.memory.pose is None:
        return look.read(decoder.read_halved(look.grey), whole(look.grey))
    region = whole(look.grey).around(look.memory.pose.corners())
    return look.read(decoder.read_as_is(region.of(look.grey), try_downscale=False), region)


def _followed(look: Look) -> str:
    """The symbol of the last frame, where the hand has moved it."""
    assert look.memory.pose is not None
    moved = followed(look.grey, look.memory.pose)
    found = _found(look.grey, moved) if moved else None
    pose = settled(look.grey, found) if found else None
    if pose is None:
        return "lost"
    return "read" if _read_grid(look, pose) else "not read"


def _damaged(look: Look) -> str:
    """What the decoder located, and found more damaged than it can correct."""
    guesses = [
        pose_of_corners(sight.version, sight.corners, sign)
        for sight in sorted(look.damaged, key=lambda sight: -sight.area)[:2]
        for sign in (1, -1)
    ]
    return _by_grid(look, guesses)


def _sought(look: Look) -> str:
    """Finder patterns in whatever is textured like a QR."""
    look.memory.unsought = 0
    found = [triple for region in _sought_in(look) for triple in _triples(look, region)]
    likely = sorted((one for one in found if one.likeness > _LEAST_LIKENESS), key=lambda one: -one.likeness)
    guesses = [pose for triple in likely[: 3 if look.thorough else 1] for pose in poses(look.grey, triple)]
    return f"{len(likely)} likely triples; {_by_grid(look, guesses)}"


def _watched(look: Look) -> str:
    """Whether the hand pauses: it trembles several times a second, and what is blurred is sought in vain."""
    memory = look.memory
    place = memory.places[0].of(look.grey)
    sharp = float(cv2.norm(cv2.Laplacian(place, cv2.CV_16S), cv2.NORM_L1)) / place.size
    memory.sharpest = max(sharp, memory.sharpest * _FORGETTING)
    look.is_still = sharp >= _STILL * memory.sharpest
    return f"{sharp / max(memory.sharpest, 1e-6):.2f} of the sharpest"


def _sought_in(look: Look) -> list[Region]:
    """Everywhere in a lone picture; in a live one each time in another of the likeliest places."""
    if look.thorough:
        return textured(look.grey, _SOUGHT_ALONE, _MOST_REGIONS)
    if not look.is_first:
        look.memory.places = textured(look.grey, _SOUGHT, _MOST_PLACES)
    place = _likely_place(look)
    return [place] if place else []


def _likely_place(look: Look) -> Region | None:
    """The likeliest place, and every third time one of the others in turn."""
    places, turn = look.memory.places, look.memory.misses // 3
    if turn % 3 < 2 or len(places) < 2:
        return places[0] if places else None
    return places[1 + turn // 3 % (len(places) - 1)]


def _triples(look: Look, region: Region) -> list[Triple]:
    found = triples(region.of(look.grey), THOROUGH if look.thorough else QUICK)
    return [triple.at(region.left, region.top) for triple in found[:4]]


def _glanced(look: Look) -> str:
    """What of a first frame stands out."""
    look.memory.places = standing_out(look.grey, _SOUGHT)
    return f"{len(look.memory.places)} places"


def _enlarged(look: Look) -> str:
    region = _worth_enlarging(look)
    return look.read(decoder.read_enlarged(region.of(look.grey)), region)


def _sharpened(look: Look) -> str:
    region = _worth_enlarging(look)
    return look.read(decoder.read_sharpened(region.of(look.grey)), region)


def _zbar(look: Look) -> str:
    return look.read(decoder.read_zbar(look.grey), whole(look.grey))


def _is_search_due(look: Look) -> bool:
    if look.pose is None:
        return look.grey.size <= _MOST_SEARCHED and (look.thorough or _is_moment(look) or _stands_out(look))
    return look.memory.held % _DOUBTED == _DOUBTED - 1


def _is_watching_due(look: Look) -> bool:
    return not (look.thorough or look.is_first) and look.pose is None and bool(look.memory.places)


def _is_moment(look: Look) -> bool:
    """Not too often, rather when the hand pauses, and oftenest when it has come to rest."""
    memory = look.memory
    rest = _REST_STILL if look.is_still else _REST_MOVING
    return memory.misses > 0 and memory.unsought >= rest + (memory.misses < _SETTLING)


def _is_enlarging_due(look: Look) -> bool:
    return look.is_small and (look.thorough or (look.pose is None and (look.is_turn(2) or _stands_out(look))))


def _stands_out(look: Look) -> bool:
    """Whether the first frame is worth dear steps at once: what holds for later ones comes in turn."""
    return look.is_first and bool(look.memory.places)


STEPS = (
    Step("as it is", _as_is, lambda look: True, 0, 4),
    Step("followed", _followed, lambda look: look.memory.pose is not None, 11),
    Step("damaged", _damaged, lambda look: look.pose is None and bool(look.damaged), 16),
    Step("glanced", _glanced, lambda look: look.is_first and look.pose is None, 0, 1.5),
    Step("enlarged", _enlarged, _is_enlarging_due, 6),
    Step("sharpened", _sharpened, lambda look: look.thorough and look.is_small, 0, 22),
    Step("watched", _watched, _is_watching_due, 0.3),
    Step("sought", _sought, _is_search_due, 16),
    Step("zbar", _zbar, lambda look: look.is_turn(44, 45) and look.is_small, 0, 30),
)
"""All of them, in order."""


def _rest(look: Look) -> str:
    """All that is in view, after a part of it was read: another patient's code may be beside."""
    read = look.texts
    outcome = look.read(decoder.read_as_is(look.grey), whole(look.grey))
    look.texts = tuple(dict.fromkeys([*read, *look.texts]))
    return outcome


REST = Step("the rest", _rest, lambda look: True, 0, 4)


def _worth_enlarging(look: Look) -> Region:
    """The whole of a lone picture, else the surroundings of the symbol."""
    if look.thorough:
        return whole(look.grey)
    if look.sights:
        return whole(look.grey).around(look.sights[0].corners).heart(_MOST_ENLARGED)
    return (_likely_place(look) or whole(look.grey)).heart(_MOST_ENLARGED)


def _by_grid(look: Look, guesses: list[Pose]) -> str:
    """Put the guesses right, and read the modules of that which fits best."""
    placed = sorted(_placed(look.grey, guesses, thorough=look.thorough), key=lambda one: -one[0])
    if not placed:
        return f"{len(guesses)} poses, none fits"
    for fit, guess in placed[: 2 if look.thorough else 1]:
        pose = settled(look.grey, guess)
        if pose is not None and _read_grid(look, pose):
            return f"fits {fit:.2f}, read"
    return f"fits {placed[0][0]:.2f}, not read"


def _placed(grey: Grey, guesses: list[Pose], *, thorough: bool) -> list[tuple[float, Pose]]:
    """The guesses that fit after their patterns were found, with how well."""
    placed = []
    for guess in guesses:
        pose = _found(grey, guess)
        if pose is None:
            continue
        fit = grid.fit(grid.sampled(grey, pose), pose.version)
        if fit >= _LEAST_FIT:
            placed.append((fit, pose))
        if fit > _SURE_FIT and not thorough:
            break
    return placed


def _found(grey: Grey, guess: Pose) -> Pose | None:
    """The guess put right by the patterns that are seen; None where it is no pose at all."""
    try:
        return aligned(grey, guess)
    except np.linalg.LinAlgError:
        return None


def _read_grid(look: Look, pose: Pose) -> bool:
    """Read the modules, alone and together with the frames before; whether a text came of it that counts."""
    light = rectified(look.grey, pose, grid.DOTS)
    fit = grid.fit(evened(light, grid.DOTS), pose.version)
    if not fit >= max(_GOOD_FIT, look.fit):  # nor where a pose without sense fits as no number
        return False
    look.pose, look.fit = pose, fit
    likelihoods = grid.told(light, pose.version)
    alone = _corrected(likelihoods, pose.version)
    if look.is_lone:
        agreed = _agreed(look.grey, pose, alone)
    else:
        agreed = _agreed_with_others(look.memory, likelihoods, pose.version, alone)
    look.texts = tuple(sorted(agreed))
    return bool(agreed)


def _agreed(grey: Grey, pose: Pose, texts: frozenset[str]) -> frozenset[str]:
    """Those that a finer sampling of the same picture says too."""
    if not texts:
        return texts
    return texts & _corrected(grid.read(grey, pose, _FINE_DOTS), pose.version)


def _agreed_with_others(memory: Memory, likelihoods: Floats, version: int, alone: frozenset[str]) -> frozenset[str]:
    """What this frame says, ``alone`` or with those before it, and one of those before it said too."""
    fusion, texts = memory.fusion, alone
    if fusion.add(likelihoods, version) and fusion.total is not None:
        texts |= _corrected(fusion.total, fusion.version)
    agreed, memory.pending = texts & memory.pending, memory.pending | texts
    return agreed


def _corrected(likelihoods: Floats, version: int) -> frozenset[str]:
    """What the decoder makes of a clean drawing of these modules: nothing, unless its error correction passes."""
    return frozenset(decoder.texts_of(decoder.read_as_is(grid.drawn(likelihoods, version), try_downscale=False)))
