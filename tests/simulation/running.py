"""One seed's run, what came of it, and the smallest run that still fails."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.simulation.faults import EVERY_FAULT, Fault
from tests.simulation.scenery import campus_folder
from tests.simulation.steps import step
from tests.simulation.world import World

STEPS = 100
SHOWN_LINES = 60


@dataclass(frozen=True)
class Plan:
    """What makes a run: the same plan is the same run, to the last byte of its trace."""

    seed: int
    steps: Sequence[int] = tuple(range(STEPS))
    faults: frozenset[Fault] = EVERY_FAULT

    @property
    def command(self) -> str:
        """What replays it."""
        without = "".join(f" --without {fault}" for fault in sorted(EVERY_FAULT - self.faults))
        return f"python -m tests.simulation {self.seed} --steps {_ranges(self.steps)}{without}"


@dataclass(frozen=True)
class Outcome:
    """``failure`` is empty for a run in which all was well."""

    plan: Plan
    failure: str
    trace: tuple[str, ...]
    trace_hash: str

    def __str__(self) -> str:
        return "\n".join((f"seed {self.plan.seed}: {self.failure}", *self.trace[-SHOWN_LINES:], self.plan.command))


def run(plan: Plan) -> Outcome:
    """Any exception is a failure: the simulated world knows every error that the program may raise."""
    with _new_world(plan) as world:
        try:
            for number in plan.steps:
                step(world, plan.seed, number)
            world.rest()
            failure = ""
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        return Outcome(plan, failure, tuple(world.trace), world.trace_hash())


@contextmanager
def _new_world(plan: Plan) -> Iterator[World]:
    chance = random.Random(plan.seed)
    with campus_folder() as folder:
        world = World(folder, plan.seed, plan.faults, kiosks=chance.randint(2, 3), desks=chance.randint(0, 2))
        try:
            yield world
        finally:
            world.close()


def smallest(failed: Outcome) -> Outcome:
    """Leave out kinds of faults, then steps in ever smaller pieces, as long as it fails in the same way.

    Some two hundred runs, each shorter than the last.
    """
    for plan in _fewer_faults(failed.plan):
        tried = run(replace(plan, faults=failed.plan.faults & plan.faults))
        failed = tried if _alike(tried, failed) else failed
    piece = len(failed.plan.steps) // 2
    while piece:
        for start in range(len(failed.plan.steps) - piece, -1, -piece):
            steps = failed.plan.steps
            tried = run(replace(failed.plan, steps=(*steps[:start], *steps[start + piece :])))
            failed = tried if _alike(tried, failed) else failed
        piece //= 2
    return failed


def _fewer_faults(plan: Plan) -> Iterator[Plan]:
    for fault in sorted(plan.faults):
        yield replace(plan, faults=EVERY_FAULT - {fault})


def _alike(one: Outcome, other: Outcome) -> bool:
    """By the first words: labels and numbers of a smaller run are others."""
    return one.failure.split(":")[:1] == other.failure.split(":")[:1] and bool(one.failure)


def _ranges(steps: Sequence[int]) -> str:
    """``0-3,7``: the reverse of ``parse_steps``."""
    runs: list[list[int]] = []
    for number in steps:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs) or "none"


def parse_steps(text: str) -> tuple[int, ...]:
    """``150`` alone is the first 150 steps; ``0-3,7`` or ``7,`` names them; ``none`` is none."""
    if text.isdecimal():
        return tuple(range(int(text)))
    parts = [part.partition("-") for part in text.split(",") if part and part != "none"]
    return tuple(number for low, _, high in parts for number in range(int(low), int(high or low) + 1))
