"""A supervisor's word, asked for where it is needed: a name, and six digits."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from kiosk.model.staff import RIGHTS, Right
from kiosk.ui.arrange import ACROSS, DOWN, line_up, panel
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.digit_pad import PinEntry
from kiosk.ui.desk.keyboards import layouts_of
from kiosk.ui.desk.people_grid import PeopleGrid
from kiosk.ui.desk.sentences import pin_sentence
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.sitting import Leave
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class Approval(QWidget):
    """Signals: ``given`` with a Leave; ``left`` where somebody gives up."""

    given = Signal(object)
    left = Signal()

    def __init__(self, metrics: Metrics, session: DeskSession, right: Right) -> None:
        super().__init__()
        self._session = session
        self._code = ""
        able = [each for each in session.parts.staff if right in RIGHTS[each.role]]
        self._only = able[0].staff_id if len(able) == 1 else ""
        self._title = PlainLabel("title", lines=2)
        self.people = PeopleGrid(metrics, able, layouts_of(session.facility, session.languages), columns=2)
        self.people.chosen.connect(lambda _who: self._wake())
        self.back = DeskButton(metrics, "plain", icon="back", icon_u=3.2)
        self.back.clicked.connect(self.left)
        self._who = PlainLabel("heading", align=CENTRE)
        self.pin = PinEntry(metrics)
        self.pin.entered.connect(self._give)
        self._told = PlainLabel("warning-text", lines=2, align=CENTRE)
        self._told.setMinimumHeight(metrics.px(6))
        words = line_up(metrics, DOWN, self._title, (self.people, 1), line_up(metrics, ACROSS, self.back, 1), gap_u=2)
        right_side = panel("panel", line_up(metrics, DOWN, self._who, (self.pin, 1), self._told, gap_u=1, edge_u=2))
        right_side.setFixedWidth(metrics.px(58))
        self.setLayout(line_up(metrics, ACROSS, (words, 1), right_side, gap_u=3, edge_u=1))
        session.sign_in_refused.connect(self._refuse)
        session.busy_changed.connect(self._follow_busy)

    def ask(self, title: str) -> None:
        """``title`` says what for."""
        self._code = ""
        self.people.forget()
        self.people.choose(self._only)
        self.pin.clear()
        self._title.setText(title)
        self.redraw()
        self.pin.setFocus()

    def redraw(self) -> None:
        self.people.redraw()
        self.pin.redraw()
        self.back.show_words(translate("Desk", "Back"))
        self._who.setText(translate("WalkIn", "A supervisor's PIN"))
        self._told.setText(pin_sentence(self._code))
        self._wake()

    def _refuse(self, code: str, _wait_s: float) -> None:
        if self.isVisible():
            self._code = code
            self.pin.clear()
            self.redraw()

    def _give(self, pin: str) -> None:
        self.given.emit(Leave(self.people.chosen_id, pin))

    def _follow_busy(self, _busy: bool) -> None:
        self._wake()

    def _wake(self) -> None:
        self.pin.wake(bool(self.people.chosen_id) and not self._session.is_busy)
