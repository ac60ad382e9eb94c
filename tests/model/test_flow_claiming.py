"""A phone's token is claimed at the kiosk: by card, or by its label and four digits of the mobile."""

from dataclasses import replace

import pytest

from kiosk.model.flow import (
    START,
    Arrive,
    Arriving,
    Claim,
    Claiming,
    ClaimRequested,
    DigitErased,
    DigitTyped,
    Input,
    NumberEntered,
    PrefixChosen,
    Refused,
    Step,
    step,
)
from tests.model.journeys import CLAIMED, EXPECTED, LABEL, PATIENT, SCAN, after


def test_a_card_arrives_with_all_that_is_expected() -> None:
    assert step(after(SCAN), EXPECTED) == Step(Arriving(PATIENT), Arrive(PATIENT))


def test_a_typed_label_is_asked_for_as_it_is_printed() -> None:
    assert step(after(*CLAIMED[:-1]), NumberEntered()) == Step(Arriving(prefixes=("MS",)), Claim("MS-017", "4321"))
    four: list[Input] = [ClaimRequested(("MS",)), *map(DigitTyped, "1017"), NumberEntered(), *map(DigitTyped, "0000")]
    assert step(after(*four), NumberEntered()).command == Claim("MS-1017", "0000")


def test_of_several_queues_one_is_chosen_first() -> None:
    asked = after(ClaimRequested(("MS", "RS")), *map(DigitTyped, "5"))
    assert isinstance(asked, Claiming)
    assert (asked.prefix, asked.label, asked.complete) == ("", "", False)
    assert after(NumberEntered(), start=asked) == asked
    chosen = after(PrefixChosen("XS"), PrefixChosen("RS"), NumberEntered(), start=asked)
    assert isinstance(chosen, Claiming)
    assert (chosen.label, chosen.at_mobile) == ("RS-005", True)
    other = after(DigitTyped("4"), PrefixChosen("MS"), start=chosen)
    assert isinstance(other, Claiming)
    assert (other.label, other.last_digits, other.at_mobile) == ("MS-005", "", False)


def test_a_label_has_a_number_of_at_most_six_digits_and_a_mobile_four() -> None:
    long = after(ClaimRequested(("MS",)), *map(DigitTyped, "123456789"))
    assert isinstance(long, Claiming)
    assert (long.number, long.is_full) == ("123456", True)
    mobile = after(NumberEntered(), *map(DigitTyped, "987654"), start=long)
    assert isinstance(mobile, Claiming)
    assert mobile.last_digits == "9876"
    assert "9876" not in repr(mobile)


@pytest.mark.parametrize("digits", ["", "0", "000"])
def test_no_label_has_the_number_zero(digits: str) -> None:
    state = after(ClaimRequested(("MS",)), *map(DigitTyped, digits), NumberEntered())
    assert isinstance(state, Claiming)
    assert not state.at_mobile


def test_erasing_goes_back_from_the_mobile_to_the_label() -> None:
    back = after(*LABEL, DigitTyped("4"), DigitErased(), DigitErased(), DigitErased())
    assert isinstance(back, Claiming)
    assert (back.number, back.at_mobile, back.last_digits) == ("1", False, "")
    assert after(DigitErased(), DigitErased(), start=back) == replace(back, number="")


def test_what_proved_nothing_is_typed_anew() -> None:
    wrong = after(*CLAIMED, Refused("CLAIM_WRONG"))
    assert wrong == Claiming(("MS",), "MS", wrong=True)
    assert after(DigitTyped("1"), start=wrong) == Claiming(("MS",), "MS", "1")


def test_where_no_counter_is_there_is_nothing_to_claim() -> None:
    assert after(ClaimRequested(())) == START
