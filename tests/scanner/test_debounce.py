"""One card held up is one scan."""

from kiosk.scanner.debounce import Debounce


def test_a_code_that_stays_is_one_scan() -> None:
    debounce = Debounce()
    assert [debounce.is_new(("a",), at / 10) for at in range(100)] == [True] + [False] * 99


def test_a_code_back_within_three_seconds_is_the_same_scan() -> None:
    debounce = Debounce()
    debounce.is_new(("a",), 0.0)
    assert not debounce.is_new((), 1.0)
    assert not debounce.is_new(("a",), 2.9)
    assert not debounce.is_new(("a",), 5.8)
    assert debounce.is_new(("a",), 8.8)


def test_the_next_card_is_new_at_once() -> None:
    debounce = Debounce()
    assert debounce.is_new(("a",), 0.0)
    assert debounce.is_new(("b",), 0.1)
    assert not debounce.is_new(("a",), 0.2)


def test_two_codes_are_told_once() -> None:
    debounce = Debounce()
    assert debounce.is_new(("a", "b"), 0.0)
    assert not debounce.is_new(("b", "a"), 1.0)
    assert debounce.is_new(("a", "b"), 4.0)


def test_a_code_seen_beside_another_is_new_once_alone() -> None:
    debounce = Debounce()
    assert debounce.is_new(("a",), 0.0)
    assert debounce.is_new(("a", "b"), 2.0)
    assert not debounce.is_new(("a",), 4.0), "it was in view all the time"
    assert debounce.is_new(("b",), 4.1)
