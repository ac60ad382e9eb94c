"""Patients without a card: whoever stands at the counter gets a token, also if nothing is known but the department."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from kiosk.model.patient import Patient
from kiosk.model.recognising import Match, matches
from kiosk.model.staff import Right
from kiosk.model.token import LIVE, Priority, Token
from kiosk.model.walk_in import Draft, draft_of
from kiosk.ports import Issued
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.approval import Approval
from kiosk.ui.desk.entry import Entry
from kiosk.ui.desk.keyboard import Keyboard
from kiosk.ui.desk.keyboards import layouts_of
from kiosk.ui.desk.match_cards import MatchCards
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.person_form import PersonForm
from kiosk.ui.desk.sentences import sentence
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import Leave
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.token_shown import TokenShown
from kiosk.ui.desk.where_panel import WherePanel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

CALM_MS = 300
"""People known already are looked for when nothing was typed for so long."""
_BEYOND = frozenset({"DEPARTMENT_CLOSED", "QUOTA_REACHED"})
"""What a supervisor may allow."""


@dataclass(frozen=True)
class Wish:
    """A token that was asked for."""

    patient: Patient
    department: str
    language: str
    priority: Priority


@dataclass(frozen=True)
class Given:
    """The token that is shown, or was last; ``already`` says that the patient had it before."""

    token: Token
    already: bool
    people_ahead: int | None


class WalkInPage(Page):
    """The form above; below it the departments, or the keyboard while a field has the cursor."""

    def __init__(self, metrics: Metrics, session: DeskSession, today: DeskToday, *, calm_ms: int = CALM_MS) -> None:
        super().__init__(metrics, session)
        self._today = today
        self._wish: Wish | None = None
        self._given: Given | None = None
        self._dismissed: set[str] = set()
        self._looks = 0
        self.form = PersonForm(metrics)
        self.where = WherePanel(metrics, session.facility)
        self.cards = MatchCards(metrics, session.facility)
        self.keyboard = Keyboard(metrics, layouts_of(session.facility, session.languages))
        self.shown = TokenShown(metrics, session.facility)
        self.approval = Approval(metrics, session, Right.DIRECT)
        self._below, self._pages = QStackedWidget(), QStackedWidget()
        self._calm = QTimer(self, interval=calm_ms, singleShot=True)
        self._calm.timeout.connect(self._look)
        self._arrange()
        self._connect()
        self._begin(Draft())

    def redraw(self) -> None:
        self.form.redraw(self.session.language)
        self.keyboard.redraw()
        self.approval.redraw()
        self.cards.show_matches([card.match for card in self.cards.cards], self._today.day, self.session.language)
        self._today.look()
        self._show()

    def fill(self) -> None:
        self._begin(Draft())

    def take_over(self, before: Page) -> None:
        if isinstance(before, WalkInPage):
            self.where.take_over(before.where)
            self._dismissed = set(before._dismissed)
            self.form.show_draft(before.form.draft())
            self._given = before._given
            if before._pages.currentWidget() is before.shown:
                self._show_given()
                self._follow_slip(())
            self._show()

    def take_newcomer(self, patient: Patient) -> bool:
        """What the card says stands in the form; the department is left to choose."""
        self._begin(draft_of(patient, self._today.day))
        return True

    def forget(self) -> None:
        self._begin(Draft())
        self.shown.forget()

    def _connect(self) -> None:
        session = self.session
        self.form.changed.connect(self._take_change)
        self.form.entered.connect(self._type_into)
        self.keyboard.closed.connect(self._close_keyboard)
        self.where.changed.connect(self._show)
        self.where.issue_wished.connect(self._issue)
        self.cards.same.connect(self._take_same)
        self.cards.others.connect(self._dismiss)
        self.shown.next_wished.connect(lambda: self._begin(Draft()))
        self.shown.reprint_wished.connect(self._reprint)
        self.shown.other_wished.connect(lambda: self._pages.setCurrentWidget(self._form_page))
        self.approval.given.connect(self._ask)
        self.approval.left.connect(lambda: self._pages.setCurrentWidget(self._form_page))
        self._today.changed.connect(self._show)
        session.acted.connect(self._take_act)
        session.told.connect(self._take_code)
        session.rows_changed.connect(self._follow_slip)
        session.busy_changed.connect(self._follow_busy)

    # --- the form ----------------------------------------------------------------------------------------------------

    def _begin(self, draft: Draft) -> None:
        self._wish, self._given = None, None
        self._dismissed.clear()
        self._looks += 1
        self.cards.show_matches((), self._today.day, self.session.language)
        post = self.session.post
        self.where.begin(post.departments if post is not None else (), self.session.language)
        self.form.show_draft(draft)
        self._calm.stop()
        self._close_keyboard()
        self._pages.setCurrentWidget(self._form_page)
        self._show()

    def _follow_busy(self, _busy: bool) -> None:
        self._show()

    def _show(self) -> None:
        facility = self._today.facility
        self.where.show_facility(facility, facility.local(self.session.clock.now()), self.session.language)
        told = self.form.understand(self._today.day)
        self.where.wake(not told.faults and not self.session.is_busy)

    def _take_change(self) -> None:
        told = self.form.understand(self._today.day)
        self.where.suggest(told.priority)
        self.where.wake(not told.faults and not self.session.is_busy)
        self._calm.start()

    def _type_into(self, entry: Entry, is_touched: bool) -> None:
        """Who has a real keyboard and comes with its tabulator needs no other."""
        self.keyboard.aim(entry.edit, digits=entry.is_number)
        if is_touched:
            self._below.setCurrentWidget(self.keyboard)

    def _close_keyboard(self) -> None:
        for entry in self.form.entries.values():
            entry.edit.clearFocus()
        self._below.setCurrentWidget(self.where)

    # --- people known already ----------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._looks += 1
        patient = self.form.understand(self._today.day).patient
        known = (*self.session.rows_of_today, *self._today.earlier)
        rows = [row for row in known if row.token.token_id not in self._dismissed]
        self.session.send(partial(matches, patient, rows, self._today.day), partial(self._take_matches, self._looks))

    def _take_matches(self, look: int, found: Sequence[Match]) -> None:
        if look == self._looks:
            self.cards.show_matches(found, self._today.day, self.session.language)

    def _take_same(self, match: Match) -> None:
        """Whoever has a live token today is shown it; of others the details are taken over."""
        token = match.row.token
        self._dismiss()
        self._calm.stop()
        self.form.show_draft(draft_of(match.patient, self._today.day))
        if token.service_day == self._today.day and token.state in LIVE:
            self._show_token(Given(token, already=True, people_ahead=None))

    def _dismiss(self) -> None:
        """Those who are shown are not the one; others may be."""
        self._dismissed |= {card.match.row.token.token_id for card in self.cards.cards}
        self._take_matches(self._looks, ())
        self._look()

    # --- the token ---------------------------------------------------------------------------------------------------

    def _issue(self) -> None:
        told = self.form.understand(self._today.day)
        if self.where.department is None or told.faults:
            return
        if self._given is not None and self._given.token.queue_department == self.where.department:
            self._show_token(Given(self._given.token, already=True, people_ahead=None))
            return
        language = self.where.languages.value or self.session.language
        self._wish = Wish(told.patient, self.where.department, language, self.where.priority)
        if self._wish.priority is Priority.EMERGENCY and not self.session.may(Right.OVERRIDE):
            self._ask_approval(
                translate("WalkIn", "An emergency is called before all others: a supervisor must agree.")
            )
        else:
            self._ask(None)

    def _ask(self, leave: Leave | None) -> None:
        wish = self._wish
        if wish is not None:
            self.session.walk_in(wish.patient, wish.department, wish.language, priority=wish.priority, leave=leave)

    def _take_act(self, name: str, outcome: object) -> None:
        if name == "walk_in" and isinstance(outcome, Issued):
            self._wish = None
            token = replace(outcome.token, slip=outcome.job.state) if outcome.job is not None else outcome.token
            self._show_token(Given(token, not outcome.created, outcome.people_ahead))

    def _take_code(self, code: str, details: Mapping[str, str]) -> None:
        """What a supervisor may allow is asked for; all else is told where it is seen."""
        if not self.isVisible():
            return
        if self._wish is not None and code in _BEYOND:
            self._ask_approval(
                translate("WalkIn", "This department is closed now.")
                if code == "DEPARTMENT_CLOSED"
                else translate("WalkIn", "No tokens are left here today.")
            )
        elif self._pages.currentWidget() is self.shown:
            self.shown.tell(sentence(code, details))
        else:
            self._pages.setCurrentWidget(self._form_page)
            self.form.tell(sentence(code, details))

    def _ask_approval(self, why: str) -> None:
        self.approval.ask(why)
        self._pages.setCurrentWidget(self.approval)

    def _show_token(self, given: Given) -> None:
        self._given = given
        self._show_given()

    def _show_given(self) -> None:
        if self._given is not None:
            token, already, ahead = self._given.token, self._given.already, self._given.people_ahead
            self.shown.show_token(token, self.session.language, already=already, people_ahead=ahead)
            self._pages.setCurrentWidget(self.shown)

    def _reprint(self) -> None:
        if self._given is not None:
            self.session.reprint(self._given.token.token_id)

    def _follow_slip(self, _rows: object) -> None:
        row = self.session.rows.get(self._given.token.token_id) if self._given is not None else None
        if row is not None:
            self.shown.show_slip(row.token.slip)

    def _arrange(self) -> None:
        metrics = self.metrics
        self.cards.setFixedWidth(metrics.px(66))
        above = line_up(metrics, ACROSS, (self.form, 1), self.cards, gap_u=1.4)
        self._below.addWidget(self.where)
        self._below.addWidget(self.keyboard)
        self._form_page = QWidget()
        self._form_page.setLayout(line_up(metrics, DOWN, above, (self._below, 1), gap_u=1.2))
        for page in (self._form_page, self.shown, self.approval):
            self._pages.addWidget(page)
        self.setLayout(line_up(metrics, DOWN, (self._pages, 1), edge_u=1.2))
