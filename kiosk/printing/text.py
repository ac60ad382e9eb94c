"""Text that anybody may have written, set in lines of a known width: cleaned, shaped by Qt, cut with an ellipsis."""

import itertools
import unicodedata
from collections.abc import Iterator

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from kiosk.model.scripts import BASE_FAMILY, family_of

SMALLEST = 24
"""Dots of font size below which thermal paper is hard to read."""
_MAX_CHARACTERS = 200
_MAX_MARKS = 4
"""Marks in a row. No Indian syllable needs more; stacked without end they would blacken the paper."""
_JOINERS = "\u200c\u200d"
_ELLIPSIS = "…"
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
_TALLEST = 2.2
"""Line height in font sizes that is allowed at most; Arabic needs 2.14."""
_LEADING = 0.92
"""Distance of two lines in line heights. Noto's own leaves room for accents that hardly ever meet."""


def text_font(size: int, *, bold: bool) -> QFont:
    """The font of all texts, ``size`` in dots."""
    font = QFont(BASE_FAMILY)
    font.setPixelSize(size)
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


class Line:
    """One shaped line: ``height`` dots of ink at most, the next line ``advance`` dots below.

    It keeps the layout alive that Qt's line points into.
    """

    def __init__(self, layout: QTextLayout, line: QTextLine, tallest: float) -> None:
        self._layout = layout
        self._line = line
        self.ink_width = line.naturalTextWidth()
        self.height = round(min(line.height(), tallest))
        self.advance = round(self.height * _LEADING)

    @property
    def text(self) -> str:
        """What the line shows, ellipsis included."""
        start = self._line.textStart()
        return _utf16_part(self._layout.text(), start, start + self._line.textLength())

    def draw(self, painter: QPainter, left: int, top: int) -> None:
        self._line.draw(painter, QPointF(left, top - self._line.y()))


def cleaned(untrusted_text: str) -> str:
    """One line of printable text: no control, bidi or private characters, at most 4 marks in a row, 200 characters."""
    text = " ".join(untrusted_text[: 4 * _MAX_CHARACTERS].split())
    printable = (letter for letter in text if letter in _JOINERS or unicodedata.category(letter)[0] != "C")
    return "".join(_few_marks(printable))[:_MAX_CHARACTERS]


def set_lines(untrusted_text: str, font: QFont, width: int, max_lines: int, align: Qt.AlignmentFlag) -> list[Line]:
    """The text broken into lines of ``width`` dots; what does not fit in ``max_lines`` becomes an ellipsis."""
    text = cleaned(untrusted_text)
    if not text:
        return []
    layout, lines = laid_out(text, font, width, align)
    if len(lines) > max_lines:
        last = lines[max_lines - 1]
        text = _utf16_part(text, 0, last.textStart() + last.textLength())
    while len(lines) > max_lines:
        layout, lines = laid_out(text.rstrip() + _ELLIPSIS, font, width, align)
        text = text[:-1]
    tallest = _TALLEST * font.pixelSize()
    return [Line(layout, line, tallest) for line in lines]


def laid_out(text: str, font: QFont, width: int, align: Qt.AlignmentFlag) -> tuple[QTextLayout, list[QTextLine]]:
    """``text`` shaped and broken into as many lines as it takes. The layout must outlive its lines."""
    layout = QTextLayout(text, font)
    option = QTextOption(align)
    option.setTextDirection(_RIGHT_TO_LEFT if is_right_to_left(text) else _LEFT_TO_RIGHT)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats(list(_script_formats(text, font)))
    layout.beginLayout()
    lines = list(iter(lambda: _next_line(layout, width), None))
    layout.endLayout()
    return layout, lines


def is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction, as Unicode says (UAX 9, P2 and P3)."""
    directions = map(unicodedata.bidirectional, text)
    return next((direction for direction in directions if direction in ("L", "R", "AL")), "L") != "L"


def _next_line(layout: QTextLayout, width: int) -> QTextLine | None:
    line = layout.createLine()
    if not line.isValid():
        return None
    line.setLineWidth(width)
    return line


def _script_formats(text: str, font: QFont) -> Iterator[QTextLayout.FormatRange]:
    """Each run of an Indian script gets its own family, so that Qt need not search fonts which cannot shape it."""
    start = 0
    for family, letters in itertools.groupby(zip(_families(text), text, strict=True), key=lambda pair: pair[0]):
        length = sum(_utf16_length(letter) for _, letter in letters)
        if family != BASE_FAMILY:
            run = QTextLayout.FormatRange()
            run.start, run.length = start, length
            run.format = _format(font, family)
            yield run
        start += length


def _families(text: str) -> list[str]:
    """The family of each character. Digits, blanks and signs go with the letters around them, as Qt counts scripts."""
    own = [_own_family(letter) for letter in text]
    current = next(filter(None, own), BASE_FAMILY)
    return [current := family or current for family in own]


def _own_family(letter: str) -> str | None:
    family = family_of(letter)
    return family or (BASE_FAMILY if letter.isalpha() else None)


def _format(font: QFont, family: str) -> QTextCharFormat:
    own = QFont(font)
    own.setFamilies([family, BASE_FAMILY])
    text_format = QTextCharFormat()
    text_format.setFont(own)
    return text_format


def _few_marks(letters: Iterator[str]) -> Iterator[str]:
    marks = 0
    for letter in letters:
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks <= _MAX_MARKS:
            yield letter


def _utf16_length(text: str) -> int:
    """Qt counts in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _utf16_part(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", errors="ignore")
