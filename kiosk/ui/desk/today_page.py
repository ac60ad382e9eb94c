"""The supervisor's page: how the day goes in each department, and what is done about it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from kiosk.day_export import export_csv
from kiosk.model.day_report import DayReport, day_report
from kiosk.model.health import Item, Level, Part
from kiosk.model.token import State, Token
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.confirming import Confirming
from kiosk.ui.desk.direct_panel import DirectPanel
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.page_news import PageNews
from kiosk.ui.desk.questions import Question, department_names, department_question
from kiosk.ui.desk.room_table import RoomTable
from kiosk.ui.desk.sentences import Tone
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.tally_table import TallyTable
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

_REASONS = (
    QT_TRANSLATE_NOOP("Today", "Doctor is absent"),
    QT_TRANSLATE_NOOP("Today", "Doctor was called away"),
    QT_TRANSLATE_NOOP("Today", "Too many patients"),
    QT_TRANSLATE_NOOP("Today", "Fault of room or equipment"),
    QT_TRANSLATE_NOOP("Today", "Holiday or event"),
    QT_TRANSLATE_NOOP("Today", "Other reason"),
)
REASONS = tuple(str(each) for each in _REASONS)
"""Events carry the English words."""
COUNT_MS = 500
"""At most so often the figures are counted anew."""


class TodayPage(Page):
    """Only for those who may direct. ``folder`` is where exports go."""

    def __init__(self, metrics: Metrics, session: DeskSession, today: DeskToday, folder: Path) -> None:
        super().__init__(metrics, session)
        self._today, self._folder = today, folder
        self._report: DayReport | None = None
        self._code = ""
        self._is_counting = False
        self._answer: Callable[[str], None] = lambda _value: None
        self._tables, self.pages = QStackedWidget(), QStackedWidget()
        self._title = PlainLabel("heading", elides=True)
        self._hint = PlainLabel("small")
        self.rooms_tab = DeskButton(metrics, "chip", icon="door", icon_u=3)
        self.rooms_tab.clicked.connect(lambda: self._turn(self._tables.currentIndex() == 0))
        self.export = DeskButton(metrics, "plain", icon="page", icon_u=3.2)
        self.export.clicked.connect(self._export)
        self.clock = DeskButton(metrics, "danger", icon="clock", icon_u=3.2)
        self.clock.clicked.connect(self._ask_clock)
        self.clock.hide()
        self.table, self.rooms = TallyTable(metrics), RoomTable(metrics)
        self.table.chosen.connect(self._choose)
        self.panel = DirectPanel(metrics)
        self.news = PageNews(metrics, session)
        self.reason = Question(metrics, dict.fromkeys(REASONS, "next"), 2)
        self.department = department_question(metrics, session.facility.all_departments)
        self.confirming = Confirming(metrics)
        self._soon = QTimer(self, interval=COUNT_MS, singleShot=True)
        self._soon.timeout.connect(self._count)
        self._arrange()
        self._connect()

    def redraw(self) -> None:
        self.rooms_tab.show_words(translate("Today", "Rooms"))
        self.export.show_words(translate("Today", "Export (CSV)"))
        self.clock.show_words(translate("Today", "The clock is right"))
        self._hint.setText(translate("Today", "Times: the middle one · nine of ten are shorter"))
        self.news.redraw()
        self._show()
        self._count()
        self._today.look()

    def fill(self) -> None:
        self._close()

    def forget(self) -> None:
        self._close()
        self._choose("")

    def _take_health(self, items: Sequence[Item]) -> None:
        """While the clock is at fault, a supervisor may say that it is right."""
        self.clock.setVisible(any(item.part is Part.CLOCK and item.level is Level.BAD for item in items))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count()

    def _connect(self) -> None:
        session = self.session
        self.panel.opening_wished.connect(self._ask_opening)
        self.panel.move_wished.connect(self._ask_move)
        self.panel.cancel_wished.connect(self._ask_cancel)
        for question in (self.reason, self.department):
            question.answered.connect(self._tell_answer)
            question.left.connect(self._close)
        self.confirming.left.connect(self._close)
        self._today.changed.connect(self._show)
        session.acted.connect(self._take_act)
        session.health_changed.connect(self._take_health)
        session.busy_changed.connect(self._follow_busy)
        session.rows_changed.connect(self._follow_rows)

    def _follow_busy(self, _busy: bool) -> None:
        self._show_panel()

    def _follow_rows(self, _rows: object) -> None:
        if self.isVisible():
            self._soon.start()

    # --- figures -----------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        """Elsewhere: a long day has thousands of tokens."""
        if self.isVisible() and not self._is_counting:
            self._is_counting = True
            tokens = [row.token for row in self.session.rows_of_today]
            facility, now = self._today.facility, self.session.clock.now()
            self.session.send(partial(day_report, tokens, facility, now), self._take_report)

    def _take_report(self, report: DayReport) -> None:
        self._is_counting = False
        self._report = report
        self._show()

    def _show(self) -> None:
        facility, language = self._today.facility, self.session.language
        local = facility.local(self.session.clock.now())
        closed = frozenset(each.code for each in facility.departments if not each.is_open(local))
        if self._report is not None:
            at = f"{self._report.at:%H:%M}"
            day = f"{self._report.service_day:%d-%m-%Y}"
            self._title.setText(translate("Today", "{day}, as it stands at {time}").format(day=day, time=at))
            self.table.show_report(self._report, language, closed)
            self.rooms.show_report(self._report)
        self._show_panel()

    def _show_panel(self) -> None:
        facility = self._today.facility
        department = facility.department(self._code)
        is_open = department is not None and department.is_open(facility.local(self.session.clock.now()))
        waiting = len(self._waiting())
        self.panel.show_department(
            department, self.session.language, waiting, is_open=is_open, is_busy=self.session.is_busy
        )

    def _waiting(self) -> list[Token]:
        tokens = (row.token for row in self.session.rows_of_today)
        return [token for token in tokens if token.queue_department == self._code and token.state is State.WAITING]

    def _choose(self, code: str) -> None:
        self._code = code
        self._show_panel()

    def _turn(self, to_rooms: bool) -> None:
        self._tables.setCurrentIndex(1 if to_rooms else 0)
        self.rooms_tab.show_role("chip-chosen" if to_rooms else "chip")

    # --- acts --------------------------------------------------------------------------------------------------------

    def _ask_opening(self, room: str, is_open: bool | None) -> None:
        """Closing and opening out of plan need a reason; the plan itself needs none."""
        code = self._code
        if is_open is None:
            self.session.change_opening(code, room, None)
            return
        what = translate("Desk", "Room {room}").format(room=room) if room else self._name(code)
        title = (
            translate("Today", "Why is it opened now? {what}")
            if is_open
            else translate("Today", "Why is it closed now? {what}")
        )
        self._ask_reason(
            title.format(what=what), lambda reason: self.session.change_opening(code, room, is_open, reason)
        )

    def _ask_move(self) -> None:
        code, count = self._code, len(self._waiting())
        facility = self._today.facility
        local = facility.local(self.session.clock.now())
        names = department_names(facility.all_departments, self.session.language, local)
        title = translate("Today", "{department}: where do all {count} go who wait?")

        def confirm(to: str) -> None:
            words = translate(
                "Today", "{count} who wait for {department} will wait for {other}, with their times of issue."
            )
            self.confirming.ask(
                words.format(count=count, department=self._name(code), other=self._name(to)),
                translate("Today", "Move {count}").format(count=count),
                partial(self.session.transfer_all, code, to),
            )
            self.pages.setCurrentWidget(self.confirming)

        self._answer = confirm
        self.department.ask(title.format(department=self._name(code), count=count), names, code)
        self.pages.setCurrentWidget(self.department)

    def _ask_cancel(self) -> None:
        code, count = self._code, len(self._waiting())
        title = translate("Today", "{department}: why are all {count} cancelled who wait?")

        def confirm(reason: str) -> None:
            words = translate("Today", "{count} tokens of {department} will be cancelled. Nobody of them is called.")
            self.confirming.ask(
                words.format(count=count, department=self._name(code)),
                translate("Today", "Cancel {count} tokens").format(count=count),
                partial(self.session.cancel_all, code, reason),
            )
            self.pages.setCurrentWidget(self.confirming)

        self._ask_reason(title.format(department=self._name(code), count=count), confirm, closes=False)

    def _ask_reason(self, title: str, then: Callable[[str], None], *, closes: bool = True) -> None:
        def answered(reason: str) -> None:
            if closes:
                self._close()
            then(reason)

        self._answer = answered
        self.reason.ask(title, {reason: translate("Today", reason) for reason in REASONS})
        self.pages.setCurrentWidget(self.reason)

    def _ask_clock(self) -> None:
        local = self.session.facility.local(self.session.clock.now())
        words = translate("Today", "It is {time} on {day}: from now on this computer's clock counts as right.")
        self.confirming.ask(
            words.format(time=f"{local:%H:%M}", day=f"{local:%d-%m-%Y}"),
            translate("Today", "The clock is right"),
            self.session.accept_clock,
        )
        self.pages.setCurrentWidget(self.confirming)

    def _tell_answer(self, value: str) -> None:
        self._answer(value)

    def _take_act(self, name: str, outcome: object) -> None:
        match name:
            case "transfer_all" | "cancel_all" if isinstance(outcome, Sequence):
                words = (
                    translate("Today", "{count} were moved.")
                    if name == "transfer_all"
                    else translate("Today", "{count} were cancelled.")
                )
                self.news.tell(Tone.GOOD, partial(words.format, count=len(outcome)))
            case "change_opening":
                self._today.look()
            case "accept_clock":
                self.clock.hide()
        self._soon.start()

    def _export(self) -> None:
        if self._report is not None:
            self.session.send(partial(export_csv, self._report, self._folder), self._tell_export)

    def _tell_export(self, path: Path) -> None:
        self.news.tell(Tone.GOOD, lambda: translate("Today", "Written: {path}").format(path=path))

    def _name(self, code: str) -> str:
        department = self.session.facility.department(code)
        return department.name(self.session.language) if department else code

    def _close(self) -> None:
        self.pages.setCurrentIndex(0)

    def _arrange(self) -> None:
        metrics = self.metrics
        self._tables.addWidget(self.table)
        self._tables.addWidget(self.rooms)
        head = line_up(
            metrics, ACROSS, (self._title, 1), self._hint, self.rooms_tab, self.clock, self.export, gap_u=1.6
        )
        main = QWidget()
        main.setLayout(line_up(metrics, DOWN, head, (self._tables, 1), self.panel, self.news, gap_u=1))
        for page in (main, self.reason, self.department, self.confirming):
            self.pages.addWidget(page)
        self.setLayout(line_up(metrics, DOWN, (self.pages, 1), edge_u=1.2))
