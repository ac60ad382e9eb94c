"""The desk's bench judges its figures truly; the figures are of no interest here."""

from tests.bench.desk import DeskTimes, report


def judged(times: DeskTimes) -> list[str]:
    _, calls, bare, turns = report(times, 2_000)
    return [calls.rpartition(": ")[2], bare.rpartition("a call takes ")[2].split()[0], turns.rpartition(": ")[2]]


def test_aims_are_judged_by_the_slowest_hundredth_and_the_longest_turn() -> None:
    assert judged(DeskTimes([50.0] * 99 + [500.0], [10.0] * 100, [1.0, 49.0])) == ["met", "5.0", "met"]
    assert judged(DeskTimes([50.0] * 98 + [500.0] * 2, [25.0] * 100, [1.0, 51.0])) == ["NOT met", "2.0", "NOT met"]
