"""Who was understood, and which department."""

import math
from datetime import date

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from kiosk.model import flow
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.model.slip import sex_word
from kiosk.model.token import Token
from kiosk.ports import Clock
from kiosk.ui.arrange import ACROSS, DOWN, disc, icon, line_up, panel, picture
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.department_grid import DepartmentGrid
from kiosk.ui.patient.department_tile import DepartmentTile
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

PAGE = 12
"""Departments on one page; a hospital with more gets a button for the next page."""


class ChoosingScreen(Screen):
    """The patient at the top, the open departments below."""

    def __init__(self, metrics: Metrics, facility: Facility, clock: Clock) -> None:
        super().__init__(metrics)
        self._facility = facility
        self._clock = clock
        self._drawn: tuple[flow.Choosing, str] | None = None
        self._page = 0
        self._strip = PatientStrip(metrics)
        self.restart = TouchButton(metrics, "plain", icon="restart", icon_u=5, lines=2)
        self.restart.setMinimumHeight(metrics.px(10))
        self.restart.clicked.connect(lambda: self.wished.emit(flow.Cancelled()))
        self._heading = PlainLabel("heading", align=CENTRE)
        self._notice = PlainLabel("refusal", lines=2)
        self._notice_panel = panel(
            "notice", line_up(metrics, ACROSS, icon(metrics, "info", 6), (self._notice, 1), gap_u=2, edge_u=1.2)
        )
        self.more = TouchButton(metrics, "plain", icon="next", icon_u=5)
        self.more.clicked.connect(self._turn_page)
        self._grid = DepartmentGrid(metrics)
        self._grid.chosen.connect(lambda code: self.wished.emit(flow.DepartmentChosen(code)))
        self._desk = picture(metrics, "desk-person", 56, 42)
        self._arrange()

    @property
    def tiles(self) -> dict[str, DepartmentTile]:
        """The buttons of the page shown, by department."""
        return self._grid.tiles

    def show_facility(self, facility: Facility) -> None:
        """Departments that were opened or closed meanwhile come or go, also from before a patient who chooses."""
        self._facility = facility
        if self._drawn is not None:
            self.show_state(*self._drawn)

    def prepare(self, language: str) -> None:
        self._show_page(self._facility.open_departments(self._clock.now()), (), language)

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.Choosing)
        if self._drawn is None or self._drawn[0].patient is not state.patient:
            self._page = 0
        self._drawn = (state, language)
        self._strip.show_patient(state.patient, self._facility.local(self._clock.now()).date(), language)
        self.restart.show_words(translate("Choosing", "Start again"))
        self.more.show_words(translate("Choosing", "More"))
        departments = self._facility.open_departments(self._clock.now())
        self._show_headings(state, bool(departments))
        self._show_page(departments, state.held, language)

    def forget(self) -> None:
        self._drawn = None
        self._strip.forget()
        self._notice.setText("")
        self._grid.forget()

    def _show_headings(self, state: flow.Choosing, any_open: bool) -> None:
        self._heading.setText(
            translate("Choosing", "Which department?")
            if any_open
            else translate("Choosing", "No department is open now. Please ask at the help desk.")
        )
        # A refusal says already that another department is to be chosen.
        self._heading.setVisible(not state.notice)
        self._desk.setVisible(not any_open)
        self._notice.setText(refusal(state.notice, state.notice_text) if state.notice else "")
        self._notice_panel.setVisible(bool(state.notice))

    def _turn_page(self) -> None:
        if self._drawn is not None:
            self._page += 1
            self.show_state(*self._drawn)

    def _show_page(self, departments: tuple[Department, ...], held: tuple[Token, ...], language: str) -> None:
        pages = max(1, math.ceil(len(departments) / PAGE))
        self._page %= pages
        self.more.setVisible(pages > 1)
        shown = departments[self._page * PAGE : (self._page + 1) * PAGE]
        self._grid.show_departments(shown, {token.queue_department: token.label for token in held}, language)

    def _arrange(self) -> None:
        metrics = self.metrics
        heading = line_up(metrics, ACROSS, (self._heading, 1), self.more, gap_u=3)
        desk = line_up(metrics, ACROSS, 1, self._desk, 1)
        middle = (self._notice_panel, heading, desk, (self._grid, 1))
        if metrics.portrait:
            parts = line_up(metrics, DOWN, self._strip, *middle, self.restart, gap_u=2.5, edge_u=EDGE_U)
        else:
            top = line_up(metrics, ACROSS, (self._strip, 1), self.restart, gap_u=3)
            parts = line_up(metrics, DOWN, top, *middle, gap_u=2, edge_u=EDGE_U)
        self.setLayout(parts)


class PatientStrip(QWidget):
    """First name and initial, age and sex, masked ABHA: enough to see that it is oneself, and no more."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._name = PlainLabel("name", elides=True)
        self._person = PlainLabel("person", elides=True)
        self._abha = PlainLabel("person", elides=True)
        details = line_up(metrics, ACROSS, self._person, self._abha, 1, gap_u=4)
        words = line_up(metrics, DOWN, self._name, details, gap_u=0.4)
        sign = disc(metrics, icon(metrics, "person", 8), 13)
        card = panel("panel", line_up(metrics, ACROSS, sign, (words, 1), gap_u=2.5, edge_u=1.4))
        self.setLayout(line_up(metrics, ACROSS, (card, 1), gap_u=0))

    def show_patient(self, patient: Patient, today: date, language: str) -> None:
        years = translate("Choosing", "{age} years").format(age=patient.birth.age_on(today)) if patient.birth else ""
        self._name.setText(patient.short_name or patient.masked_id)
        self._person.setText(" · ".join(part for part in (years, sex_word(patient.sex, language)) if part))
        self._person.setVisible(bool(self._person.text()))
        masked = translate("Choosing", "ABHA {number}").format(number=patient.masked_id)
        self._abha.setText(masked if patient.short_name else translate("Choosing", "ABHA number as you typed it"))

    def forget(self) -> None:
        for label in (self._name, self._person, self._abha):
            label.setText("")


def refusal(code: str, text: str) -> str:
    """Why there was no token in the department just chosen, and what to do."""
    match code:
        case "DEPARTMENT_CLOSED" if text:
            return translate("Choosing", "This department is closed. It opens on {when}.").format(when=text)
        case "DEPARTMENT_CLOSED":
            return translate("Choosing", "This department is closed now. Please choose another.")
        case "QUOTA_REACHED":
            return translate("Choosing", "No tokens are left here today. Please choose another department.")
        case _:
            return translate("Choosing", "This department gives no token now. Please choose another.")
