"""Pictures of black dots, made and put together. An ``Ink`` holds rows of dots, True where the paper turns black."""

import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import segno
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QTransform

from kiosk.printing.logo import Logo
from kiosk.printing.text import Line, set_lines

Ink: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
QUIET_ZONE = 4
"""Modules of white that ISO/IEC 18004 wants around a QR."""
_MASK = 3
"""Any of the eight is read by every reader; to weigh them against each other takes longer than all the rest."""
_HALF = 128
_FRAME = 4
"""Dots that a box is thick."""


def blank(width: int, height: int) -> Ink:
    return np.zeros((height, width), np.bool_)


def stacked(width: int, inks: list[Ink]) -> Ink:
    """One below the other; all are ``width`` wide."""
    return np.vstack([blank(width, 0), *inks])


def shifted(ink: Ink, width: int, left: int) -> Ink:
    """``ink`` on a strip of ``width``, ``left`` dots from its edge; what does not fit is cut off."""
    strip = blank(width, ink.shape[0])
    part = ink[:, : max(0, width - left)]
    strip[:, left : left + part.shape[1]] = part
    return strip


def trimmed(ink: Ink, margin: int) -> Ink:
    """Without the white rows above and below, but for ``margin`` of them."""
    rows = np.flatnonzero(ink.any(axis=1))
    return ink[max(0, rows[0] - margin) : rows[-1] + 1 + margin] if rows.size else ink[:0]


def side_by_side(left: Ink, right: Ink) -> Ink:
    """Both from the same top; the shorter one gets white below."""
    height = max(left.shape[0], right.shape[0])
    return np.hstack([np.pad(each, ((0, height - each.shape[0]), (0, 0))) for each in (left, right)])


def rule(width: int, thickness: int, margin: int) -> Ink:
    ink = blank(width, thickness)
    ink[:, margin : width - margin] = True
    return ink


def dashes(width: int, margin: int) -> Ink:
    """A rule of 8 dots on, 8 off, 2 thick."""
    ink = rule(width, 2, margin)
    ink[:, np.arange(width) % 16 >= 8] = False
    return ink


def text_ink(text: str, font: QFont, width: int, max_lines: int, align: Qt.AlignmentFlag) -> Ink:
    """The text in lines, cut with an ellipsis; no rows where it is empty."""
    lines = set_lines(text, font, width, max_lines, align)
    if not lines:
        return blank(width, 0)
    height = sum(line.advance for line in lines)
    canvas, painter = _begun(width, height + lines[-1].height - lines[-1].advance)
    top = 0
    for line in lines:
        _draw_line(painter, line, width, top)
        top += line.advance
    painter.end()
    return _without_end(_ink_of(canvas), height)


def label_ink(text: str, font: QFont, cap_height: int, width: int) -> Ink:
    """The label at the left, its capitals ``cap_height`` high; where ``width`` is short, letters get narrower.

    It consists of squares of two by two dots, a quarter of a millimetre, which makes it a quarter of the bytes.
    """
    path = QPainterPath()
    path.addText(0, 0, font, text)
    tall = math.ceil(cap_height / 2) / QFontMetricsF(font).capHeight()
    ink = path.boundingRect()
    wide = min(tall, width // 2 / max(ink.width(), 1.0))
    canvas, painter = _begun(width // 2, math.ceil(math.ceil(cap_height / 2) + max(ink.bottom(), 0.0) * tall))
    placed = QTransform.fromTranslate(0, math.ceil(cap_height / 2)).scale(wide, tall).translate(-ink.left(), 0)
    painter.fillPath(placed.map(path), Qt.GlobalColor.black)
    painter.end()
    return _ink_of(canvas).repeat(2, axis=0).repeat(2, axis=1)


def qr_ink(content: str, side: int) -> Ink:
    """A QR of error level M with its quiet zone, as large as fits in ``side`` dots with whole dots for each module."""
    matrix = segno.make_qr(content, error="m", boost_error=False, mask=_MASK).matrix
    modules = np.pad(np.array([list(row) for row in matrix], np.bool_), QUIET_ZONE)
    module = max(1, side // modules.shape[0])
    return modules.repeat(module, axis=0).repeat(module, axis=1)


@lru_cache(maxsize=4)
def logo_ink(logo: Logo, height: int, width: int) -> Ink:
    """As high as asked, or less where it would be wider than ``width``; grays become dots."""
    scale = min(height / logo.height, width / logo.width)
    size = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    dithered = logo.image().resize(size, Image.Resampling.LANCZOS).convert("1")
    return ~np.asarray(dithered)


def barred(ink: Ink, bar: int, gap: int, *, at_right: bool) -> Ink:
    """With a bar beside the text, which was set ``bar + gap`` dots narrower than the paper."""
    height = ink.shape[0]
    parts = [np.ones((height, bar), np.bool_), blank(gap, height), ink]
    return np.hstack(parts[::-1] if at_right else parts)


def boxed(ink: Ink, padding: int) -> Ink:
    """In a frame; the text was set ``padding`` dots narrower on each side."""
    framed = np.pad(ink, ((padding // 2, padding // 2), (padding, padding)))
    framed[:_FRAME] = framed[-_FRAME:] = True
    framed[:, :_FRAME] = framed[:, -_FRAME:] = True
    return framed


def on_black(ink: Ink, padding: int) -> Ink:
    """White on a black bar, likewise."""
    return ~np.pad(ink, ((padding // 4, padding // 4), (padding, padding)))


def _begun(width: int, height: int) -> tuple[QImage, QPainter]:
    canvas = QImage(width, height, QImage.Format.Format_Grayscale8)
    canvas.fill(Qt.GlobalColor.white)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return canvas, painter


def _without_end(ink: Ink, height: int) -> Ink:
    """``height`` rows, and more only as far as deep letters reach."""
    below = np.flatnonzero(ink[height:].any(axis=1))
    return ink[: height + (int(below[-1]) + 1 if below.size else 0)]


def _draw_line(painter: QPainter, line: Line, width: int, top: int) -> None:
    painter.setClipRect(0, top, width, line.height)
    line.draw(painter, 0, top)


def _ink_of(canvas: QImage) -> Ink:
    gray = np.frombuffer(canvas.constBits(), np.uint8).reshape(canvas.height(), canvas.bytesPerLine())
    return gray[:, : canvas.width()] < _HALF
