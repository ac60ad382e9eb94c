"""Slips that did not come out for sure: they stay here until somebody has dealt with them."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from kiosk.desk_work import SlipOutcome
from kiosk.model.desk import DeskRow, OpenSlip
from kiosk.model.opd import Facility
from kiosk.model.token import SlipState
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.page_news import PageNews
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.token_shown import TokenShown
from kiosk.ui.desk.words import clock_time, name_words, person_words, queue_words
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

ROW_U = 15.0
"""Of a line whose trouble takes two, with what lies between lines."""
HEAD_U = 20.0
"""Of what stands above and below the lines."""
LEAST_ROWS = 3
LEAST = 0.85
"""Long names are cut off rather than made small."""


class Rolls(Protocol):
    """Where it is noted that a new roll was put in; ``rolls.RollNotes`` is one. Both raise StoreError."""

    def note(self, now: datetime, staff_id: str) -> None: ...

    def last(self) -> datetime | None: ...


class SlipsPage(Page):
    """The newest first: its patient may still be near."""

    def __init__(self, metrics: Metrics, session: DeskSession, rolls: Rolls) -> None:
        super().__init__(metrics, session)
        self._rolls = rolls
        self._roll_at: datetime | None = None
        self._page = 0
        self._page_size = LEAST_ROWS
        self._read: OpenSlip | None = None
        self.lines: list[SlipLine] = []
        self._title = PlainLabel("heading")
        self._roll = PlainLabel("small")
        self.new_roll = DeskButton(metrics, "plain", icon="roll", icon_u=3.4)
        self.new_roll.clicked.connect(self._note_roll)
        self.more = DeskButton(metrics, "plain", icon="next", icon_u=3.2)
        self.more.clicked.connect(self._turn)
        self._calm = PlainLabel("strong", lines=2)
        self._calm_panel = QFrame()
        self._calm_panel.setProperty("role", "news-good")
        self._calm_panel.setLayout(
            line_up(metrics, ACROSS, icon(metrics, "complete", 5, "good"), (self._calm, 1), gap_u=2, edge_u=2)
        )
        self._box = QVBoxLayout()
        self._box.setSpacing(metrics.px(1))
        self.shown = TokenShown(metrics, session.facility)
        self.shown.next_wished.connect(self._leave_token)
        self.shown.reprint_wished.connect(self._reprint_read)
        self.shown.read_wished.connect(self._finish_reading)
        self.news = PageNews(metrics, session)
        self._pages = QStackedWidget()
        self._arrange()
        session.slips_changed.connect(self._follow)
        session.rows_changed.connect(self._follow)
        session.busy_changed.connect(self._wake)

    def redraw(self) -> None:
        self.news.redraw()
        self._show()
        self.session.send(self._rolls.last, self._take_roll)

    def forget(self) -> None:
        self._leave_token()
        for line in self.lines:
            line.forget()

    def _follow(self, _news: object) -> None:
        if self.isVisible():
            self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.height() - self.metrics.px(HEAD_U)
        fitting = max(LEAST_ROWS, room // self.metrics.px(ROW_U))
        if fitting != self._page_size:
            self._page_size = fitting
            self._show()

    def _show(self) -> None:
        slips = sorted(self.session.slips, key=lambda slip: slip.queued_at, reverse=True)
        pages = max(1, math.ceil(len(slips) / self._page_size))
        self._page %= pages
        self.more.setVisible(pages > 1)
        self._place(slips[self._page * self._page_size : (self._page + 1) * self._page_size])
        self._title.setText(
            translate("Slips", "Slips to look after: {count}").format(count=len(slips))
            if slips
            else translate("Slips", "Slips")
        )
        self._calm.setText(translate("Slips", "Every slip came out. Nothing is to be done."))
        self._calm_panel.setVisible(not slips)
        self.new_roll.show_words(translate("Slips", "New roll put in"))
        self.more.show_words(translate("Desk", "More"))
        at = clock_time(self.session.facility, self._roll_at)
        self._roll.setText(translate("Slips", "Last new roll: {when}").format(when=at) if at else "")
        self._wake(self.session.is_busy)

    def _place(self, slips: Sequence[OpenSlip]) -> None:
        """Lines that stay keep their place: a finger may be on one of their buttons."""
        known = {line.slip: line for line in self.lines}
        for slip, line in known.items():
            if slip not in slips:
                self._box.removeWidget(line)
                line.hide()
                line.deleteLater()
        self.lines = [known.get(slip) or self._line(slip) for slip in slips]
        for place, line in enumerate(self.lines):
            self._box.insertWidget(place, line)
            line.show_row(self.session.rows.get(line.slip.token_id), self.session.facility, self.session.language)

    def _line(self, slip: OpenSlip) -> "SlipLine":
        line = SlipLine(self.metrics, slip)
        line.reprint.clicked.connect(lambda: self.session.reprint(slip.token_id))
        line.read_out.clicked.connect(lambda: self._read_out(slip))
        line.has_it.clicked.connect(lambda: self.session.resolve_slip(slip.job_id, SlipOutcome.PRINTED))
        line.gone.clicked.connect(lambda: self.session.resolve_slip(slip.job_id, SlipOutcome.PATIENT_GONE))
        return line

    def _read_out(self, slip: OpenSlip) -> None:
        row = self.session.rows.get(slip.token_id)
        if row is not None:
            self._read = slip
            self.shown.read_token(row.token, self.session.language)
            self._pages.setCurrentWidget(self.shown)

    def _finish_reading(self) -> None:
        if self._read is not None:
            self.session.resolve_slip(self._read.job_id, SlipOutcome.READ_OUT)
        self._leave_token()

    def _reprint_read(self) -> None:
        if self._read is not None:
            self.session.reprint(self._read.token_id)
        self._leave_token()

    def _leave_token(self) -> None:
        self._read = None
        self.shown.forget()
        self._pages.setCurrentIndex(0)

    def _note_roll(self) -> None:
        who, now = self.session.who, self.session.clock.now()
        if who is not None:
            self.session.send(lambda: self._rolls.note(now, who.staff_id), lambda _none: self._take_roll(now))

    def _take_roll(self, at: datetime | None) -> None:
        self._roll_at = at
        self._show()

    def _turn(self) -> None:
        self._page += 1
        self._show()

    def _wake(self, is_busy: bool) -> None:
        for line in self.lines:
            line.wake(not is_busy)

    def _arrange(self) -> None:
        metrics = self.metrics
        head = line_up(metrics, ACROSS, (self._title, 1), self.more, self._roll, self.new_roll, gap_u=2)
        listing = QWidget()
        listing.setLayout(line_up(metrics, DOWN, head, self._calm_panel, self._box, 1, self.news, gap_u=1.2))
        self._pages.addWidget(listing)
        self._pages.addWidget(self.shown)
        self.setLayout(line_up(metrics, DOWN, (self._pages, 1), edge_u=1.2))


class SlipLine(QFrame):
    """One slip: whose, what is known of it, and what can be done."""

    def __init__(self, metrics: Metrics, slip: OpenSlip) -> None:
        super().__init__()
        self.slip = slip
        self.setProperty("role", "panel")
        self.setFixedHeight(metrics.px(ROW_U - 1))
        self.label = PlainLabel("label")
        self._name = PlainLabel("strong", elides=True, least=LEAST)
        self._person = PlainLabel("small", elides=True, least=LEAST)
        self._told = PlainLabel("warning-text", lines=2, elides=True, least=LEAST)
        self.reprint = DeskButton(metrics, "primary", icon="printer", icon_u=3.2, height_u=7)
        self.read_out = DeskButton(metrics, "plain", icon="read-out", icon_u=3.2, height_u=7)
        self.has_it = DeskButton(metrics, "plain", icon="slip", icon_u=3.2, height_u=7)
        self.gone = DeskButton(metrics, "plain", icon="no-show", icon_u=3.2, height_u=7)
        self.label.setMinimumWidth(metrics.px(17))
        words = line_up(metrics, DOWN, 1, self._name, self._person, self._told, 1, gap_u=0.1)
        acts = (self.reprint, self.read_out, self.has_it, self.gone)
        self.setLayout(line_up(metrics, ACROSS, self.label, (words, 1), *acts, gap_u=1, edge_u=1))

    def show_row(self, row: DeskRow | None, facility: Facility, language: str) -> None:
        slip = self.slip
        self.label.setText(slip.label)
        parts = [clock_time(facility, slip.queued_at)]
        if row is not None:
            person = person_words(row.patient, row.token.service_day, language)
            parts = [*parts, queue_words(facility, row.token, language), person]
        self._name.setText(name_words(row.patient) if row is not None else "")
        self._person.setText(" · ".join(part for part in parts if part))
        self._told.setText(trouble_words(slip))
        self.reprint.show_words(translate("Slips", "Reprint"))
        self.read_out.show_words(translate("Slips", "Read out"))
        self.has_it.show_words(translate("Slips", "Patient has it"))
        self.gone.show_words(translate("Slips", "Patient left"))

    def wake(self, is_awake: bool) -> None:
        self.reprint.wake(is_awake, "primary")
        for button in (self.read_out, self.has_it, self.gone):
            button.wake(is_awake, "plain")

    def forget(self) -> None:
        self._name.setText("")
        self._person.setText("")


def trouble_words(slip: OpenSlip) -> str:
    """What became of the slip, and why."""
    if slip.state is SlipState.IN_DOUBT:
        return translate("Slips", "Perhaps it came out: please ask the patient.")
    match slip.cause:
        case "PATIENT_GONE":
            return translate("Slips", "Not printed: nobody waited for it any more.")
        case "PRINTER_NONE" | "PRINTER_GONE" | "PRINTER_UNREACHABLE":
            return translate("Slips", "Not printed: look at the printer's cable.")
        case "PRINTER_STALLED" | "PRINTER_OFFLINE":
            return translate("Slips", "Not printed: look at paper and cover.")
        case "PAPER_OUT":
            return translate("Slips", "Not printed: there was no paper.")
        case "COVER_OPEN":
            return translate("Slips", "Not printed: the cover was open.")
        case "SLIP_FOLDER_UNWRITABLE":
            return translate("Slips", "Not printed: its folder cannot be written.")
        case "":
            return translate("Slips", "Not printed.")
    return translate("Slips", "Not printed ({code}).").format(code=slip.cause)
