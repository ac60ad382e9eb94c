"""Draws one line of the list: label, person, waiting time and state, each as words with a picture."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kiosk.model.desk import DeskRow
from kiosk.model.token import Priority, State, Token
from kiosk.ui.desk.queue_model import ROW_ROLE
from kiosk.ui.desk.queue_order import Column
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.words import (
    STATE_ICONS,
    clock_time,
    day_words,
    name_words,
    person_words,
    priority_word,
    queue_words,
    source_word,
    span,
    where_word,
)
from kiosk.ui.theme import Metrics, families, icon_path

ROW_U = 7.6
LONG = timedelta(minutes=30)
TOO_LONG = timedelta(minutes=60)
INK, MUTED, LINE = QColor("#10302f"), QColor("#35514f"), QColor("#dbe7e5")
CHOSEN, MINE = QColor("#cfe6e3"), QColor("#eef7f0")
CALM, WARM, HOT = QColor("#0b5d62"), QColor("#8a4b00"), QColor("#a33a1c")
_WAITS = ((TOO_LONG, "warning", HOT), (LONG, "hourglass", WARM), (timedelta.min, "clock", CALM))
Index = QModelIndex | QPersistentModelIndex


class QueueDelegate(QStyledItemDelegate):
    """``is_doubled`` says of a token's id whether it may be somebody's second one."""

    def __init__(
        self, metrics: Metrics, session: DeskSession, is_doubled: Callable[[str], bool], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._metrics, self._session, self._is_doubled = metrics, session, is_doubled
        self.shows_department = True

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, self._metrics.px(ROW_U))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        place = QRect(option.rect)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(place, CHOSEN if is_chosen else self._ground(row.token))
        painter.fillRect(place.left(), place.bottom(), place.width(), 1, LINE)
        inner = place.adjusted(self._metrics.px(1), 0, -self._metrics.px(0.6), -1)
        match Column(index.column()):
            case Column.LABEL:
                self._draw_label(painter, inner, row.token)
            case Column.PATIENT:
                self._draw_patient(painter, inner, row)
            case Column.WAITED:
                self._draw_wait(painter, inner, row.token)
            case Column.STATE:
                self._draw_state(painter, inner, row.token)
        painter.restore()

    def _ground(self, token: Token) -> QColor:
        post = self._session.post
        is_mine = post is not None and bool(post.room) and token.room == post.room
        return MINE if is_mine else QColor(Qt.GlobalColor.white)

    def _draw_label(self, painter: QPainter, place: QRect, token: Token) -> None:
        self._write(painter, _upper(place), token.label, 3.1, INK, bold=True)
        if self._session.is_over(token):
            self._write(painter, _lower(place), day_words(token), 2.45, WARM, bold=True)
        elif self._is_doubled(token.token_id):
            self._paint_icon(painter, _lower(place), "duplicates", WARM, 2.6)
        elif token.priority is not Priority.ROUTINE:
            colour = HOT if token.priority is Priority.EMERGENCY else CALM
            name = "emergency" if token.priority is Priority.EMERGENCY else "priority"
            self._paint_icon(painter, _lower(place), name, colour, 2.6)

    def _draw_patient(self, painter: QPainter, place: QRect, row: DeskRow) -> None:
        session, token = self._session, row.token
        self._write(painter, _upper(place), name_words(row.patient), 2.75, INK, bold=True)
        parts = [
            person_words(row.patient, token.service_day, session.language),
            "" if token.priority is Priority.ROUTINE else priority_word(token.priority),
            queue_words(session.facility, token, session.language) if self.shows_department else "",
            "" if token.source == "kiosk" else source_word(token.source),
        ]
        self._write(painter, _lower(place), " · ".join(part for part in parts if part), 2.45, MUTED)

    def _draw_wait(self, painter: QPainter, place: QRect, token: Token) -> None:
        name, colour, text = waited(token, self._session.clock.now())
        if token.state is not State.WAITING:
            text = clock_time(self._session.facility, token.moved_at)
        side = self._paint_icon(painter, place, name, colour, 3)
        self._write(painter, place.adjusted(side, 0, 0, 0), text, 2.7, colour, bold=True)

    def _draw_state(self, painter: QPainter, place: QRect, token: Token) -> None:
        colour = CALM if token.state in (State.CALLED, State.SERVING) else MUTED
        side = self._paint_icon(painter, place, STATE_ICONS[token.state], colour, 2.8)
        words = place.adjusted(side, 0, 0, 0)
        first, _, room = where_word(token).partition(" · ")
        if room:
            self._write(painter, _upper(words), first, 2.5, colour, bold=True)
            self._write(painter, _lower(words), room, 2.45, MUTED)
        else:
            self._write(painter, words, first, 2.5, colour)

    def _write(
        self, painter: QPainter, place: QRect, text: str, size_u: float, colour: QColor, *, bold: bool = False
    ) -> None:
        font = _font(tuple(families(text)), self._metrics.px(size_u), bold)
        painter.setFont(font)
        painter.setPen(colour)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, int(flags) | int(Qt.TextFlag.TextSingleLine) | int(Qt.TextFlag.TextDontClip), shown)

    def _paint_icon(self, painter: QPainter, place: QRect, name: str, colour: QColor, size_u: float) -> int:
        """Draw at the left edge; returns how far the words are to stand from it."""
        side = self._metrics.px(size_u)
        painter.drawImage(place.left(), place.center().y() - side // 2, _picture(name, colour.name(), side))
        return side + self._metrics.px(0.8)


def waited(token: Token, now: datetime) -> tuple[str, QColor, str]:
    """Picture, colour and words of how long a token has waited; calm for all that do not wait."""
    if token.state is not State.WAITING:
        return "clock", MUTED, ""
    time = now - token.queued_at
    name, colour = next((name, colour) for least, name, colour in _WAITS if time >= least)
    return name, colour, span(time)


def _upper(place: QRect) -> QRect:
    return place.adjusted(0, place.height() // 12, 0, -place.height() // 2)


def _lower(place: QRect) -> QRect:
    return place.adjusted(0, place.height() // 2, 0, -place.height() // 12)


@lru_cache(maxsize=200)
def _font(family_names: tuple[str, ...], size_px: int, bold: bool) -> QFont:
    font = QFont()
    font.setFamilies(list(family_names))
    font.setPixelSize(size_px)
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    return font


@lru_cache(maxsize=200)
def _picture(name: str, colour: str, side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(icon_path(name))).render(painter, QRectF(image.rect()))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), QColor(colour))
    painter.end()
    return image
