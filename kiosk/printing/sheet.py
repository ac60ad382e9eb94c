"""A strip of paper that is filled from the top: each thing drawn goes below what is there already. Units are dots."""

import math
from dataclasses import dataclass

import segno
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QTransform

from kiosk.printing.text import Line, set_lines

QUIET_ZONE = 4
"""Modules of white that ISO/IEC 18004 wants around a QR."""
_CENTRE = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True)
class QrCode:
    """A QR of error level M. ``module`` is the dots that one module measures, ``side`` the dots with the quiet zone."""

    matrix: tuple[bytes, ...]
    module: int

    @property
    def side(self) -> int:
        return (len(self.matrix) + 2 * QUIET_ZONE) * self.module


def qr_code(content: str, module: int) -> QrCode:
    matrix = segno.make_qr(content, error="m", boost_error=False).matrix
    return QrCode(tuple(bytes(row) for row in matrix), module)


class Sheet:
    """Draws on ``canvas``, which must be white and long enough. ``end`` must be called, and nothing after it."""

    def __init__(self, canvas: QImage) -> None:
        self.width = canvas.width()
        self.y = 0
        self._painter = QPainter(canvas)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def end(self) -> None:
        self._painter.end()

    def gap(self, dots: int) -> None:
        self.y += dots

    def rule(self, thickness: int, margin: int) -> None:
        self._painter.fillRect(margin, self.y, self.width - 2 * margin, thickness, Qt.GlobalColor.black)
        self.y += thickness

    def dashes(self, margin: int) -> None:
        """A rule of 8 dots on, 8 off, 2 thick."""
        count = (self.width - 2 * margin + 8) // 16
        first = (self.width - 16 * count + 8) // 2
        for left in range(first, first + 16 * count, 16):
            self._painter.fillRect(left, self.y, 8, 2, Qt.GlobalColor.black)
        self.y += 2

    def text(
        self, text: str, font: QFont, *, left: int, width: int, align: Qt.AlignmentFlag = _CENTRE, max_lines: int = 2
    ) -> None:
        """Nothing where ``text`` is empty."""
        self._lines(set_lines(text, font, width, max_lines, align), left, width)

    def stamp(self, text: str, font: QFont, margin: int, padding: int) -> None:
        """White on a black bar."""
        width = self.width - 2 * margin
        lines = set_lines(text, font, width - 2 * padding, 2, _CENTRE)
        height = sum(line.advance for line in lines) + 2 * padding
        self._painter.fillRect(margin, self.y, width, height, Qt.GlobalColor.black)
        self._painter.setPen(Qt.GlobalColor.white)
        self.gap(padding)
        self._lines(lines, margin + padding, width - 2 * padding)
        self.gap(padding)
        self._painter.setPen(Qt.GlobalColor.black)

    def frame(self, top: int, margin: int, thickness: int) -> None:
        """A rounded frame from ``top`` down to here."""
        pen = self._painter.pen()
        framing = self._painter.pen()
        framing.setWidth(thickness)
        self._painter.setPen(framing)
        inset = margin + thickness / 2
        self._painter.drawRoundedRect(QRectF(inset, top, self.width - 2 * inset, self.y - top), 16, 16)
        self._painter.setPen(pen)

    def label(self, text: str, font: QFont, cap_height: int, width: int) -> None:
        """The label in capitals ``cap_height`` high; where ``width`` is short, letters get narrower, not lower."""
        path = QPainterPath()
        path.addText(0, 0, font, text)
        tall = cap_height / QFontMetricsF(font).capHeight()
        ink = path.boundingRect()
        wide = min(tall, width / max(ink.width(), 1.0))
        placed = QTransform.fromTranslate((self.width - ink.width() * wide) / 2, self.y + cap_height)
        self._painter.fillPath(placed.scale(wide, tall).translate(-ink.left(), 0).map(path), Qt.GlobalColor.black)
        self.y += math.ceil(cap_height + max(ink.bottom(), 0.0) * tall)

    def qr(self, code: "QrCode", left: int) -> None:
        """The QR, quiet zone included, with its top left corner here; the sheet moves below it."""
        first = code.module * QUIET_ZONE
        for row, modules in enumerate(code.matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x, y = left + first + column * code.module, self.y + first + row * code.module
                    self._painter.fillRect(x, y, code.module, code.module, Qt.GlobalColor.black)
        self.y += code.side

    def _lines(self, lines: list[Line], left: int, width: int) -> None:
        for line in lines:
            self._painter.setClipRect(left, self.y, width, line.height)
            line.draw(self._painter, left, self.y)
            self.y += line.advance
        self._painter.setClipping(False)
