"""The print test, measured on its paper."""

import numpy as np
import pytest
import zxingcpp

from kiosk.printing.escpos import slip_bytes
from kiosk.printing.paper import PAPERS
from kiosk.printing.pieces import Place, pieces
from kiosk.printing.raster import Raster
from kiosk.printing.test_sheet import box_ink, numbers_ink, print_test_raster, ramp_ink, ruler_ink
from tests.escpos_printer import Tokeniser
from tests.printing.printed import as_printed

WIDTHS = sorted(PAPERS)
LINES = ("network:10.0.0.7:9100, 576 dots", "slips are confirmed as printed")


@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_printed_as_drawn_and_its_qr_can_be_read(width: int) -> None:
    raster = print_test_raster(LINES, width)
    tokeniser = Tokeniser()
    tokeniser.feed(slip_bytes(raster))
    assert tokeniser.errors == []
    assert tokeniser.slips[0].image.tobytes() == as_printed(raster).image().tobytes()
    assert [code.text for code in zxingcpp.read_barcodes(raster.image().convert("L"))] == ["Print test"]
    assert raster.height < 200 * PAPERS[width].dots_per_mm


@pytest.mark.parametrize("width", WIDTHS)
def test_the_label_goes_doubled_and_little_else(width: int) -> None:
    found = pieces(print_test_raster(LINES, width))
    ends = {piece.first: piece.end for piece in found if (piece.wide, piece.tall) == (2, 2)}
    end = first = min(ends)
    while end in ends:
        end = ends[end]
    assert abs(end - first - 12 * PAPERS[width].dots_per_mm) <= 4
    assert len(ends) <= 4


@pytest.mark.parametrize("width", WIDTHS)
def test_its_rule_goes_doubled_in_width_alone(width: int) -> None:
    found = pieces(print_test_raster(LINES, width))
    doubled = [(piece.lines, piece.left, piece.right) for piece in found if (piece.wide, piece.tall) == (2, 1)]
    assert (3, 0, width // 8) in doubled


@pytest.mark.parametrize("width", WIDTHS)
def test_a_printer_that_places_no_pictures_is_seen_by_the_box_above_it(width: int) -> None:
    raster = print_test_raster(LINES, width)
    assert Place.RIGHT in {piece.place for piece in pieces(raster)}
    box = box_ink(PAPERS[width])[:, -48:]
    obedient, other = (paper_of(raster, places_pictures=places) for places in (True, False))
    row = next(row for row in range(raster.height) if np.array_equal(obedient[row : row + len(box), -48:], box))
    assert not obedient[row : row + len(box), : width // 2].any()
    assert other[row : row + len(box), :56].any()
    assert not other[row : row + len(box), -48:].any()
    assert other[row + len(box) :, -1].any()


def paper_of(raster: Raster, *, places_pictures: bool) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    tokeniser = Tokeniser(places_pictures=places_pictures)
    tokeniser.feed(slip_bytes(raster))
    return ~np.asarray(tokeniser.slips[0].image)


def test_a_printer_that_wants_whole_rows_gets_them_here_too() -> None:
    assert {piece.width for piece in pieces(print_test_raster(LINES, 576, whole_rows=True))} == {72}


def test_each_line_is_drawn() -> None:
    empty, one, two = (print_test_raster(lines, 576).height for lines in ((), LINES[:1], LINES))
    assert empty < one < two


@pytest.mark.parametrize("width", WIDTHS)
def test_the_ruler_has_a_tick_each_millimetre_from_edge_to_edge(width: int) -> None:
    ruler = ruler_ink(PAPERS[width])
    starts = np.flatnonzero(np.diff(ruler[0].astype(int), prepend=0) == 1)
    expected = [round(mm * PAPERS[width].dots_per_mm) for mm in range(int(width / PAPERS[width].dots_per_mm))]
    assert starts[: len(expected)].tolist() == expected
    long_ticks = np.flatnonzero(np.diff(ruler[-1].astype(int), prepend=0) == 1)
    assert long_ticks[:3].tolist() == expected[:21:10]
    assert ruler[:, -1].all()


@pytest.mark.parametrize("width", WIDTHS)
def test_its_numbers_stand_below_the_longer_ticks(width: int) -> None:
    paper = PAPERS[width]
    columns = np.asarray(numbers_ink(paper).any(axis=0))
    for mm in range(10, int(width / paper.dots_per_mm), 10):
        tick = paper.dots(mm)
        number = np.flatnonzero(columns[tick - 30 : tick + 30]) + tick - 30
        assert abs((number[0] + number[-1]) / 2 - tick) < 4
    assert not columns[: paper.dots(6)].any()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_ramp_fills_the_paper_from_white_to_black(width: int) -> None:
    ramp = ramp_ink(PAPERS[width])
    assert not ramp[:, : width // 9].any()
    assert ramp[:, -width // 9 + 1 :].all()


def test_the_ramp_goes_from_white_to_black_in_even_steps() -> None:
    step = 576 // 9
    shares = [ramp_ink(PAPERS[576])[:, step * index : step * (index + 1)].mean() for index in range(9)]
    assert shares == pytest.approx(np.linspace(0, 1, 9).tolist(), abs=0.03)
