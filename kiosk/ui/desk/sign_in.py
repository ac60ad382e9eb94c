"""Who works at this desk: a name, and six digits."""

import math

from PySide6.QtCore import QCoreApplication, QTimer

from kiosk.model.configuration import StaffMember
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel
from kiosk.ui.desk.digit_pad import PinEntry
from kiosk.ui.desk.keyboards import layouts_of
from kiosk.ui.desk.page import Page
from kiosk.ui.desk.people_grid import PeopleGrid
from kiosk.ui.desk.sentences import pin_sentence
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class SignInPage(Page):
    """Names on the left, the pad on the right; the pad wakes up when a name is chosen."""

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__(metrics, session)
        staff = session.parts.staff
        self._who: StaffMember | None = staff[0] if len(staff) == 1 else None
        self._refused, self._left_s = "", 0
        self._title = PlainLabel("title")
        self.people = PeopleGrid(metrics, staff, layouts_of(session.facility, session.languages))
        self.people.chosen.connect(self._choose)
        self._name = PlainLabel("heading", align=CENTRE, elides=True)
        self.pin = PinEntry(metrics)
        self.pin.entered.connect(self._try)
        self._nobody = PlainLabel("warning-text", lines=2)
        self.told = PlainLabel("warning-text", lines=3, align=CENTRE)
        self.told.setMinimumHeight(metrics.px(8))
        self._hint = PlainLabel("text", lines=2)
        self._hint_panel = panel("hint", line_up(metrics, ACROSS, icon(metrics, "info", 4), (self._hint, 1), edge_u=1))
        if not session.parts.demonstration_pin:
            self._hint_panel.hide()
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._count_down)
        session.sign_in_refused.connect(self._refuse)
        session.busy_changed.connect(self._wake)
        self._arrange()

    def redraw(self) -> None:
        self._title.setText(translate("Desk", "Who is at this desk?"))
        self.people.choose(self._who.staff_id if self._who else "")
        self.people.redraw()
        self.pin.redraw()
        asked = translate("Desk", "{name}: type your PIN").format(name=self._who.name) if self._who else ""
        self._name.setText(asked or translate("Desk", "Touch your name"))
        nobody = translate("Desk", "Nobody is on the staff list yet: ask your administrator.")
        self._nobody.setText(nobody)
        self._nobody.setVisible(not self.session.parts.staff)
        hint = translate("Desk", "Demonstration: the PIN is {pin}").format(pin=self.session.parts.demonstration_pin)
        self._hint.setText(hint)
        self._show_refusal()
        self._wake()

    def forget(self) -> None:
        """For the next one: no name is chosen, no digit typed."""
        self._who = self._who if len(self.session.parts.staff) == 1 else None
        self._refused, self._left_s = "", 0
        self._second.stop()
        self.people.forget()
        self.pin.clear()
        self.redraw()

    def _choose(self, who: StaffMember) -> None:
        self._who = who
        self._refused = "" if self._left_s == 0 else self._refused
        self.pin.clear()
        self.redraw()
        self.pin.setFocus()

    def _try(self, pin: str) -> None:
        if self._who is not None:
            self._refused = ""
            self._show_refusal()
            self.session.sign_in(self._who.staff_id, pin)

    def _refuse(self, code: str, wait_s: float) -> None:
        self._refused, self._left_s = code, math.ceil(wait_s)
        self.pin.clear()
        if self._left_s:
            self._second.start()
        self._show_refusal()
        self._wake()

    def _count_down(self) -> None:
        self._left_s = max(0, self._left_s - 1)
        if not self._left_s:
            self._second.stop()
            self._refused = ""
        self._show_refusal()
        self._wake()

    def _show_refusal(self) -> None:
        parts = [pin_sentence(self._refused)]
        if self._left_s:
            parts.append(translate("Desk", "Next try in {count} s").format(count=self._left_s))
        self.told.setText("\n".join(part for part in parts if part))

    def _wake(self, _is_busy: bool = False) -> None:
        self.pin.wake(self._who is not None and not self._left_s and not self.session.is_busy)

    def _arrange(self) -> None:
        metrics = self.metrics
        left = line_up(metrics, DOWN, self._title, self._nobody, (self.people, 1), self._hint_panel, gap_u=2.4)
        right = line_up(metrics, DOWN, self._name, (self.pin, 1), self.told, gap_u=1.4, edge_u=2.4)
        pad = panel("panel", right)
        pad.setFixedWidth(metrics.px(58))
        self.setLayout(line_up(metrics, ACROSS, (left, 1), pad, gap_u=3, edge_u=3))
