"""ZBar's wrong guesses are undone, or the text is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.scanner.charset import undo_guess
from tests.scanner.names import SCRIPTS, names_in

GUESSES = ("cp932", "big5", "latin-1")

indian_names = st.sampled_from(SCRIPTS).flatmap(names_in)


@given(st.text(st.characters(codec="ascii")))
def test_plain_ascii_is_believed(text: str) -> None:
    assert undo_guess(text) == text


@given(indian_names)
def test_what_zbar_guessed_right_stays(name: str) -> None:
    assert undo_guess(name) == name


@given(indian_names, st.sampled_from(GUESSES))
def test_a_wrong_guess_is_undone_or_not_believed(name: str, guess: str) -> None:
    misread = name.encode().decode(guess, errors="replace")
    assert undo_guess(misread) in (name, None)


@pytest.mark.parametrize(
    ("misread", "meant"),
    [("Jos矇", "José"), ("D窶儡ouza", "D’Souza"), ("JosÃ©", "José")],
)
def test_measured_misreadings_are_undone(misread: str, meant: str) -> None:
    assert undo_guess(misread) == meant


@pytest.mark.parametrize("text", ["鐄嫩什鄍", "東京", "é", "हरी 鐄", "\ufffd", "हरी\ufffd"])
def test_doubt_is_no_text(text: str) -> None:
    assert undo_guess(text) is None
