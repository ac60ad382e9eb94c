"""Pictures that cannot be mistaken for commands, as small as every printer takes them."""

import re
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kiosk.printing.encoding import pictures
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.layout import PAPERS
from kiosk.printing.pieces import LONGEST
from kiosk.printing.raster import Raster, raster_of
from tests.escpos_paper import Canvas
from tests.escpos_printer import Tokeniser
from tests.printing.printed import as_printed

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


def ragged_at_right(widths: list[int], fill: list[int], width: int) -> Raster:
    """As ``ragged``, but from the paper's right edge: what is put there by ESC a."""
    left = ragged(widths, fill, width)
    return Raster(width, left.height, np.flip(rows_of(left), axis=1).tobytes())


def rows_of(raster: Raster) -> "np.ndarray[tuple[int, int], np.dtype[np.uint8]]":
    return np.frombuffer(raster.rows, np.uint8).reshape(raster.height, -1)


def assert_printed_well(raster: Raster) -> None:
    data = slip_bytes(raster)
    assert not REAL_TIME.search(data)
    tokeniser = Tokeniser(canvas=Canvas(raster.width))
    tokeniser.feed(data)
    assert tokeniser.errors == []
    assert not tokeniser.unfinished
    (slip,) = tokeniser.slips
    assert slip.image.size == (raster.width, raster.height)
    assert slip.image.tobytes() == as_printed(raster).image().tobytes()


@given(WILD_BYTES, st.sampled_from(WIDTHS), HEIGHTS, st.integers(1, 3))
def test_no_picture_holds_a_real_time_command(start: list[int], width: int, height: int, stretch: int) -> None:
    assert_printed_well(raster_with(start, width, height, stretch))


@given(
    st.lists(st.integers(0, 72), min_size=1, max_size=300),
    st.lists(st.sampled_from(VICIOUS), min_size=1, max_size=7),
    st.sampled_from(WIDTHS),
    st.sampled_from((ragged, ragged_at_right)),
)
def test_nor_does_one_whose_rows_are_cropped_each_in_its_own_way(
    widths: list[int], fill: list[int], width: int, shape: Callable[[list[int], list[int], int], Raster]
) -> None:
    assert_printed_well(shape(widths, fill, width))


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


def test_a_printer_that_wants_whole_rows_gets_them() -> None:
    raster = Raster(576, 200, bytes(72 * 200), whole_rows=True)
    assert pictures(raster).count(b"\x1dv0\x00\x48\x00") == 2
    assert pictures(raster).startswith(b"\x1dv0\x00\x48\x00" + bytes((LONGEST, 0)))
