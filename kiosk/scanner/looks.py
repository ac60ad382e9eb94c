"""What a reader knows of the frame that it looks at, and of those before."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kiosk.scanner import decode as decoder
from kiosk.scanner.decode import Grey, Sight
from kiosk.scanner.fusion import Fusion
from kiosk.scanner.rectify import Pose
from kiosk.scanner.tracking_texture import Region

_MOST_UNSEEN = 4
_GONE = 15
"""Frames without the symbol after which it has been taken away, and another person's may come: half a second."""
_PATIENCE = 10
"""Frames for which a larger symbol that cannot be read yet keeps a smaller one back: a third of a second."""


@dataclass
class Memory:
    """What a reader keeps from frame to frame, all of them of one ``shape``: rows and columns."""

    shape: tuple[int, ...] = ()
    pose: Pose | None = None
    fusion: Fusion = field(default_factory=Fusion)
    pending: frozenset[str] = field(default=frozenset(), repr=False)
    places: list[Region] = field(default_factory=list)
    """Where a symbol may be, by the texture of one of the last frames."""
    sharpest: float = 0.0
    """How sharp the likeliest of these was at best, lately."""
    unsought: int = 0
    """Frames since finder patterns were sought."""
    misses: int = 0
    """Frames in vain since the last text."""
    held: int = 0
    """Frames in vain since the symbol with this pose was found."""
    unseen: int = 0
    """Frames since it was last seen there."""
    overshadowed: int = 0
    """Frames since a larger symbol than the one that was read could not be read, and is still there."""

    def keep(self, pose: Pose | None) -> None:
        """Take what a frame showed: one in motion may hide for a while what the next shows again."""
        self.unseen = 0 if pose else self.unseen + 1
        if pose is None and self.unseen > _MOST_UNSEEN:
            self.pose, self.held = None, 0
            if self.unseen >= _GONE:
                self.forget()
        elif self.pose is not None or pose is not None:
            self.pose, self.held = pose or self.pose, self.held + 1

    def begin_anew(self) -> None:
        """After a text."""
        self.misses = self.held = 0
        self.forget()

    def forget(self) -> None:
        """What the symbol in view has told so far: the next one may be somebody else's."""
        self.fusion.clear()
        self.pending = frozenset()


@dataclass
class Look:
    """One frame, and what has been found out about it so far.

    ``thorough``: there is no haste. ``is_lone``: there is no other frame to wait for.
    """

    grey: Grey
    memory: Memory
    thorough: bool
    is_lone: bool
    sights: list[Sight] = field(default_factory=list)
    pose: Pose | None = None
    fit: float = 0.0
    texts: tuple[str, ...] = field(default=(), repr=False)
    saw_whole: bool = False
    is_still: bool = True
    is_overshadowed: bool = False

    def read(self, sights: Iterable[Sight], region: Region) -> str:
        """Take in what a decoder saw in a part of the frame."""
        found = [
            Sight(sight.text, tuple((x + region.left, y + region.top) for x, y in sight.corners), sight.version)
            for sight in sights
        ]
        self.sights += found
        told = decoder.texts_of(found)
        self.is_overshadowed |= not self.is_lone and _is_overshadowed(found)
        self.texts = () if self.is_overshadowed and self.memory.overshadowed < _PATIENCE else told
        return f"{len(told)} read, {len(found) - len(told)} damaged{'' if self.texts == told else ', kept back'}"

    @property
    def damaged(self) -> list[Sight]:
        """Symbols that a decoder located and knows the size of, but could not read."""
        return [sight for sight in self.sights if sight.version and not sight.text]

    def is_turn(self, turn: int, period: int = 3) -> bool:
        """Dear steps come in turn; for a lone picture it is always theirs."""
        return self.thorough or self.memory.misses % period == turn

    @property
    def is_first(self) -> bool:
        """Live, and the first since the last text."""
        return not self.thorough and self.memory.misses == 0

    @property
    def is_small(self) -> bool:
        return self.grey.size <= decoder.MAX_SLOW_PIXELS


def _is_overshadowed(sights: Sequence[Sight]) -> bool:
    """Whether the largest symbol is not the one that was read: it is nearer, and perhaps another patient's."""
    read = max((sight for sight in sights if sight.text), key=_area, default=None)
    unread = max((sight for sight in sights if not sight.text), key=_area, default=None)
    if read is None or unread is None or unread.area < read.area:
        return False
    return math.dist(_middle(read), _middle(unread)) > math.sqrt(unread.area) / 2


def _area(sight: Sight) -> float:
    return sight.area


def _middle(sight: Sight) -> tuple[float, float]:
    xs, ys = zip(*sight.corners, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)
