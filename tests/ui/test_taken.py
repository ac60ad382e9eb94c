"""A code has its turn once, for as long as it stays in view."""

from kiosk.ui.patient.taken import TakenCodes


def taken(text: str, now: float) -> TakenCodes:
    codes = TakenCodes()
    codes.take(text, now)
    return codes


def test_only_a_code_that_was_taken_counts() -> None:
    codes = taken("a", 0.0)
    assert codes.still_there("a", 1.0)
    assert not codes.still_there("b", 1.0)


def test_it_is_the_same_scan_until_it_was_away_for_three_seconds() -> None:
    codes = taken("a", 0.0)
    assert all(codes.still_there("a", now / 2) for now in range(100))
    assert codes.still_there("a", 49.5 + 3.4), "half a second may have passed unseen in view"
    assert not codes.still_there("a", 52.9 + 3.6)


def test_beside_another_code_it_may_still_be_there() -> None:
    codes = taken("a", 0.0)
    codes.stay(3.0)
    assert codes.still_there("a", 6.0)
    codes.stay(10.0)
    assert not codes.still_there("a", 10.1), "it was gone before the two came"


def test_of_a_code_only_a_digest_is_kept_and_that_for_seconds() -> None:
    codes = taken("91-0000-0000-0018", 0.0)
    assert "0018" not in repr(vars(codes))
    before = repr(vars(codes))
    codes.stay(10.0)
    assert len(repr(vars(codes))) < len(before)
