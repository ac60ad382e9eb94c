"""The print test: what shows at a glance whether width, darkness, scripts and pictures come out right.

A QGuiApplication must exist.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt

from kiosk.printing.fonts import SAMPLES
from kiosk.printing.paper import PAPERS, Paper
from kiosk.printing.raster import Raster, raster_of
from kiosk.printing.sheet import Ink, blank, label_ink, qr_ink, rule, shifted, stacked, text_ink, trimmed
from kiosk.printing.text import SMALLEST, is_right_to_left, text_font

_LEFT, _CENTRE, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
_TEXT_MM, _TITLE_MM = 3.1, 4.5
_TICK_MM, _TEN_TICK_MM = 2, 4
_RAMP_MM = 8
_FRAME = 2
_STEPS = 9
_LABEL = "T-012"
_LABEL_MM = 12
_QR_MM = 23.2
_GAP_MM, _MARK_MM = 2, 1
_DOUBLED_HINT = "12 mm high and as wide as its line? If not, set whole_rows in the slip template."
_BOX_MM = 5
_RULE = 3
"""Dots: an odd number of rows can be doubled in width alone."""
_PLACED_HINT = "From edge to edge, and the box above its right end? If not, set whole_rows in the slip template."
_RAMP_HINT = "Is each gray darker than the one before?"


def print_test_raster(lines: Sequence[str], width: int, *, whole_rows: bool = False) -> Raster:
    """A picture with a ruler in millimetres, ``lines``, a doubled label, all scripts, a ramp of grays and a QR.

    A box at the right stands there by ``ESC a`` alone, above a rule that goes doubled in width.

    ``width`` must be one of ``paper.PAPERS``; ``whole_rows`` as the slip template has it.
    """
    paper = PAPERS[width]
    gap = blank(width, paper.dots(_GAP_MM))
    parts = [
        _text("Print test", paper, _TITLE_MM),
        stacked(width, [ruler_ink(paper), numbers_ink(paper)]),
        *(_text(line, paper) for line in lines),
        _doubled(paper),
        _text(_DOUBLED_HINT, paper),
        box_ink(paper),
        rule(width, _RULE, 0),
        _text(_PLACED_HINT, paper),
        *(_text(sample.text, paper) for sample in SAMPLES),
        _framed(ramp_ink(paper)),
        _text(_RAMP_HINT, paper),
        shifted(qr_ink("Print test", paper.dots(_QR_MM)), width, 0),
    ]
    sheet = stacked(width, [ink for part in parts for ink in (gap, part)] + [gap])
    return raster_of(sheet, whole_rows=whole_rows, is_placed=True)


def ruler_ink(paper: Paper) -> Ink:
    """A tick each millimetre from the first dot on, a longer one each ten, and one at the very last dot."""
    ink = blank(paper.width, paper.dots(_TEN_TICK_MM))
    for mm in range(int(paper.width / paper.dots_per_mm) + 1):
        column = min(paper.dots(mm), paper.width - 2)
        ink[: paper.dots(_TICK_MM if mm % 10 else _TEN_TICK_MM), column : column + 2] = True
    ink[:, -1] = True
    return ink


def numbers_ink(paper: Paper) -> Ink:
    """The millimetres below each longer tick but the first."""
    font = text_font(SMALLEST, bold=False)
    room = paper.dots(10)
    numbers = [text_ink(str(mm), font, room, 1, _CENTRE) for mm in range(10, int(paper.width / paper.dots_per_mm), 10)]
    ink = blank(paper.width, max(number.shape[0] for number in numbers))
    for place, number in enumerate(numbers, start=1):
        left = paper.dots(10 * place) - room // 2
        ink[: number.shape[0], left : left + room] = number[:, : paper.width - left]
    return trimmed(ink, 0)


def ramp_ink(paper: Paper) -> Ink:
    """White to black in nine steps; each gray is dots spread by Floyd and Steinberg's way."""
    levels = np.linspace(255, 0, _STEPS).astype(np.uint8)[np.arange(paper.width) * _STEPS // paper.width]
    gray = np.tile(levels, (paper.dots(_RAMP_MM), 1))
    return ~np.asarray(Image.fromarray(gray).convert("1"))


def box_ink(paper: Paper) -> Ink:
    """A box at the right edge."""
    side = paper.dots(_BOX_MM) | 1  # odd: nothing of it is doubled
    return shifted(_framed(blank(side, side)), paper.width, paper.width - side)


def _doubled(paper: Paper) -> Ink:
    """A label, which goes as squares of two by two dots, above a line that goes dot by dot."""
    label = label_ink(_LABEL, text_font(100, bold=True), paper.dots(_LABEL_MM), paper.width)
    line = blank(paper.width, paper.dots(_MARK_MM))
    line[:, : int(np.flatnonzero(label.any(axis=0))[-1]) + 1] = True
    return stacked(paper.width, [label, blank(paper.width, paper.dots(_MARK_MM)), line])


def _framed(ink: Ink) -> Ink:
    """So that the white step is seen."""
    framed = ink.copy()
    framed[:_FRAME] = framed[-_FRAME:] = True
    framed[:, :_FRAME] = framed[:, -_FRAME:] = True
    return framed


def _text(line: str, paper: Paper, size_mm: float = _TEXT_MM) -> Ink:
    """Without the white that fonts have above and below, which differs much from script to script."""
    font = text_font(max(SMALLEST, paper.dots(size_mm)), bold=False)
    return trimmed(text_ink(line, font, paper.width, 3, _RIGHT if is_right_to_left(line) else _LEFT), 0)
