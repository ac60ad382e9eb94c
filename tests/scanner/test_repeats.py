"""What stays in view is told again, and never all the time."""

from kiosk.scanner.repeats import Repeats


def test_a_code_that_stays_is_told_twice_a_second() -> None:
    repeats = Repeats()
    assert [repeats.is_due(("a",), at / 8) for at in range(8)] == [True, False, False, False] * 2


def test_a_code_that_flickers_is_told_no_more_often() -> None:
    repeats = Repeats()
    assert repeats.is_due(("a",), 0.0)
    assert not repeats.is_due((), 0.1)
    assert not repeats.is_due(("a",), 0.2)
    assert repeats.is_due(("a",), 0.5)


def test_the_next_card_is_told_at_once() -> None:
    repeats = Repeats()
    assert repeats.is_due(("a",), 0.0)
    assert repeats.is_due(("b",), 0.1)
    assert not repeats.is_due(("a",), 0.2)


def test_two_codes_are_a_sight_of_their_own() -> None:
    repeats = Repeats()
    assert repeats.is_due(("a",), 0.0)
    assert repeats.is_due(("a", "b"), 0.1)
    assert not repeats.is_due(("b", "a"), 0.2)
    assert not repeats.is_due((), 0.3)
    assert repeats.is_due(("a", "b"), 0.6)
