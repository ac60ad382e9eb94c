"""The page on which staff call: the token at hand on the left, the queue on the right, questions in their place."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from kiosk.model.desk import DeskRow
from kiosk.model.staff import Right
from kiosk.model.token import Priority
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.approval import Approval
from kiosk.ui.desk.calling_panel import CallingPanel
from kiosk.ui.desk.doubles_view import DoublesView
from kiosk.ui.desk.keyboard import Keyboard
from kiosk.ui.desk.keyboards import layouts_of
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.questions import (
    Question,
    department_names,
    department_question,
    priority_question,
    priority_words,
    reason_question,
    reason_words,
)
from kiosk.ui.desk.queue_list import ALL_DEPARTMENTS, QueueList
from kiosk.ui.desk.row_bar import RowBar
from kiosk.ui.desk.sentences import sentence
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import Leave
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

MINE = "-"
"""What the question for a filter calls the departments of this desk; no department's code is like this."""
LEFT_U = 80.0
_BEYOND = frozenset({"NO_SHOW_EARLY", "RETURN_LATE", "DEPARTMENT_CLOSED", "QUOTA_REACHED"})
"""Refusals that a supervisor's word lifts."""


@dataclass(frozen=True)
class _Refusable:
    """An act that was tried without anybody's leave, on the token with this label."""

    label: str
    act: Callable[[Leave | None], None]


class QueuePage(Page):
    """A question is asked of one token; its answer, with somebody's leave where needed, becomes the act."""

    def __init__(self, metrics: Metrics, session: DeskSession, today: DeskToday | None = None) -> None:
        super().__init__(metrics, session)
        self._today = today
        self.calling = CallingPanel(metrics, session, today)
        self.calling.act_wished.connect(self._wish_at_hand)
        self.queue = QueueList(metrics, session)
        self.queue.chosen.connect(self._choose_row)
        self.queue.department_wished.connect(self._ask_filter)
        self.queue.doubles_wished.connect(self._show_doubles)
        self.row_bar = RowBar(metrics)
        self.row_bar.wished.connect(self.wish)
        self.keyboard = Keyboard(metrics, layouts_of(session.facility, session.languages))
        self.keyboard.aim(self.queue.search)
        self.keyboard.hide()
        self.keyboard.closed.connect(self._close_keyboard)
        self.queue.search.touched.connect(self.keyboard.show)
        departments = session.facility.departments
        self.department = department_question(metrics, session.facility.all_departments)
        self.filter = department_question(metrics, departments, (MINE, ALL_DEPARTMENTS))
        self.reason = reason_question(metrics)
        self.priority = priority_question(metrics)
        self.approval = Approval(metrics, session, Right.OVERRIDE)
        self.doubles = DoublesView(metrics, session)
        self.doubles.cancel_wished.connect(partial(self.wish, "cancel"))
        self._answer: Callable[[str], None] = lambda _value: None
        self._approve: Callable[[Leave], None] = lambda _leave: None
        self._refusable: _Refusable | None = None
        self._arrange()
        self._connect()

    def redraw(self) -> None:
        self.calling.redraw()
        self.queue.redraw()
        self.keyboard.redraw()
        self._show_row_bar()
        self.doubles.redraw()
        self._close()

    def take_over(self, before: Page) -> None:
        if isinstance(before, QueuePage):
            self.queue.take_over(before.queue)

    def fill(self) -> None:
        """Somebody has signed in."""
        if self._today is not None:
            self._today.look()
        self.queue.fill()
        self.calling.follow_current()
        self.redraw()

    def forget(self) -> None:
        self._close()
        self._close_keyboard()
        self.queue.forget()
        self.row_bar.show_row(None, None, has_room=False)
        self.doubles.forget()
        self.calling.forget()

    def show_token(self, token_id: str) -> None:
        """At hand where it is in this room, else its line in the list."""
        self._close()
        if any(row.token.token_id == token_id for row in self.session.current):
            self.calling.take_at_hand(token_id)
        self.queue.show_token(token_id)

    # --- wishes ------------------------------------------------------------------------------------------------------

    def wish(self, name: str, token_id: str) -> None:
        """One act on one token; some ask first."""
        row = self.session.rows.get(token_id)
        if row is None:
            return
        match name:
            case "transfer" | "refer":
                self._ask_department(name, row)
            case "cancel":
                title = translate("Desk", "{label}: why is it cancelled?").format(label=row.token.label)
                self._ask(self.reason, title, reason_words(), "", partial(self._cancel, row))
            case "set_priority":
                title = translate("Desk", "{label}: whom to call before others?").format(label=row.token.label)
                now = row.token.priority.value
                self._ask(self.priority, title, priority_words(), now, partial(self._set_priority, row))
            case "no_show" | "give_back":
                act = self.session.no_show if name == "no_show" else self.session.give_back
                self._try(row, lambda leave: act(token_id, leave))
            case _:
                getattr(self.session, name)(token_id)

    def _try(self, row: DeskRow, act: Callable[[Leave | None], None]) -> None:
        """Without anybody's leave first; where the hospital's rules are against it, a supervisor is asked."""
        if not self.session.is_busy:
            self._refusable = _Refusable(row.token.label, act)
            act(None)

    def _wish_at_hand(self, name: str) -> None:
        if self.calling.row is not None:
            self.wish(name, self.calling.row.token.token_id)

    def _ask_department(self, name: str, row: DeskRow) -> None:
        token, session = row.token, self.session
        words = (
            translate("Desk", "{label}: wait in which department?")
            if name == "transfer"
            else translate("Desk", "{label} is done here: new token for which department?")
        )

        def answered(code: str) -> None:
            self._close()
            if name == "transfer":
                session.transfer(token.token_id, code)
            else:
                self._try(row, lambda leave: session.refer(token.token_id, code, leave))

        self._ask(self.department, words.format(label=token.label), self._names(), token.queue_department, answered)
        if self._today is not None:
            self._today.look()

    def _names(self) -> dict[str, str]:
        """Of the departments, those that are closed now marked."""
        session, today = self.session, self._today
        facility = today.facility if today is not None else session.facility
        return department_names(facility.all_departments, session.language, facility.local(session.clock.now()))

    def _cancel(self, row: DeskRow, reason: str) -> None:
        token = row.token
        title = translate("Desk", "{label}: a supervisor allows the cancellation").format(label=token.label)
        self._with_leave(title, partial(self.session.cancel, token.token_id, reason))

    def _set_priority(self, row: DeskRow, value: str) -> None:
        token = row.token
        title = translate("Desk", "{label}: a supervisor allows the priority").format(label=token.label)
        self._with_leave(title, partial(self.session.set_priority, token.token_id, Priority(value)))

    def _with_leave(self, title: str, act: Callable[[Leave | None], None]) -> None:
        if self.session.may(Right.OVERRIDE):
            act(None)
            self._close()
        else:
            self._approve = act
            self.pages.setCurrentWidget(self.approval)
            self.approval.ask(title)

    def _ask(
        self, question: Question, title: str, words: dict[str, str], asleep: str, answered: Callable[[str], None]
    ) -> None:
        self._answer = answered
        question.ask(title, words, asleep)
        self.pages.setCurrentWidget(question)

    def _ask_filter(self) -> None:
        words = department_names(self.session.facility.departments, self.session.language)
        words |= {MINE: translate("Desk", "My departments"), ALL_DEPARTMENTS: translate("Desk", "All departments")}

        def answered(code: str) -> None:
            self.queue.choose_department("" if code == MINE else code)
            self._close()

        self._ask(self.filter, translate("Desk", "Which queue is shown?"), words, "", answered)

    def _show_doubles(self, groups: list[tuple[str, ...]]) -> None:
        self.doubles.show_groups(groups)
        self.pages.setCurrentWidget(self.doubles)

    # --- news --------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        for question in (self.department, self.filter, self.reason, self.priority):
            question.answered.connect(self._tell_answer)
            question.left.connect(self._close)
        self.approval.given.connect(self._tell_leave)
        self.approval.left.connect(self._close)
        self.doubles.left.connect(self._close)
        self.session.acted.connect(self._close_after)
        self.session.act_refused.connect(self._take_refusal)
        self.session.rows_changed.connect(self._follow_rows)
        if self._today is not None:
            self._today.changed.connect(self._follow_openings)

    def _tell_answer(self, value: str) -> None:
        self._answer(value)

    def _tell_leave(self, leave: Leave) -> None:
        self._approve(leave)

    def _choose_row(self, row: DeskRow | None) -> None:
        if row is not None:
            self._close_keyboard()
        self.calling.look_at(row.token.token_id if row is not None else "")
        self._show_row_bar()

    def _show_row_bar(self) -> None:
        post = self.session.post
        has_room = post is not None and bool(post.room)
        row = self.queue.row_chosen
        is_over = row is not None and self.session.is_over(row.token)
        self.row_bar.show_row(row, self.session.who, has_room=has_room, is_over=is_over)

    def _follow_openings(self) -> None:
        self.department.show_words(self._names())

    def _follow_rows(self, _rows: object) -> None:
        self._show_row_bar()

    def _close_keyboard(self) -> None:
        self.queue.search.clearFocus()
        self.keyboard.hide()

    def _close_after(self, _what: str, _outcome: object = None) -> None:
        self._close()

    def _take_refusal(self, code: str) -> None:
        """Whoever may allow it is asked at once; who does not want to goes back."""
        tried = self._refusable
        self._close()
        if tried is not None and code in _BEYOND:
            self._approve = tried.act
            self.pages.setCurrentWidget(self.approval)
            self.approval.ask(f"{tried.label}: {sentence(code, {})}")

    def _close(self) -> None:
        """The question is answered, or nobody wants to."""
        self._refusable = None
        self.approval.pin.clear()
        self.pages.setCurrentWidget(self._main)

    def _arrange(self) -> None:
        metrics = self.metrics
        self.calling.setFixedWidth(metrics.px(LEFT_U))
        right = line_up(metrics, DOWN, (self.queue, 1), self.row_bar, self.keyboard, gap_u=0.9)
        self._main = QWidget()
        self._main.setLayout(line_up(metrics, ACROSS, self.calling, (right, 1), gap_u=1.6))
        self.pages = QStackedWidget()
        others = (self.department, self.filter, self.reason, self.priority, self.approval, self.doubles)
        for page in (self._main, *others):
            self.pages.addWidget(page)
        self.setLayout(line_up(metrics, DOWN, (self.pages, 1), gap_u=0, edge_u=1))
