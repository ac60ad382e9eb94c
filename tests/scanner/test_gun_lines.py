"""Bytes from a gun become scans, whole or not at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.aadhaar import MAX_DIGITS, read_aadhaar
from kiosk.model.qr import MAX_BYTES, Kind, Reason, classify
from kiosk.ports import CodeRead, CodeSpoiled
from kiosk.scanner.gun_lines import GunLines, text_of
from tests.aadhaar_cards import largest_secure_qr
from tests.scanner.guns import split
from tests.scanner.names import SCRIPTS, names_in

names = st.sampled_from(SCRIPTS).flatmap(names_in)
codes = st.one_of(names, st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1)).filter(str.strip)


@given(st.lists(st.tuples(codes, st.sampled_from(["\r", "\n", "\r\n"]))), st.lists(st.integers(0, 9999)))
def test_lines_come_whole_however_the_bytes_are_cut(sent: list[tuple[str, str]], places: list[int]) -> None:
    data = "".join(code + end for code, end in sent).encode()
    lines = GunLines()
    scans = [scan for piece in split(data, places) for scan in lines.feed(piece, 0.0)]
    assert scans == [CodeRead(code) for code, _ in sent]
    assert lines.wait_s(0.0) is None


def test_a_pause_ends_a_scan_and_only_a_pause_does() -> None:
    lines = GunLines(idle_s=0.05)
    assert lines.feed(b"91-0000", 1.0) == []
    assert lines.wait_s(1.0) == pytest.approx(0.05)
    assert lines.settle(1.04) == []
    assert lines.feed(b"-0000-0018", 1.04) == []
    assert lines.settle(1.08) == []
    assert lines.settle(1.1) == [CodeRead("91-0000-0000-0018")]
    assert lines.settle(9.0) == []


def test_what_comes_after_a_pause_is_another_scan_even_where_nobody_looked_meanwhile() -> None:
    lines = GunLines()
    lines.feed(b"one", 1.0)
    assert lines.feed(b"two\n", 2.0) == [CodeRead("one"), CodeRead("two")]


@given(st.integers(0, 3 * MAX_BYTES), st.lists(st.integers(0, 9999), max_size=8))
def test_too_much_is_dropped_whole_and_told_once(size: int, places: list[int]) -> None:
    lines = GunLines()
    data = b"x" * size + b"\nnext\n"
    scans = [scan for piece in split(data, places) for scan in lines.feed(piece, 0.0)]
    first = [CodeSpoiled(Reason.TOO_LARGE)] if size > MAX_BYTES else [CodeRead("x" * size)] * bool(size)
    assert scans == [*first, CodeRead("next")]


@given(st.lists(st.integers(0, 9999), max_size=8))
def test_the_longest_aadhaar_code_comes_whole(places: list[int]) -> None:
    text = largest_secure_qr()
    assert MAX_DIGITS - 10 < len(text) <= MAX_DIGITS
    lines = GunLines()
    [scan] = [scan for piece in split(text.encode() + b"\r", places) for scan in lines.feed(piece, 0.0)]
    assert isinstance(scan, CodeRead)
    assert classify(scan.untrusted_text, date(2026, 11, 22)).kind is Kind.AADHAAR
    assert read_aadhaar(scan.untrusted_text, 2026).name == "Asha Devi"


@pytest.mark.parametrize("around", [" ", "\t", "\0", "\ufeff", "\ufeff \0"])
def test_what_a_gun_sends_around_the_digits_costs_no_scan(around: str) -> None:
    text = largest_secure_qr()
    for sent in (around + text, text + around):
        [scan] = GunLines().feed(sent.encode() + b"\r", 0.0)
        assert isinstance(scan, CodeRead)
        assert read_aadhaar(scan.untrusted_text, 2026).name == "Asha Devi"


@pytest.mark.parametrize("line", [b"9" * MAX_DIGITS + b" " * 17, b" " * (MAX_BYTES + 1), b"9 " * MAX_DIGITS])
def test_blanks_are_not_collected_for_ever(line: bytes) -> None:
    lines = GunLines()
    assert lines.feed(line, 0.0) == []
    assert lines.feed(line + b"\n", 0.0) == [CodeSpoiled(Reason.TOO_LARGE)]


@pytest.mark.parametrize("line", [b"9" * (MAX_DIGITS + 1), b"9" * MAX_BYTES + b"x", b"x" + b"9" * MAX_BYTES])
def test_what_is_longer_or_has_other_signs_is_dropped(line: bytes) -> None:
    assert GunLines().feed(line + b"\n", 0.0) == [CodeSpoiled(Reason.TOO_LARGE)]


@given(names)
def test_names_in_all_scripts_come_through(name: str) -> None:
    assert text_of(name.encode()) == name


@given(names)
def test_a_gun_that_took_it_for_latin_is_put_right(name: str) -> None:
    assert text_of(name.encode().decode("latin-1").encode()) == name


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("José".encode(), "José"),
        ("José".encode().decode("cp1252").encode(), "José"),
        ("José".encode("latin-1"), None),
        (b"\xff\xfe", None),
        ("鐄嫩什鄍".encode(), None),
        ("हरी\ufffd".encode(), None),
    ],
)
def test_doubt_is_no_text(line: bytes, text: str | None) -> None:
    assert text_of(line) == text
    expected = CodeSpoiled(Reason.TEXT_MALFORMED) if text is None else CodeRead(text)
    assert GunLines().feed(line + b"\n", 0.0) == [expected]


@given(st.lists(st.tuples(st.binary(max_size=200), st.floats(0, 0.2)), max_size=40))
def test_whatever_bytes_come_the_text_is_text_and_not_too_long(pieces: list[tuple[bytes, float]]) -> None:
    lines, now = GunLines(), 0.0
    for data, wait_s in pieces:
        now += wait_s
        for scan in lines.feed(data, now):
            assert isinstance(scan, CodeSpoiled) or 0 < len(scan.untrusted_text.encode()) <= 4 * MAX_BYTES
