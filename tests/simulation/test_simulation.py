"""Any order of anything, with any fault: at rest all agree. A failing seed prints itself and what replays it."""

import multiprocessing
import time
from collections.abc import Sequence

import pytest

from tests.simulation.faults import EVERY_FAULT, Fault
from tests.simulation.running import STEPS, Plan, parse_steps, run, smallest

QUICK_SEEDS, SEEDS_EACH = 40, 8
TOLD_EACH = 25
MOST_TOLD = 2
SOAKED = 10_000
PROCESSES = 2
QUICK_STEPS = tuple(range(60))


def failures(seeds: range, steps: Sequence[int] = tuple(range(STEPS))) -> list[str]:
    """Of each seed that fails, the smallest failing run; only of a few, for to find it takes its time."""
    told: list[str] = []
    for seed in seeds:
        outcome = run(Plan(seed, steps))
        if outcome.failure:
            told.append(str(smallest(outcome)))
        if len(told) == MOST_TOLD:
            break
    return told


@pytest.mark.parametrize("first", range(0, QUICK_SEEDS, SEEDS_EACH))
def test_at_rest_all_agree(first: int) -> None:
    told = failures(range(first, first + SEEDS_EACH), QUICK_STEPS)
    assert not told, "\n\n".join(told)


@pytest.mark.soak
def test_ten_thousand_seeds() -> None:
    started = time.perf_counter()
    pieces = [range(first, first + SEEDS_EACH) for first in range(0, SOAKED, SEEDS_EACH)]
    told: list[str] = []
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for done, found in enumerate(pool.imap_unordered(failures, pieces), 1):
            told += found
            for failure in found:
                print(failure, flush=True)
            if done % TOLD_EACH == 0:
                took_s = time.perf_counter() - started
                print(f"{done * SEEDS_EACH} seeds, {len(told)} failed, {took_s:.0f} s", flush=True)
        pool.close()
        pool.join()
    took_s = time.perf_counter() - started
    print(f"{SOAKED} seeds in {took_s:.0f} s: {SOAKED / took_s:.1f} seeds/s")
    assert not told, "\n\n".join(told)


def test_a_seed_is_the_same_run_each_time_and_another_seed_another() -> None:
    first, again, other = (run(Plan(seed, QUICK_STEPS)) for seed in (3, 3, 4))
    assert (first.trace, first.trace_hash) == (again.trace, again.trace_hash)
    assert first.trace_hash != other.trace_hash


def test_each_kind_of_fault_comes_up() -> None:
    """Within a few seeds, so that none of them is only imagined."""
    told = "\n".join("\n".join(run(Plan(seed, QUICK_STEPS)).trace) for seed in range(10))
    words = {
        Fault.CRASH: "started again",
        Fault.SERVER_CRASH: "cut off half-way",
        Fault.SERVER_RESTORED: "server restored",
        Fault.DISK_FULL: "STORE_FULL",
        Fault.CLOCK: "clock off",
        Fault.CLONE: "is a copy of",
        Fault.RESTORE: "is restored",
    }
    missing = [fault for fault in EVERY_FAULT if words.get(fault, str(fault)) not in told]
    assert not missing


@pytest.mark.parametrize("steps", [(), (0,), (7,), (0, 1, 2, 5, 6, 9)])
def test_a_plan_s_command_names_its_steps_and_faults(steps: tuple[int, ...]) -> None:
    words = Plan(11, steps, EVERY_FAULT - {Fault.LATE}).command.split()
    assert words[:4] == ["python", "-m", "tests.simulation", "11"]
    assert parse_steps(words[5] if len(steps) != 1 else f"{words[5]},") == steps
    assert words[-2:] == ["--without", "late"]
