"""ABHA numbers and addresses: read leniently, shown masked, checked only as a hint."""

import pytest

from kiosk.model import abha


@pytest.mark.parametrize("text", ["91-0000-0000-0018", "91 0000 0000 0018", "91000000000018", "91-00000000-0018"])
def test_a_number_is_its_fourteen_digits(text: str) -> None:
    assert abha.parse_number(text) == "91000000000018"


@pytest.mark.parametrize(
    "text", ["", "-", "91-0000-0000-001", "91-0000-0000-00188", "९१-0000-0000-0018", "91-0000-0000-001x", "91.0000"]
)
def test_anything_else_is_no_number(text: str) -> None:
    assert abha.parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Asha.Devi@ABDM", "asha.devi@abdm"),
        (" ashadevi@sbx ", "ashadevi@sbx"),
        ("91000000000018@abdm", "91000000000018@abdm"),
        ("asha_devi-1!x@ndhm", "asha_devi-1!x@ndhm"),
        ("Asha", "asha"),
    ],
)
def test_an_address_is_kept_in_lower_case(text: str, address: str) -> None:
    assert abha.parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "@abdm", "asha@", "asha devi@abdm", ".asha@abdm", "asha.@abdm", "आशा@abdm", "a@b@c"]
)
def test_anything_else_is_no_address(text: str) -> None:
    assert abha.parse_address(text) is None


@pytest.mark.parametrize("number", ["91000000000018", "91000000000026", "12000000000006"])
def test_numbers_with_the_check_digit_do_not_look_mistyped(number: str) -> None:
    assert not abha.looks_mistyped(number)


@pytest.mark.parametrize("place", range(14))
def test_every_single_wrong_digit_looks_mistyped(place: int) -> None:
    number = "91000000000018"
    wrong = (number[:place] + str(digit) + number[place + 1 :] for digit in range(10) if str(digit) != number[place])
    assert all(abha.looks_mistyped(each) for each in wrong)


def test_masks_show_no_more_than_their_owner_needs() -> None:
    assert abha.masked_number("91000000000018") == "XX-XXXX-XXXX-0018"
    assert abha.masked_address("asha.devi@abdm") == "as•••@abdm"
    assert abha.masked_number(None) == abha.masked_address(None) == ""
