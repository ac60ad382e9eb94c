"""One camera's or one picture's reader: frames in, certain texts out, with what was seen and what was done for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kiosk.scanner.decode import FULL_EFFORT, Grey, decode, effort_after
from kiosk.scanner.measuring import NOTHING, Finding, find

__all__ = ["Finding", "Grey", "Reader", "Reading", "StepTaken"]

Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True)
class StepTaken:
    """One way of looking: its name, what it cost, and what came of it in a few words, never the text itself."""

    name: str
    ms: float
    outcome: str


@dataclass(frozen=True)
class Reading:
    """What one frame gave. ``texts`` holds certain ones only, distinct, those of the largest symbols first."""

    texts: tuple[str, ...] = field(repr=False)
    finding: Finding = NOTHING
    steps: tuple[StepTaken, ...] = ()


class Reader:
    """Reads the frames of one camera in turn, and keeps what it has learned of the last ones.

    ``clock`` gives seconds that never go back. ``budget_s`` is what one frame may cost, about; None for a single
    picture, on which everything is tried.
    """

    def __init__(self, clock: Clock, budget_s: float | None) -> None:
        self._clock = clock
        self._budget_s = budget_s
        self._misses = 0

    def read(self, grey: Grey) -> Reading:
        """What ``grey`` shows, the newest frame."""
        started = self._clock()
        texts = decode(grey, FULL_EFFORT if self._budget_s is None else effort_after(self._misses))
        self._misses = 0 if texts else self._misses + 1
        step = StepTaken("decode", (self._clock() - started) * 1000, f"{len(texts)} texts")
        return Reading(texts, find(grey), (step,))
