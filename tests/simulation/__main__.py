"""``python -m tests.simulation SEED [--steps N]``: run one seed again, with its trace."""

import argparse
import logging
import sys

import structlog

from tests.simulation.faults import EVERY_FAULT, Fault
from tests.simulation.running import STEPS, Plan, parse_steps, run, smallest


def main() -> int:
    parser = argparse.ArgumentParser(description="Run one seed of the simulation and print its trace.")
    parser.add_argument("seed", type=int)
    parser.add_argument("--steps", default=str(STEPS), help="how many, or which: 0-3,7")
    parser.add_argument("--without", action="append", default=[], choices=sorted(EVERY_FAULT), help="leave a fault out")
    parser.add_argument("--shrink", action="store_true", help="look for the smallest run that fails")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    faults = EVERY_FAULT - {Fault(name) for name in given.without}
    outcome = run(Plan(given.seed, parse_steps(given.steps), faults))
    if outcome.failure and given.shrink:
        outcome = smallest(outcome)
    print("\n".join(outcome.trace))
    print(outcome.failure or f"all is well: {outcome.trace_hash}")
    print(outcome.plan.command)
    return 1 if outcome.failure else 0


if __name__ == "__main__":
    sys.exit(main())
