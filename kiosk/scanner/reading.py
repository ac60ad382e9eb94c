"""One camera's or one picture's reader: frames in, certain texts out, with what was seen and what was done for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kiosk.scanner.decode import Grey, Sight
from kiosk.scanner.explaining import StepTaken
from kiosk.scanner.looks import Look, Memory
from kiosk.scanner.measuring import NOTHING, Finding, find
from kiosk.scanner.steps import REST, STEPS, Step

__all__ = ["Finding", "Grey", "Reader", "Reading", "StepTaken"]

Clock: TypeAlias = Callable[[], float]

_LEARNING = 0.2
"""How fast the reader learns what the machine takes for a step, against what it was measured to cost elsewhere."""


@dataclass(frozen=True)
class Reading:
    """What one frame gave. ``texts`` holds certain ones only, distinct, those of the largest symbols first."""

    texts: tuple[str, ...] = field(repr=False)
    finding: Finding = NOTHING
    steps: tuple[StepTaken, ...] = ()


class Reader:
    """Reads the frames of one camera in turn, and keeps what it has learned of the last ones.

    ``clock`` gives seconds that never go back. ``budget_s`` is what one frame may cost, about; None for a single
    picture, on which everything is tried. ``is_lone``: it is a single picture though there is a budget, so that what
    another frame would have to agree with must be agreed with by another sampling of this one.
    """

    def __init__(self, clock: Clock, budget_s: float | None, *, is_lone: bool = False) -> None:
        self._clock = clock
        self._budget_s = budget_s
        self._is_lone = is_lone or budget_s is None
        self._memory = Memory()
        self._costs: dict[str, float] = {}

    def read(self, grey: Grey) -> Reading:
        """What ``grey`` shows, the newest frame."""
        if grey.shape != self._memory.shape:
            self._memory = Memory(grey.shape)
        look = Look(grey, self._memory, thorough=self._budget_s is None, is_lone=self._is_lone)
        started = self._clock()
        taken: list[StepTaken] = []
        for step in STEPS:
            if look.texts:
                break
            if step.due(look) and self._affords(step, look, self._clock() - started):
                taken.append(self._take(step, look))
        if look.texts and not look.saw_whole:
            taken.append(self._take(REST, look))
        self._remember(look)
        return Reading(look.texts, find(grey, _largest(look)), tuple(taken))

    def _take(self, step: Step, look: Look) -> StepTaken:
        before = self._clock()
        outcome = step.take(look)
        spent_s = self._clock() - before
        self._costs[step.name] = self._cost(step, look) * (1 - _LEARNING) + spent_s * _LEARNING
        return StepTaken(step.name, spent_s * 1000, outcome)

    def _affords(self, step: Step, look: Look, spent_s: float) -> bool:
        """The first step comes with every frame; the others where the frame's budget has room for them."""
        return self._budget_s is None or step is STEPS[0] or spent_s + self._cost(step, look) <= self._budget_s

    def _cost(self, step: Step, look: Look) -> float:
        return self._costs.get(step.name, step.cost_s(look))

    def _remember(self, look: Look) -> None:
        self._memory.keep(look.pose)
        self._memory.misses += 1
        self._memory.unsought += 1
        still_there = look.is_overshadowed or (self._memory.overshadowed and not look.saw_whole)
        self._memory.overshadowed = self._memory.overshadowed + 1 if still_there else 0
        if look.texts:
            self._memory.begin_anew()


def _largest(look: Look) -> list[Sight]:
    """Where the symbol was placed module by module, that; else what a decoder located."""
    if look.pose is not None:
        return [Sight("", look.pose.corners(), look.pose.version)]
    return look.sights
