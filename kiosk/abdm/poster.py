"""The A4 poster with the facility QR, as PDF or PNG. A QGuiApplication must exist."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextLayout,
    QTextOption,
)

from kiosk.abdm.poster_pictures import DARK, PALE, WHITE, agreeing, qr_matrix, qr_path, scanning, showing
from kiosk.abdm.poster_words import WORDS
from kiosk.errors import SettingError
from kiosk.model.opd import ENGLISH, Texts, text_in
from kiosk.model.scripts import BASE_FAMILY, family_of

WIDTH, HEIGHT = 2100, 2970
"""A4 in the tenths of a millimetre in which everything here is measured."""
MOST_LANGUAGES = 3
_PDF_DPI = 1200
_QUIET = 4
_LEADING = 0.94
"""Distance of lines in line heights: Noto's own leaves room for accents that hardly ever meet."""
_SMALLEST = 0.3
_BLACK, _GREY, _AMBER = QColor("#101418"), QColor("#5b6675"), QColor("#fff1cc")
_CENTRE, _LEFT = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Poster:
    """What one poster shows.

    Attributes:
        url: in the QR, see ``model.counter.share_url``.
        facility: its names by language.
        counter: the department's or counter's names.
        footnote: small, for staff: which poster this is.
        languages: most important first, at most three of ``WORDS``.

    Raises:
        SettingError: for languages that it cannot speak.
    """

    url: str
    facility: Texts
    counter: Texts
    footnote: str
    languages: tuple[str, ...] = ("hi", ENGLISH)

    def __post_init__(self) -> None:
        known = set(self.languages) <= WORDS.keys() and len(set(self.languages)) == len(self.languages)
        if not known or not 1 <= len(self.languages) <= MOST_LANGUAGES:
            allowed = ", ".join(WORDS)
            raise SettingError(f"a poster's languages are {self.languages}; allowed: up to three of {allowed}")


def poster_pdf(poster: Poster) -> bytes:
    """One A4 page; lines and letters stay sharp at any size."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_PDF_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(f"{text_in(poster.facility, ENGLISH)}: {text_in(poster.counter, ENGLISH)}")
    painter = QPainter(writer)
    _draw(painter, poster)
    painter.end()
    return bytes(buffer.data().data())


def poster_png(poster: Poster, dpi: int = 300) -> bytes:
    """The same page in dots, with its resolution noted."""
    image = QImage(round(WIDTH / 254 * dpi), round(HEIGHT / 254 * dpi), QImage.Format.Format_RGB32)
    image.fill(WHITE)
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    painter = QPainter(image)
    _draw(painter, poster)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _draw(painter: QPainter, poster: Poster) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setWindow(0, 0, WIDTH, HEIGHT)
    _draw_head(painter, poster)
    _draw_code(painter, poster)
    _draw_steps(painter, poster)
    _draw_arrival(painter, poster)
    _draw_needs(painter, poster)
    _stack(painter, [_Row(poster.footnote, 26, _GREY)], QRectF(100, 2890, 1900, 50))


def _draw_head(painter: QPainter, poster: Poster) -> None:
    """The hospital's name on a band, then what this is about."""
    painter.fillRect(QRectF(0, 0, WIDTH, 330), DARK)
    _cross(painter, QRectF(90, 75, 180, 180))
    names = _titles(poster, poster.facility, (98, 60, 48), WHITE)
    _stack(painter, names, QRectF(310, 35, 1700, 260), align=_LEFT)
    headlines = {language: WORDS[language].headline for language in poster.languages}
    _stack(painter, _titles(poster, headlines, (94, 58, 50), DARK), QRectF(80, 345, 1940, 225))


def _draw_code(painter: QPainter, poster: Poster) -> None:
    """The QR in a frame of its own, above the counter's name."""
    painter.setPen(QPen(DARK, 14))
    painter.setBrush(WHITE)
    painter.drawRoundedRect(QRectF(420, 585, 1260, 1085), 50, 50)
    matrix = qr_matrix(poster.url)
    module = 900 / (len(matrix) + 2 * _QUIET)
    painter.save()
    painter.translate(WIDTH / 2 - len(matrix) * module / 2, 592 + _QUIET * module)
    painter.scale(module, module)
    painter.fillPath(qr_path(matrix), QBrush(Qt.GlobalColor.black))
    painter.restore()
    _stack(painter, _titles(poster, poster.counter, (74, 46, 40), _BLACK), QRectF(450, 1490, 1200, 165))


def _draw_steps(painter: QPainter, poster: Poster) -> None:
    pictures: tuple[Callable[[QPainter], None], ...] = (scanning, agreeing, showing)
    for index, picture in enumerate(pictures):
        left = 80 + index * 660
        painter.save()
        painter.translate(left + 165, 1690)
        painter.scale(3.1, 3.1)
        picture(painter)
        painter.restore()
        _number(painter, index + 1, left + 70, 1750)
        captions = {language: WORDS[language].steps[index] for language in poster.languages}
        _stack(painter, _titles(poster, captions, (46, 40, 38), _BLACK), QRectF(left, 2020, 620, 205), at_top=True)


def _draw_arrival(painter: QPainter, poster: Poster) -> None:
    """Set off, since a token is not called before."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_AMBER)
    painter.drawRoundedRect(QRectF(80, 2245, 1940, 225), 30, 30)
    sentences = {language: WORDS[language].arrival for language in poster.languages}
    _stack(painter, _titles(poster, sentences, (46, 42, 38), _BLACK), QRectF(110, 2255, 1880, 205))


def _draw_needs(painter: QPainter, poster: Poster) -> None:
    """A column for each language."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PALE)
    painter.drawRoundedRect(QRectF(80, 2495, 1940, 385), 30, 30)
    width = 1900 / len(poster.languages)
    for index, language in enumerate(poster.languages):
        words = WORDS[language]
        left, room = 130 + index * width, width - 60
        needs = [_Row(f"•  {need}", 38, _BLACK) for need in words.needs]
        needed = [_Row(words.needed, 44, DARK, bold=True), *needs]
        _stack(painter, needed, QRectF(left, 2510, room, 255), align=_LEFT, at_top=True)
        _stack(painter, [_Row(words.without, 36, DARK)], QRectF(left, 2768, room, 100), align=_LEFT, at_top=True)


def _cross(painter: QPainter, box: QRectF) -> None:
    """A hospital's sign, in no organisation's colours."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(WHITE)
    painter.drawEllipse(box)
    third = box.width() / 5
    painter.fillRect(QRectF(box.center().x() - third / 2, box.top() + third, third, 3 * third), DARK)
    painter.fillRect(QRectF(box.left() + third, box.center().y() - third / 2, 3 * third, third), DARK)


def _number(painter: QPainter, number: int, x: float, y: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(DARK)
    painter.drawEllipse(QRectF(x - 50, y - 50, 100, 100))
    _stack(painter, [_Row(str(number), 62, WHITE, bold=True)], QRectF(x - 50, y - 50, 100, 100))


@dataclass(frozen=True)
class _Row:
    """One text and its looks; ``size`` is the font's, in tenths of a millimetre."""

    text: str
    size: float
    colour: QColor
    bold: bool = False

    def laid_out(self, scale: float, width: float, align: Qt.AlignmentFlag) -> QTextLayout:
        """In lines at most ``width`` long; where centred, lines of about the same length."""
        layout = self._in_lines(scale, width, width, align)
        narrower = width
        while align == _CENTRE and 1 < layout.lineCount() < 4 and narrower > width / 2:
            narrower *= 0.96
            tried = self._in_lines(scale, narrower, width, align)
            if tried.lineCount() > layout.lineCount():
                break
            layout = tried
        return layout

    def _in_lines(self, scale: float, width: float, room: float, align: Qt.AlignmentFlag) -> QTextLayout:
        layout = QTextLayout(self.text, self._font(scale))
        option = QTextOption(align)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF((room - width) / 2, y))
            y += line.height() * _LEADING
        layout.endLayout()
        return layout

    def _font(self, scale: float) -> QFont:
        font = QFont()
        font.setFamilies([*dict.fromkeys(filter(None, map(family_of, self.text))), BASE_FAMILY])
        font.setPixelSize(max(1, round(self.size * scale)))
        font.setBold(self.bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


def _titles(poster: Poster, texts: Texts, sizes: tuple[float, ...], colour: QColor) -> list[_Row]:
    """A row for each language, the first one bold; what several share stands once."""
    different = dict.fromkeys(text_in(texts, language) for language in poster.languages)
    return [
        _Row(text, size, colour, bold=index == 0)
        for index, (text, size) in enumerate(zip(different, sizes, strict=False))
    ]


def _stack(
    painter: QPainter, rows: list[_Row], box: QRectF, align: Qt.AlignmentFlag = _CENTRE, *, at_top: bool = False
) -> None:
    """The rows below each other in the middle of ``box``, or at its top; all smaller where they do not fit."""
    scale, heights, layouts = 1.0, [box.height() + 1], list[QTextLayout]()
    while sum(heights) > box.height() and scale > _SMALLEST:
        layouts = [row.laid_out(scale, box.width(), align) for row in rows]
        heights = [layout.boundingRect().height() * _LEADING for layout in layouts]
        scale *= 0.95
    y = box.top() + (0 if at_top else (box.height() - sum(heights)) / 2)
    for row, layout, height in zip(rows, layouts, heights, strict=True):
        painter.setPen(row.colour)
        layout.draw(painter, QPointF(box.left(), y))
        y += height
