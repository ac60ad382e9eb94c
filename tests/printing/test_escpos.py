"""Bytes for the printer: only the commands we mean, and pictures that cannot be mistaken for commands."""

import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.patient import Patient
from kiosk.printing.escpos import FRAGMENT_ROWS, defused, slip_bytes
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.raster import Raster
from tests.escpos_printer import Tokeniser
from tests.printing.slips import TOKEN_ID, a_slip

WIDTHS = sorted(PAPERS)
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
WILD_BYTES = st.lists(
    st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x1B, 0x1D, 0x00, 0xFF]) | st.integers(0, 255), max_size=600
)


def printed(data: bytes) -> Tokeniser:
    tokeniser = Tokeniser()
    tokeniser.feed(data)
    return tokeniser


def raster_with(start: list[int], width: int, height: int) -> Raster:
    size = width // 8 * height
    return Raster(width, height, (bytes(start) + bytes(size))[:size])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "hi", "gu"])
def test_the_printer_rebuilds_the_slip_and_prints_no_text(width: int, language: str) -> None:
    raster = SlipPainter(width).render(a_slip(language, copy=1))
    paper = printed(slip_bytes(raster))
    assert paper.errors == []
    assert not paper.unfinished
    (slip,) = paper.slips
    assert slip.text_bytes == b""
    assert slip.image.tobytes() == defused(raster).image().tobytes()
    assert [code.text for code in zxingcpp.read_barcodes(slip.image.convert("L"))] == [TOKEN_ID]


def test_commands_in_a_name_never_reach_the_printer() -> None:
    evil = "RAM\x1b@\x1dV0\x1bp0\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
    data = slip_bytes(SlipPainter(576).render(a_slip(patient=Patient(abha_number="91000000000018", name=evil))))
    assert b"RAM" not in data
    assert printed(data).errors == []


@given(WILD_BYTES, st.sampled_from(WIDTHS), st.integers(1, 2 * FRAGMENT_ROWS))
def test_no_picture_holds_a_real_time_command(start: list[int], width: int, height: int) -> None:
    data = slip_bytes(raster_with(start, width, height))
    assert not REAL_TIME.search(data)
    paper = printed(data)
    assert paper.errors == []
    assert [slip.image.size for slip in paper.slips] == [(width, height)]


@given(WILD_BYTES)
def test_defusing_only_adds_single_dots(start: list[int]) -> None:
    raster = raster_with(start, 384, 13)
    after = defused(raster)
    added = sum((new ^ old).bit_count() for new, old in zip(after.rows, raster.rows, strict=True))
    assert all(new & old == old for new, old in zip(after.rows, raster.rows, strict=True))
    assert added == len(REAL_TIME.findall(raster.rows))


def test_a_command_across_two_rows_is_found() -> None:
    rows = bytes(47) + b"\x10" + b"\x04" + bytes(47)
    assert defused(Raster(384, 2, rows)).rows[47:49] == b"\x10\x06"


def test_pieces_are_small_enough_for_cheap_printers() -> None:
    data = slip_bytes(Raster(576, 300, bytes(72 * 300)))
    heights = [int.from_bytes(match[1], "little") for match in re.finditer(rb"\x1dv0\x00\x48\x00(..)", data, re.DOTALL)]
    assert heights == [128, 128, 44]


def test_starts_with_initialise_and_ends_with_feed_and_partial_cut() -> None:
    data = slip_bytes(Raster(384, 1, bytes(48)))
    assert data.startswith(b"\x1b@\x1dv0\x00")
    assert data.endswith(b"\x1bd\x04\x1dVB\x00")


def test_nothing_is_written_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    for width in WIDTHS:
        slip_bytes(Raster(width, 1, bytes(width // 8)))
    assert capsys.readouterr() == ("", "")
