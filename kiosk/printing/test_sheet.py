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
from kiosk.printing.sheet import Ink, blank, label_ink, qr_ink, shifted, stacked, text_ink
from kiosk.printing.text import SMALLEST, text_font

_LEFT = Qt.AlignmentFlag.AlignLeft
_TEXT_MM, _TITLE_MM = 3.1, 4.5
_TICK_MM, _TEN_TICK_MM = 2, 4
_RAMP_MM = 8
_STEPS = 9
_LABEL = "T-012"
_LABEL_MM = 12
_QR_MM = 23.2
_MARK_MM = 1
_DOUBLED_HINT = "The label is 12 mm high, and its line ends with it. Else set whole_rows in the slip template."


def print_test_raster(lines: Sequence[str], width: int, *, whole_rows: bool = False) -> Raster:
    """A picture with a ruler in millimetres, a doubled label, all scripts, a ramp of grays, a QR, and ``lines``.

    ``width`` must be one of ``paper.PAPERS``; ``whole_rows`` as the slip template has it.
    """
    paper = PAPERS[width]
    gap = blank(width, paper.dots(2))
    parts = [
        _texts(["Print test"], paper, _TITLE_MM),
        ruler_ink(paper),
        _texts(lines, paper, _TEXT_MM),
        _doubled(paper),
        _texts([_DOUBLED_HINT], paper, _TEXT_MM),
        *(_texts([sample.text], paper, _TEXT_MM) for sample in SAMPLES),
        ramp_ink(paper),
        shifted(qr_ink("Print test", paper.dots(_QR_MM)), width, 0),
    ]
    return raster_of(stacked(width, [ink for part in parts for ink in (gap, part)] + [gap]), whole_rows=whole_rows)


def ruler_ink(paper: Paper) -> Ink:
    """A tick each millimetre from the first dot on, a longer one each ten, and one at the very last dot."""
    ink = blank(paper.width, paper.dots(_TEN_TICK_MM))
    for mm in range(int(paper.width / paper.dots_per_mm) + 1):
        column = min(paper.dots(mm), paper.width - 2)
        ink[: paper.dots(_TICK_MM if mm % 10 else _TEN_TICK_MM), column : column + 2] = True
    ink[:, -1] = True
    return ink


def ramp_ink(paper: Paper) -> Ink:
    """White to black in nine steps; each gray is dots spread by Floyd and Steinberg's way."""
    step = paper.width // _STEPS
    levels = np.linspace(255, 0, _STEPS).astype(np.uint8).repeat(step)
    gray = np.full((paper.dots(_RAMP_MM), paper.width), 255, np.uint8)
    gray[:, : levels.size] = levels
    return ~np.asarray(Image.fromarray(gray).convert("1"))


def _doubled(paper: Paper) -> Ink:
    """A label, which goes as squares of two by two dots, above a line that goes dot by dot."""
    label = label_ink(_LABEL, text_font(100, bold=True), paper.dots(_LABEL_MM), paper.width)
    line = blank(paper.width, paper.dots(_MARK_MM))
    line[:, : int(np.flatnonzero(label.any(axis=0))[-1]) + 1] = True
    return stacked(paper.width, [label, blank(paper.width, paper.dots(_MARK_MM)), line])


def _texts(lines: Sequence[str], paper: Paper, size_mm: float) -> Ink:
    font = text_font(max(SMALLEST, paper.dots(size_mm)), bold=False)
    return stacked(paper.width, [text_ink(line, font, paper.width, 3, _LEFT) for line in lines])
