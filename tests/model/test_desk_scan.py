"""What is held before a desk's gun."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.desk_scan import SlipScanned, read_scan
from kiosk.model.patient import Patient
from kiosk.model.qr import Reason

TODAY = date(2026, 11, 23)
TOKEN_ID = "01890000-0000-7000-8000-00000000abcd"


def test_a_card_is_a_patient() -> None:
    scanned = read_scan('{"hidn":"91-0000-0000-0018","name":"Asha Verma"}', TODAY)
    assert scanned == Patient("91000000000018", name="Asha Verma")


@pytest.mark.parametrize("text", [TOKEN_ID, f"{TOKEN_ID}\r\n", TOKEN_ID.upper(), f"\ufeff {TOKEN_ID} \x00"])
def test_a_slip_is_its_token(text: str) -> None:
    assert read_scan(text, TODAY) == SlipScanned(TOKEN_ID)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NO_CODE),
        ("MA-017", Reason.PLAIN_TEXT),
        ("upi://pay?pa=someone@bank", Reason.PAYMENT),
        (f"{TOKEN_ID}0", Reason.PLAIN_TEXT),
        (f"{TOKEN_ID} {TOKEN_ID}", Reason.PLAIN_TEXT),
        ("01890000-0000-4000-8000-00000000abcd", Reason.PLAIN_TEXT),
        ('{"hidn": ', Reason.NOT_JSON),
    ],
)
def test_anything_else_has_its_reason(text: str, reason: Reason) -> None:
    assert read_scan(text, TODAY) is reason


@given(st.text())
def test_wild_texts_raise_nothing(text: str) -> None:
    assert isinstance(read_scan(text, TODAY), Patient | SlipScanned | Reason)
