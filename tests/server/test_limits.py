"""Token buckets: how fast, how much at once, and how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.server.limits import Buckets, too_many


class Seconds:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_and_then_as_many_as_are_filled_in() -> None:
    seconds = Seconds()
    buckets = Buckets(2.0, 3, seconds)
    assert [buckets.take("K1") for _ in range(4)] == [0, 0, 0, 0.5]
    seconds.at += 0.25
    assert buckets.take("K1") == pytest.approx(0.25)
    seconds.at += 0.25
    assert [buckets.take("K1") for _ in range(2)] == [0, 0.5]


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(1.0, 1, Seconds())
    assert [buckets.take(name) for name in ("K1", "K2", "K1")] == [0, 0, 1]


def test_what_is_given_back_can_be_taken_again_but_fills_nothing_over() -> None:
    buckets = Buckets(1.0, 2, Seconds())
    buckets.give_back("K1")
    assert [buckets.take("K1") for _ in range(3)] == [0, 0, 1]
    buckets.give_back("K1")
    assert [buckets.take("K1") for _ in range(2)] == [0, 1]


def test_no_more_than_so_many_are_kept() -> None:
    buckets = Buckets(1.0, 1, Seconds(), most=2)
    assert [buckets.take(name) for name in ("K1", "K2", "K3")] == [0, 0, 0]
    assert buckets.take("K1") == 0, "the one that was not used for longest is forgotten"
    assert buckets.take("K3") == 1


@given(steps=st.lists(st.floats(0, 5), max_size=60))
def test_never_more_than_burst_and_rate(steps: list[float]) -> None:
    seconds = Seconds()
    buckets = Buckets(2.0, 5, seconds)
    taken = 0
    for step in steps:
        seconds.at += step
        taken += buckets.take("K1") == 0
    assert taken <= 5 + 2.0 * sum(steps) + 1e-6


def test_the_refusal_says_when_in_whole_seconds() -> None:
    assert too_many(0.01).headers == {"Retry-After": "1"}
    assert too_many(1.2).headers == {"Retry-After": "2"}
