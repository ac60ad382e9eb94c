"""Rasters cut into pictures: no wider than needed, and each thing whole on every printer."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.printing.escpos import slip_bytes
from kiosk.printing.layout import SlipPainter
from kiosk.printing.pieces import LONGEST, Piece, Place, pieces, rows_of
from kiosk.printing.raster import Raster, raster_of
from kiosk.printing.template import load_template
from tests.escpos_paper import Canvas
from tests.escpos_printer import Tokeniser
from tests.printing.hospital import LANGUAGES, slip_in
from tests.printing.printed import as_printed

ROW = 72


def raster(*rows: bytes) -> Raster:
    return Raster(8 * ROW, len(rows), b"".join(row.ljust(ROW, b"\0") for row in rows))


def at_right(ink: bytes) -> bytes:
    return ink.rjust(ROW, b"\0")


def in_middle(ink: bytes) -> bytes:
    return ink.center(ROW, b"\0")


def test_white_rows_are_a_byte_wide_and_inked_ones_as_wide_as_their_ink() -> None:
    slip = raster(*[b""] * 100, *[b"\x01" * 20] * 51, *[b""] * 90)
    assert pieces(slip) == [Piece(0, 100, 1), Piece(100, 151, 20), Piece(151, 241, 1)]


def test_what_is_doubled_as_a_whole_goes_as_half_the_lines_at_half_the_width() -> None:
    assert pieces(raster(*[b""] * 2, *[b"\xf0\x0f" * 10] * 60, *[b""] * 4))[1] == Piece(2, 62, 20, 0, 2, 2)


def test_or_in_one_direction_alone() -> None:
    rule, uneven = [b"\xff" * ROW] * 3, [b"\x70" * 40] * 60
    assert pieces(raster(b"", *rule))[-1] == Piece(1, 4, ROW, 0, 2, 1)
    assert pieces(raster(b"", *uneven))[-1] == Piece(1, 61, 40, 0, 1, 2)


@pytest.mark.parametrize("spoilt", [b"\xf1\x0f", b"\x70\x0f"])
def test_what_is_doubled_in_parts_alone_is_not(spoilt: bytes) -> None:
    found = pieces(raster(*[b"\xf0\x0f" * 10] * 57, spoilt, b"\xf0\x0f"))
    assert {(piece.wide, piece.tall) for piece in found} == {(1, 1)}


def test_what_stands_elsewhere_is_cropped_at_its_left_and_said_to_stand_there() -> None:
    line = b"\x01" * 20
    assert pieces(raster(*[at_right(line)] * 51)) == [Piece(0, 51, ROW, ROW - 20, place=Place.RIGHT)]
    assert pieces(raster(*[in_middle(line)] * 51)) == [Piece(0, 51, 46, 26, place=Place.MIDDLE)]


def test_where_little_is_saved_all_starts_at_the_left_edge() -> None:
    slip = raster(*[b"\x01" * ROW] * 200, b"", *[at_right(b"\x01" * 20)] * 9)
    assert {piece.left for piece in pieces(slip)} == {0}


def test_what_is_longer_than_one_picture_starts_at_the_left_edge() -> None:
    slip = raster(*[at_right(b"\x01" * 20)] * (LONGEST + 1))
    assert {piece.left for piece in pieces(slip)} == {0}


@pytest.mark.parametrize("language", LANGUAGES)
def test_slips_written_from_the_left_need_no_placing(language: str) -> None:
    for width in (576, 384):
        slip = SlipPainter(width).render(slip_in(language))
        places = {piece.place for piece in pieces(slip)}
        assert places == ({Place.LEFT, Place.RIGHT} if language == "ur" else {Place.LEFT})


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("width", [512, 384])
def test_a_slip_for_a_narrower_head_than_the_printers_moves_as_a_whole(width: int, centred: bool) -> None:
    """384 dots are what is set where nobody knows how many the head has."""
    painter = SlipPainter(width, replace(load_template(None), centred=centred))
    for language in ("ur", "hi"):
        slip = painter.render(slip_in(language, copy=1))
        tokeniser = Tokeniser(canvas=Canvas(head=576))
        tokeniser.feed(slip_bytes(slip))
        (paper,) = tokeniser.slips
        wanted, seen = np.unpackbits(rows_of(as_printed(slip)), axis=1), ~np.asarray(paper.image)
        left = int(np.flatnonzero(seen.any(axis=0))[0] - np.flatnonzero(wanted.any(axis=0))[0])
        assert left in (0, (576 - width) // 2, 576 - width)
        assert np.array_equal(seen[:, left : left + width], wanted.astype(np.bool_))
        assert seen.sum() == wanted.sum()


@pytest.mark.parametrize("height", [LONGEST, LONGEST + 1, 3 * LONGEST])
@pytest.mark.parametrize("whole_rows", [False, True])
def test_no_piece_is_longer_than_cheap_printers_take(height: int, whole_rows: bool) -> None:
    found = pieces(Raster(576, height, b"\xff" * (ROW * height), whole_rows))
    assert [piece.first for piece in found[1:]] == [piece.end for piece in found[:-1]]
    assert found[-1].end == height
    assert max(piece.end - piece.first for piece in found) <= LONGEST


def test_a_printer_that_wants_whole_rows_gets_them() -> None:
    slip = Raster(576, 200, bytes(ROW * 200), whole_rows=True)
    assert pieces(slip) == [Piece(0, 128, ROW), Piece(128, 200, ROW)]


THINGS = st.lists(st.tuples(st.integers(1, 150), st.integers(10, 68)), min_size=1, max_size=12)


@given(THINGS, st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from((ROW, 48)))
def test_a_printer_that_obeys_no_placing_shifts_things_as_a_whole(
    things: list[tuple[int, int]], seed: int, in_the_middle: bool, row: int
) -> None:
    """Each row of a thing begins elsewhere, as the rows of letters do."""
    chance = np.random.default_rng(seed)
    ink = np.zeros((sum(height + 1 for height, _ in things), 8 * row), np.bool_)
    top = 0
    for height, left in things:
        for line, start in enumerate(chance.integers(left * row // ROW, row - 1, height).tolist()):
            ink[top + line, 8 * start + 3 : 8 * (row - start if in_the_middle and start < row // 2 else row)] = True
        top += height + 1
    assert_each_thing_is_whole(raster_of(ink))


@pytest.mark.parametrize("width", [576, 384])
def test_so_are_the_lines_of_a_slip_in_urdu(width: int) -> None:
    assert_each_thing_is_whole(SlipPainter(width).render(slip_in("ur", copy=1)))


def assert_each_thing_is_whole(slip: Raster) -> None:
    """Between two white rows all has moved to the left by so many dots, or not at all."""
    tokeniser = Tokeniser(places_pictures=False)
    tokeniser.feed(slip_bytes(slip))
    (paper,) = tokeniser.slips
    wanted = np.unpackbits(rows_of(as_printed(slip)), axis=1)
    seen = np.zeros_like(wanted)
    seen[:, : paper.image.width] = ~np.asarray(paper.image)
    white = np.flatnonzero(~wanted.any(axis=1))
    for above, below in pairwise((-1, *white.tolist(), len(wanted))):
        one, other = wanted[above + 1 : below], seen[above + 1 : below]
        if one.any():
            shift = np.flatnonzero(one.any(axis=0))[0] - np.flatnonzero(other.any(axis=0))[0]
            assert shift >= 0
            assert np.array_equal(one, np.roll(other, shift, axis=1))
