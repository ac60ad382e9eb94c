"""Texts come out whole, or not at all."""

import json
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.scanner import decode as decoding
from kiosk.scanner.decode import Grey, Sight, read_as_is, read_enlarged, read_sharpened, read_zbar, texts_of, version_of
from tests.scanner.drawing import beside, drawn
from tests.scanner.looking import texts_in
from tests.scanner.names import SCRIPTS, names_in

CARD = '{"hidn":"91-0000-0000-0018","phr":"ashadevi@sbx","name":"Asha Devi","gender":"F","dob":"1978"}'


def payload(name: str) -> str:
    return json.dumps({"hidn": "-", "phr": "a.b@sbx", "name": name, "dob": "1978"}, ensure_ascii=False)


@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_names_come_out_right(script: str, data: st.DataObject) -> None:
    text = payload(data.draw(names_in(script)))
    assert texts_in(drawn(text)) == (text,)


@pytest.mark.parametrize("script", SCRIPTS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_names_through_zbar_come_out_right_or_not_at_all(script: str, data: st.DataObject) -> None:
    name = data.draw(names_in(script))
    for text in (name, payload(name)):
        assert texts_of(read_zbar(drawn(text))) in ((text,), ())


@pytest.mark.parametrize("read", [read_as_is, read_enlarged, read_sharpened, read_zbar])
def test_each_step_reads_a_clean_card(read: Callable[[Grey], list[Sight]]) -> None:
    assert texts_of(read(drawn(CARD))) == (CARD,)


def test_no_code_is_no_text() -> None:
    assert texts_in(np.full((300, 400), 200, np.uint8)) == ()


def test_two_codes_come_largest_first_and_equal_ones_once() -> None:
    frame = beside(drawn("small", scale=3), drawn("large", scale=6), drawn("small", scale=3))
    assert texts_in(frame) == ("large", "small")


def test_light_on_dark_is_read() -> None:
    assert texts_in(np.asarray(255 - drawn(CARD), np.uint8)) == (CARD,)


def test_a_small_code_is_read_by_enlarging() -> None:
    small = shrunk(drawn(CARD, scale=8), 1.5 / 8)
    assert texts_of(read_as_is(small)) == ()
    assert texts_in(small) == (CARD,)


def shrunk(picture: Grey, factor: float) -> Grey:
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def test_nul_bytes_and_direction_marks_pass_for_the_model_to_judge() -> None:
    text = 'a\0b\x1b@\u202e{"x":1}'
    assert texts_in(drawn(text)) == (text,)


def test_a_text_is_cut_at_the_limit_between_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_TEXT_BYTES", 7)
    assert texts_in(drawn("हरी")) == ("हर",)


@pytest.mark.parametrize(
    ("extra", "version"),
    [
        ({"Version": "12"}, 12),
        ({"Version": 7}, 7),
        ({"Version": "M2"}, 0),
        ({"Version": "R7x43"}, 0),
        ({}, 0),
        (None, 0),
    ],
)
def test_what_is_taken_for_a_symbol_of_another_kind_and_rejected_has_no_version(extra: object, version: int) -> None:
    """A hand before a blurred card looked like a Micro QR once."""
    assert version_of(extra) == version
