"""Pictures that cannot be mistaken for commands, as small as every printer takes them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.printing.encoding import LONGEST, Piece, as_printed, pictures, pieces
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.layout import PAPERS
from kiosk.printing.raster import Raster, raster_of
from tests.escpos_printer import Tokeniser

WIDTHS = sorted(PAPERS)
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
VICIOUS = (0x10, 0x04, 0x05, 0x14, 0x1B, 0x1D, 0x00, 0xFF, 0x01, 0x30, 0x33, 0xC0)
WILD_BYTES = st.lists(st.sampled_from(VICIOUS) | st.integers(0, 255), max_size=600)
HEIGHTS = st.integers(1, 2 * LONGEST + 3)


def raster_with(start: list[int], width: int, height: int, stretch: int = 1) -> Raster:
    """The bytes from the top left, and white; each row ``stretch`` times."""
    row = width // 8
    size = row * -(-height // stretch)
    rows = np.frombuffer((bytes(start) + bytes(size))[:size], np.uint8).reshape(-1, row)
    return Raster(width, height, rows.repeat(stretch, axis=0)[:height].tobytes())


def ragged(widths: list[int], fill: list[int], width: int) -> Raster:
    """Rows of vicious bytes, each of another width: what is cropped differently row by row."""
    row = width // 8
    body = bytes(fill) * (row + 1)
    return Raster(width, len(widths), b"".join(body[: used % (row + 1)].ljust(row, b"\0") for used in widths))


def assert_printed_well(raster: Raster) -> None:
    data = slip_bytes(raster)
    assert not REAL_TIME.search(data)
    tokeniser = Tokeniser()
    tokeniser.feed(data)
    assert tokeniser.errors == []
    assert not tokeniser.unfinished
    (slip,) = tokeniser.slips
    expected = as_printed(raster).image()
    assert slip.image.height == raster.height
    assert slip.image.tobytes() == expected.crop((0, 0, slip.image.width, raster.height)).tobytes()
    assert not np.any(~np.asarray(expected)[:, slip.image.width :])


@given(WILD_BYTES, st.sampled_from(WIDTHS), HEIGHTS, st.integers(1, 3))
def test_no_picture_holds_a_real_time_command(start: list[int], width: int, height: int, stretch: int) -> None:
    assert_printed_well(raster_with(start, width, height, stretch))


@given(
    st.lists(st.integers(0, 72), min_size=1, max_size=300),
    st.lists(st.sampled_from(VICIOUS), min_size=1, max_size=7),
    st.sampled_from(WIDTHS),
)
def test_nor_does_one_whose_rows_are_cropped_each_in_its_own_way(
    widths: list[int], fill: list[int], width: int
) -> None:
    assert_printed_well(ragged(widths, fill, width))


@given(st.integers(0, 2**32 - 1), st.sampled_from(WIDTHS), st.floats(0.01, 0.99), st.booleans())
def test_random_images_print_as_they_are(seed: int, width: int, share: float, doubled: bool) -> None:
    chance = np.random.default_rng(seed)
    scale = 2 if doubled else 1
    small = chance.random((120 // scale, width // scale)) < share
    assert_printed_well(raster_of(small.repeat(scale, axis=0).repeat(scale, axis=1)))


@given(WILD_BYTES, st.booleans())
def test_defusing_only_adds_dots_and_few(start: list[int], whole_rows: bool) -> None:
    plain = raster_with(start, 384, 13)
    raster = Raster(plain.width, plain.height, plain.rows, whole_rows)
    after = as_printed(raster)
    added = sum((new ^ old).bit_count() for new, old in zip(after.rows, raster.rows, strict=True))
    assert all(new & old == old for new, old in zip(after.rows, raster.rows, strict=True))
    assert added <= 4 * start.count(0x10)


def test_a_command_across_two_rows_is_found_though_they_are_cropped() -> None:
    rows = bytes(4) + b"\x10" + bytes(43) + b"\x04" + b"\xff" * 4 + bytes(43)
    assert as_printed(Raster(384, 2, rows)).rows[48:49] == b"\x06"
    assert not REAL_TIME.search(pictures(Raster(384, 2, rows)))


def test_white_rows_are_a_byte_wide_and_inked_ones_as_wide_as_their_ink() -> None:
    rows = bytes(72 * 100) + (b"\x01" * 20 + bytes(52)) * 51 + bytes(72 * 90)
    assert pieces(Raster(576, 241, rows)) == [Piece(0, 100, 1), Piece(100, 151, 20), Piece(151, 241, 1)]


def test_what_is_doubled_as_a_whole_goes_as_half_the_lines_at_half_the_width() -> None:
    rows = bytes(72 * 2) + (b"\xf0\x0f" * 10 + bytes(52)) * 60 + bytes(72 * 4)
    assert pieces(Raster(576, 66, rows))[1] == Piece(2, 62, 10, 2)


@pytest.mark.parametrize("spoilt", [b"\xf1" + b"\x0f", b"\x70\x0f"])
def test_what_is_doubled_in_parts_alone_is_not(spoilt: bytes) -> None:
    rows = (b"\xf0\x0f" * 10 + bytes(52)) * 58 + (spoilt + bytes(70)) * 2
    assert {piece.scale for piece in pieces(Raster(576, 60, rows))} == {1}


@pytest.mark.parametrize("height", [LONGEST, LONGEST + 1, 3 * LONGEST])
@pytest.mark.parametrize("whole_rows", [False, True])
def test_no_piece_is_longer_than_cheap_printers_take(height: int, whole_rows: bool) -> None:
    found = pieces(Raster(576, height, b"\xff" * (72 * height), whole_rows))
    assert [piece.first for piece in found[1:]] == [piece.end for piece in found[:-1]]
    assert found[-1].end == height
    assert max(piece.end - piece.first for piece in found) <= LONGEST


def test_a_printer_that_wants_whole_rows_gets_them() -> None:
    raster = Raster(576, 200, bytes(72 * 200), whole_rows=True)
    assert pieces(raster) == [Piece(0, 128, 72), Piece(128, 200, 72)]
    assert pictures(raster).count(b"\x1dv0\x00\x48\x00") == 2
