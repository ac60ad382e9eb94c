"""The left half of the calling page: call next, what was called and why, and what can be done with it."""

from functools import partial

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.acts import Done
from kiosk.calling import CallResult
from kiosk.model.desk import DeskRow
from kiosk.model.staff import Right
from kiosk.model.token import State, Token
from kiosk.ui.arrange import DOWN, line_up
from kiosk.ui.desk.act_grid import ActGrid
from kiosk.ui.desk.call_next import CallNextButton, next_here
from kiosk.ui.desk.message_bar import MessageBar
from kiosk.ui.desk.patient_card import PatientCard
from kiosk.ui.desk.sentences import Tone, sentence, tone_of
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.token_card import RoomStrip, TokenCard
from kiosk.ui.desk.visits import visit_words
from kiosk.ui.desk.words import label_words, lane_word, person_words, priority_word, queue_words, span, where_word
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

MOST_CARD_U = 24.0
PEEK_MS = 60
"""Rows that change together are looked through together."""
BOUNCE_MS = 800
"""A second touch on Call next within this time is the same one."""
CALM_MS = 200
"""An act that takes less than this makes no button look asleep."""


class CallingPanel(QWidget):
    """Signals: ``act_wished`` with an act's name, for the token at hand."""

    act_wished = Signal(str)

    def __init__(self, metrics: Metrics, session: DeskSession, today: DeskToday | None = None) -> None:
        super().__init__()
        self._session, self._today = session, today
        self._at_hand, self._looked_at, self._open_id = "", "", ""
        self._looks_busy = False
        self._next: Token | None = None
        self.call_next = CallNextButton(metrics)
        self.call_next.clicked.connect(self._call_next)
        self._called_at = QElapsedTimer()
        self.messages = MessageBar(metrics)
        self.messages.undo_wished.connect(session.undo)
        self.strip = RoomStrip(metrics)
        self.strip.chosen.connect(self.take_at_hand)
        self.card = TokenCard(metrics)
        self.card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.card.setMaximumHeight(metrics.px(MOST_CARD_U))
        self.patient = PatientCard(metrics)
        self.patient.show_wished.connect(self._show_details)
        self.patient.copied.connect(lambda what: self.tell("COPIED", {"what": what}))
        self.acts = ActGrid(metrics)
        self.acts.wished.connect(self.act_wished)
        self._peek_soon = QTimer(self, interval=PEEK_MS, singleShot=True)
        self._peek_soon.timeout.connect(self._peek)
        self._calm = QTimer(self, interval=CALM_MS, singleShot=True)
        self._calm.timeout.connect(lambda: self._look_busy(True))
        parts = (self.call_next, self.messages, self.strip, (self.card, 1), self.patient, self.acts, 0)
        self.setLayout(line_up(metrics, DOWN, *parts, gap_u=0.8))
        self._connect()

    @property
    def row(self) -> DeskRow | None:
        """The token at hand; at a desk that calls nobody, the one whose line was touched."""
        return self._session.rows.get(self._at_hand or self._looked_at)

    def take_at_hand(self, token_id: str) -> None:
        """One of this room's tokens."""
        self._at_hand = token_id
        self.redraw()

    def follow_current(self) -> None:
        """Somebody has signed in: what was left in this room is at hand again."""
        self._follow(self._session.current)

    def look_at(self, token_id: str) -> None:
        """A line of the list was touched: its patient is shown where no token can be at hand."""
        self._looked_at = "" if self._session.may(Right.CALL) else token_id
        self.redraw()

    def redraw(self) -> None:
        session, row = self._session, self.row
        calls = session.may(Right.CALL)
        for widget in (self.call_next, self.acts):
            widget.setVisible(calls)
        self.call_next.show_words(translate("Desk", "Call next"))
        self.call_next.show_next(self._next, session)
        can_call = not self._looks_busy and session.post is not None and bool(session.post.room)
        self.call_next.setEnabled(can_call)
        self.call_next.show_role("call-next" if can_call else "call-next-off")
        self.strip.show_rows(session, self._at_hand)
        self.card.show_row(row, session, self._waiting(), self._visit(row))
        token = row.token if row is not None else None
        is_over = token is not None and session.is_over(token)
        self.acts.show_token(token, session.who, is_busy=self._looks_busy, is_over=is_over)
        today = session.facility.local(session.clock.now()).date()
        is_open = token is not None and token.token_id == self._open_id
        self.patient.show_row(row, lambda patient: person_words(patient, today, session.language), is_open=is_open)
        self.messages.redraw()

    def forget(self) -> None:
        """Nothing of a patient stays, on the clipboard neither."""
        self._at_hand = self._looked_at = self._open_id = ""
        self._next = None
        self.messages.tell(Tone.PLAIN, lambda: "")
        self.patient.forget()
        self.redraw()

    def tell(self, code: str, details: dict[str, str]) -> None:
        self.messages.tell(tone_of(code), lambda: sentence(code, details))

    # --- news --------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session = self._session
        session.current_changed.connect(self._follow)
        session.rows_changed.connect(self._peek_later)
        session.post_changed.connect(self._peek_later)
        session.acted.connect(self._tell_act)
        session.told.connect(self.tell)
        session.undo_offered.connect(self._offer_undo)
        session.details_shown.connect(self._open)
        session.busy_changed.connect(self._wait)

    def _follow(self, current: tuple[DeskRow, ...]) -> None:
        """What is at hand stays so while it is in this room; else the one called last."""
        if all(row.token.token_id != self._at_hand for row in current):
            active = [row.token.token_id for row in current if row.token.state is not State.HELD]
            self._at_hand = active[0] if active else ""
        self.redraw()

    def _tell_act(self, name: str, outcome: object) -> None:
        if isinstance(outcome, CallResult):
            self._at_hand = outcome.called.token.token_id
            is_alone = outcome.alone and self._session.parts.has_server
            self.messages.tell(Tone.WARNING if is_alone else Tone.GOOD, lambda: _called(outcome, is_alone=is_alone))
            self.redraw()
        elif name == "undo":
            self.messages.tell(Tone.PLAIN, lambda: translate("Desk", "Undone."))
        elif isinstance(outcome, Done):
            self._called_at.invalidate()
            if outcome.after.state is State.HELD:
                self._at_hand = ""  # it has a button of its own, and the next one may come
                self.redraw()
            self.messages.tell(Tone.GOOD, lambda: self._done(name, outcome))
        elif name == "reprint":
            self.messages.tell(Tone.GOOD, lambda: translate("Desk", "The slip is printed again."))

    def _done(self, name: str, done: Done) -> str:
        """What has become of the token."""
        facility, language = self._session.facility, self._session.language
        if done.referred is not None:
            words = translate("Desk", "New token {label} for {department}.")
            department = queue_words(facility, done.referred, language)
            return words.format(label=done.referred.label, department=department)
        if name == "transfer":
            words = translate("Desk", "{label} now waits for {department}.")
            return words.format(label=done.after.label, department=queue_words(facility, done.after, language))
        if name == "set_priority":
            return f"{done.after.label}: {priority_word(done.after.priority)}"
        return f"{label_words(done.after, is_over=self._session.is_over(done.after))}: {where_word(done.after)}"

    def _call_next(self) -> None:
        """A finger that bounces means one patient."""
        if not self._called_at.isValid() or self._called_at.hasExpired(BOUNCE_MS):
            self._called_at.start()
            self._session.call_next()

    def _open(self, token_id: str) -> None:
        self._open_id = token_id
        self.redraw()

    def _show_details(self) -> None:
        if self.row is not None:
            self._session.show_details(self.row.token.token_id)

    def _peek_later(self, _news: object) -> None:
        self._peek_soon.start()

    def _offer_undo(self, _label: str, seconds: float) -> None:
        self.messages.offer_undo(seconds)

    def _peek(self) -> None:
        """Rows have changed: who would be next now? The server may know better."""
        session, post = self._session, self._session.post
        if post is not None and post.room:
            tokens = [row.token for row in session.rows_of_today]
            rule, classes = session.facility.calling, session.facility.classes
            session.send(partial(next_here, tokens, post.departments, rule, classes), self._take_next)
        self.redraw()

    def _take_next(self, token: Token | None) -> None:
        self._next = token
        self.call_next.show_next(token, self._session)

    def _visit(self, row: DeskRow | None) -> str:
        if row is None:
            return ""
        return visit_words(row, self._session.rows.values(), self._today.earlier if self._today is not None else None)

    def _waiting(self) -> int:
        departments = self._session.post.departments if self._session.post is not None else ()
        tokens = (row.token for row in self._session.rows_of_today)
        return sum(
            each.state is State.WAITING and each.arrived and each.queue_department in departments for each in tokens
        )

    def _wait(self, is_busy: bool) -> None:
        if is_busy:
            self._calm.start()
        else:
            self._calm.stop()
            self._look_busy(False)

    def _look_busy(self, looks_busy: bool) -> None:
        if looks_busy is not self._looks_busy:
            self._looks_busy = looks_busy
            self.redraw()


def _called(result: CallResult, *, is_alone: bool) -> str:
    """``MA-017 called: priority, waiting 42 min``: why this one."""
    words = translate("Desk", "{label} called: {lane}, waited {time}.")
    told = words.format(label=result.called.token.label, lane=lane_word(result.lane), time=span(result.waited))
    return told + (" " + sentence("CALLED_ALONE", {}) if is_alone else "")
