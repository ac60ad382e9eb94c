"""Status bytes as the manuals print them, and everything else as no answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.printer import PROBLEMS, PrinterStatus
from kiosk.printing.status import is_status, port_problems, status_of
from kiosk.printing.status_answers import Answer, Answers, Cleared, Finished, Reached, Status

CALM = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
ID = b"\x37\x22ab2~\x00"
ASB = b"\x14\x00\x0c\x00"


@pytest.mark.parametrize(
    ("told", "problems"),
    [
        ({}, ()),
        ({1: 0x16}, ()),  # drawer pin
        ({4: 0x1E}, ()),  # near end
        ({1: 0x1A, 2: 0x32, 4: 0x72}, ("PAPER_OUT",)),
        ({1: 0x1A, 2: 0x32, 4: 0x7E}, ("PAPER_OUT",)),
        ({1: 0x1A, 2: 0x12, 4: 0x72}, ("PAPER_OUT",)),
        ({1: 0x1A, 2: 0x16}, ("COVER_OPEN",)),
        ({1: 0x1A, 2: 0x16, 4: 0x72}, ("COVER_OPEN",)),  # the paper's byte is an old one while the cover is open
        ({1: 0x1A, 2: 0x36, 4: 0x72}, ("PAPER_OUT", "COVER_OPEN")),
        ({1: 0x1A, 2: 0x52, 3: 0x1A}, ("CUTTER_JAMMED",)),
        ({1: 0x1A, 2: 0x52, 3: 0x52}, ("PRINTER_HOT",)),
        ({1: 0x1A, 2: 0x52, 3: 0x32}, ("PRINTER_FAILED",)),
        ({1: 0x1A, 2: 0x52, 3: 0x16}, ("PRINTER_FAILED",)),
        ({1: 0x1A, 2: 0x52}, ("PRINTER_FAILED",)),
        ({1: 0x1A}, ("PRINTER_OFFLINE",)),
        ({1: 0x1A, 2: 0x1A}, ("PRINTER_OFFLINE",)),  # somebody holds the feed button
    ],
)
def test_each_problem_has_its_code(told: dict[int, int], problems: tuple[str, ...]) -> None:
    assert status_of({**CALM, **told}).problems == problems


def test_near_end_is_no_problem_and_is_told() -> None:
    assert status_of({**CALM, 4: 0x1E}) == PrinterStatus((), paper_low=True, answered=True)


def test_without_an_answer_nothing_is_known() -> None:
    assert status_of({}) == PrinterStatus()


def test_what_did_not_come_is_not_made_up() -> None:
    assert status_of({1: 0x12}) == PrinterStatus(answered=True)


@given(st.dictionaries(st.integers(1, 4), st.sampled_from([byte for byte in range(256) if is_status(byte)])))
def test_whatever_is_told_has_known_codes_gravest_first(told: dict[int, int]) -> None:
    problems = status_of(told).problems
    assert list(problems) == [code for code in PROBLEMS if code in problems]
    assert status_of(told).answered == bool(told)


def test_only_bytes_of_the_pattern_are_answers() -> None:
    fitting = [byte for byte in range(256) if is_status(byte)]
    assert len(fitting) == 16
    assert all(byte & 0x93 == 0x12 for byte in fitting)
    assert not {0x00, 0xFF, 0x10, 0x11, 0x13, 0x92} & set(fitting)


@pytest.mark.parametrize(
    ("byte", "problems"),
    [(0x18, ()), (0x38, ("PAPER_OUT",)), (0x08, ("PRINTER_OFFLINE",)), (0x10, ("PRINTER_FAILED",))],
)
def test_the_usb_port_has_three_bits(byte: int, problems: tuple[str, ...]) -> None:
    assert port_problems(byte) == problems


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (b"\x12", [Status(0x12)]),
        (b"\x00", [Reached()]),
        (ID, [Finished("ab2~")]),
        (b"\x37\x25\x00", [Cleared()]),
        (ASB, []),
        (b"\x11\x13\xff\x80\x20ad", []),
        (b"\x12" + ASB + b"\x00" + ID + b"\x1a", [Status(0x12), Reached(), Finished("ab2~"), Status(0x1A)]),
        (b"\x37\x12", [Status(0x12)]),
        (b"\x37\x22\x01bcd\x00\x12", [Status(0x12)]),
        (b"\x14\x12", [Status(0x12)]),
    ],
)
def test_answers_are_told_apart(data: bytes, answers: list[Answer]) -> None:
    assert list(Answers().feed(data)) == answers
    whole = Answers()
    assert [answer for byte in data for answer in whole.feed(bytes([byte]))] == answers


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_noise_is_read_the_same_however_it_is_cut(first: bytes, second: bytes) -> None:
    cut, whole = Answers(), Answers()
    assert [*cut.feed(first), *cut.feed(second)] == list(whole.feed(first + second))


@given(st.binary(max_size=64).filter(lambda noise: not any(byte == 0x37 or byte & 0x93 == 0x10 for byte in noise[-6:])))
def test_an_id_after_noise_is_found(noise: bytes) -> None:
    assert Finished("ab2~") in list(Answers().feed(noise + ID))
