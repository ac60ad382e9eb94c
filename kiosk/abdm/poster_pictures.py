"""The poster's pictures, drawn into a square of 100 units: for people who read none of its languages."""

import segno
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QRegion

from kiosk.model.scripts import BASE_FAMILY

DARK, PALE, GREEN, WHITE = QColor("#0b5d62"), QColor("#dcefec"), QColor("#1e7b4a"), QColor("#ffffff")
_LINE = 3.0
_SAMPLE = "MS-017"
_SKETCH = (
    "#####.#.#####",
    "#...#..##...#",
    "#.#.#.#.#.#.#",
    "#...#.###...#",
    "#####.#.#####",
    ".......#.....",
    "##.#.##.#.##.",
    ".....#..##..#",
    "#####..#.##.#",
    "#...#.##..#..",
    "#.#.#.#.###.#",
    "#...#..##.#..",
    "#####.#..##.#",
)


def qr_matrix(text: str) -> tuple[bytes, ...]:
    """The modules row by row, 1 is dark, without the quiet zone of 4.

    Error correction M: its modules are a fifth larger than those of Q, and posters are read from afar.
    """
    return tuple(bytes(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix)


def qr_path(matrix: tuple[bytes, ...]) -> QPainterPath:
    """The dark modules as one outline, a module being 1: no seams between them, however they are printed."""
    region = QRegion()
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                region += QRegion(column, row, 1, 1)
    path = QPainterPath()
    path.addRegion(region)
    return path.simplified()


def scanning(painter: QPainter) -> None:
    """A phone before a poster."""
    _pen(painter)
    _paper(painter, QRectF(2, 4, 46, 60))
    _qr(painter, QRectF(9, 11, 32, 32))
    painter.drawLine(QPointF(10, 54), QPointF(40, 54))
    _phone(painter, QRectF(54, 22, 42, 76))
    _qr(painter, QRectF(64, 44, 22, 22))
    _corners(painter, QRectF(60, 40, 30, 30))
    _beams(painter)


def agreeing(painter: QPainter) -> None:
    """A phone that shows somebody's details, and a finger's tick below."""
    _pen(painter)
    _phone(painter, QRectF(26, 2, 48, 96))
    painter.setBrush(DARK)
    painter.drawEllipse(QPointF(50, 24), 6, 6)
    shoulders = QPainterPath(QPointF(38, 43))
    shoulders.cubicTo(QPointF(39, 31), QPointF(61, 31), QPointF(62, 43))
    shoulders.closeSubpath()
    painter.drawPath(shoulders)
    for y in (51, 57):
        painter.drawLine(QPointF(37, y), QPointF(63, y))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GREEN)
    painter.drawRoundedRect(QRectF(34, 64, 32, 18), 5, 5)
    _tick(painter, QPointF(50, 73), 6)


def showing(painter: QPainter) -> None:
    """A phone with a token's label, beside a kiosk that prints the same."""
    _pen(painter)
    _phone(painter, QRectF(2, 10, 44, 84))
    _label(painter, QRectF(9, 32, 30, 16))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GREEN)
    painter.drawEllipse(QPointF(24, 66), 9, 9)
    _tick(painter, QPointF(24, 66), 5)
    _kiosk(painter)


def _kiosk(painter: QPainter) -> None:
    _pen(painter)
    painter.setBrush(PALE)
    painter.drawRoundedRect(QRectF(58, 4, 40, 46), 4, 4)
    painter.setBrush(WHITE)
    painter.drawRect(QRectF(64, 10, 28, 24))
    _qr(painter, QRectF(70, 14, 16, 16))
    painter.setBrush(PALE)
    painter.drawRect(QRectF(70, 50, 16, 44))
    painter.drawLine(QPointF(60, 96), QPointF(96, 96))
    _paper(painter, QRectF(60, 43, 36, 22))
    _label(painter, QRectF(64.5, 47, 27, 14))


def _pen(painter: QPainter) -> None:
    painter.setPen(QPen(DARK, _LINE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _phone(painter: QPainter, body: QRectF) -> None:
    painter.setBrush(DARK)
    painter.drawRoundedRect(body, 7, 7)
    painter.setBrush(WHITE)
    painter.drawRoundedRect(body.adjusted(3, 7, -3, -8), 2, 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paper(painter: QPainter, sheet: QRectF) -> None:
    painter.setBrush(WHITE)
    painter.drawRect(sheet)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _qr(painter: QPainter, square: QRectF) -> None:
    """The looks of a code, which no app can read: there is to be one code on the poster."""
    matrix = tuple(bytes(mark == "#" for mark in row) for row in _SKETCH)
    painter.save()
    painter.translate(square.topLeft())
    painter.scale(square.width() / len(matrix), square.height() / len(matrix))
    painter.fillPath(qr_path(matrix), QBrush(DARK))
    painter.restore()


def _corners(painter: QPainter, frame: QRectF) -> None:
    """The brackets within which apps want a code."""
    painter.save()
    painter.setPen(QPen(GREEN, _LINE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for corner, right, down in (
        (frame.topLeft(), 7, 7),
        (frame.topRight(), -7, 7),
        (frame.bottomLeft(), 7, -7),
        (frame.bottomRight(), -7, -7),
    ):
        painter.drawLine(corner, corner + QPointF(right, 0))
        painter.drawLine(corner, corner + QPointF(0, down))
    painter.restore()


def _beams(painter: QPainter) -> None:
    """From the phone's back to the poster's code."""
    painter.save()
    painter.setPen(QPen(GREEN, 1.6, Qt.PenStyle.DashLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(44, 12), QPointF(58, 28))
    painter.drawLine(QPointF(44, 43), QPointF(54, 60))
    painter.restore()


def _tick(painter: QPainter, centre: QPointF, half: float) -> None:
    painter.save()
    painter.setPen(QPen(WHITE, _LINE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    knee = centre + QPointF(-half / 4, half * 0.7)
    painter.drawLine(centre + QPointF(-half, 0), knee)
    painter.drawLine(knee, centre + QPointF(half, -half * 0.7))
    painter.restore()


def _label(painter: QPainter, box: QRectF) -> None:
    font = QFont(BASE_FAMILY)
    font.setPixelSize(100)
    font.setBold(True)
    path = QPainterPath()
    path.addText(0, 0, font, _SAMPLE)
    ink = path.boundingRect()
    scale = min(box.width() / ink.width(), box.height() / ink.height())
    painter.save()
    painter.translate(box.center())
    painter.scale(scale, scale)
    painter.translate(-ink.center())
    painter.fillPath(path, QBrush(DARK))
    painter.restore()
