"""Tokens are found by what staff type of them, at once, however long the day."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.desk import DeskRow
from kiosk.model.patient import Patient
from kiosk.model.search import entry, finds, query
from tests.model.samples import ASHA, token

ROW = DeskRow(token(label="MA-017", number=17), ASHA, synced=True)


def is_found(typed: str, row: DeskRow = ROW) -> bool:
    return finds(query(typed), entry(row))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "MA-017",
        "ma17",
        "ma 17",
        "ma-17",
        "Ma–017",
        "m17",
        "17",
        "017",
        "१७",
        "ash",
        "ASHA",
        "devi",
        "dev ash",
        "आशा",
        "आ",
        "Aasha Devee",
        "smt asha",
        "0018",
        "००१८",
        "0000-0018",
        "91-0000-0000-0018",
        "91000000000018",
        "0000",
        "9000000000",
        "asha.devi@abdm",
        "Asha.Devi@",
    ],
)
def test_what_finds_a_token(typed: str) -> None:
    assert is_found(typed)


@pytest.mark.parametrize(
    "typed",
    ["18", "1", "0170", "p17", "mab17", "7", "usha", "sha", "asha kumar", "018", "00181", "1800", "devi@", "🙂", "'"],
)
def test_what_does_not(typed: str) -> None:
    assert not is_found(typed)


def test_a_label_without_series_is_found_and_one_of_more_than_three_digits() -> None:
    first = DeskRow(token(label="M-017", series=""), None, synced=True)
    assert is_found("m17", first)
    assert is_found("m-017", first)
    assert not is_found("ma17", first)
    late = DeskRow(token(label="MA-1017", number=1017), None, synced=True)
    assert is_found("ma1017", late)
    assert is_found("1017", late)
    assert not is_found("17", late)


def test_a_row_without_details_is_found_by_its_label_alone() -> None:
    bare = replace(ROW, patient=None)
    assert is_found("ma17", bare)
    assert not is_found("asha", bare)
    assert not is_found("0018", bare)
    assert not is_found("@", bare)


def test_a_name_in_one_script_is_found_in_another() -> None:
    row = replace(ROW, patient=Patient(name="राम कुमार यादव"))
    assert is_found("ram yad", row)
    assert is_found("ரா", row)
    assert not is_found("shyam", row)


def test_titles_need_not_be_typed_and_those_that_are_need_not_stand_there() -> None:
    row = replace(ROW, patient=Patient(name="Baby of Srinivas"))
    assert is_found("baby", row)
    assert is_found("sri", row)
    assert is_found("mr srinivas", row)
    assert is_found("of sri", row)


@given(st.text(max_size=200))
def test_wild_text_finds_or_does_not(typed: str) -> None:
    assert isinstance(is_found(typed), bool)


@given(st.integers(1, 999_999), st.sampled_from(["", "-", " ", "-0", "00"]))
def test_every_label_is_found_as_it_is_typed(number: int, between: str) -> None:
    row = DeskRow(token(label=f"MA-{number:03d}", number=number), None, synced=True)
    typed = f"ma{between}{number}"
    assert is_found(typed, row)
    assert is_found(typed.upper(), row)


@given(st.text(st.sampled_from("ashdevi आशादेवी"), min_size=1, max_size=20))
def test_each_beginning_of_a_word_finds_it(name: str) -> None:
    """As staff type letter by letter, a row that is meant does not vanish."""
    row = replace(ROW, patient=Patient(name=name))
    for word in name.split():
        assert is_found(word, row)


def test_two_thousand_rows_are_searched_between_two_key_presses() -> None:
    entries = [entry(replace(ROW, patient=replace(ASHA, name=f"राम {number}"))) for number in range(2_000)]
    wanted = query("ram kum")
    begun = time.thread_time()
    assert not [each for each in entries if finds(wanted, each)]
    assert time.thread_time() - begun < 0.05
