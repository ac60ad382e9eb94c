"""The token, very large, and what to do next."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame

from kiosk.model import flow
from kiosk.model.opd import Department, Facility, text_in
from kiosk.model.token import SlipState
from kiosk.ui.arrange import ACROSS, DOWN, disc, icon, line_up, panel
from kiosk.ui.buttons import TouchButton
from kiosk.ui.icons import Icon
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics, department_icon, show_role

translate = QCoreApplication.translate


class IssuedScreen(Screen):
    """A large ticket; beside it the room, the people ahead and the slip."""

    def __init__(self, metrics: Metrics, facility: Facility) -> None:
        super().__init__(metrics)
        self._facility = facility
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self._title_icon = icon(metrics, "tick", 7, "success")
        self.label = PlainLabel("token", align=CENTRE, least=0.4)
        self._department = PlainLabel("fact", lines=2)
        self._department_icon = icon(metrics, "", 9)
        self._department_sign = disc(metrics, self._department_icon, 13)
        self._copy = PlainLabel("badge-words")
        self._copy_badge = panel(
            "badge", line_up(metrics, ACROSS, icon(metrics, "copies", 4, "badge-icon"), self._copy, gap_u=1, edge_u=0.8)
        )
        self._room = Fact(metrics, "door")
        self._ahead = Fact(metrics, "people")
        self.slip = SlipPanel(metrics)
        self.done = TouchButton(metrics, "primary", icon="tick", icon_u=6)
        self.done.setMinimumHeight(metrics.px(12))
        self.done.clicked.connect(lambda: self.wished.emit(flow.Cancelled()))
        self._arrange()

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.Issued)
        token = state.token
        department = self._facility.department(token.queue_department)
        self._title_icon.show_icon("info" if state.already else "tick")
        self._title.setText(
            translate("Issued", "You already have this token today")
            if state.already
            else translate("Issued", "Your token")
        )
        self.label.setText(token.label)
        self._department.setText(department.name(language) if department else token.queue_department)
        self._department_icon.show_icon(department_icon(token.queue_department))
        self._copy.setText(translate("Issued", "DUPLICATE {copy}").format(copy=state.copy))
        self._copy_badge.setVisible(state.copy > 0)
        self._room.show_fact(*where(department, language))
        ahead = "" if state.people_ahead is None else str(state.people_ahead)
        self._ahead.show_fact(translate("Issued", "People ahead of you") if ahead else "", ahead)
        self.slip.show_slip(state)
        self.done.show_words(translate("Issued", "Done"))

    def forget(self) -> None:
        self.label.setText("")
        self._department.setText("")
        self._copy.setText("")
        self._room.show_fact("")
        self._ahead.show_fact("")

    def _arrange(self) -> None:
        metrics = self.metrics
        title = line_up(metrics, ACROSS, 1, self._title_icon, self._title, 1, gap_u=2)
        place = line_up(metrics, ACROSS, 1, self._department_sign, self._department, 1, gap_u=2.5)
        copy = line_up(metrics, ACROSS, 1, self._copy_badge, 1)
        ticket = panel("ticket", line_up(metrics, DOWN, 1, title, (self.label, 6), place, copy, 1, gap_u=1.5, edge_u=3))
        facts = line_up(metrics, DOWN, self._room, self._ahead, self.slip, 1, self.done, gap_u=3)
        if metrics.portrait:
            self.setLayout(line_up(metrics, DOWN, (ticket, 1), facts, gap_u=3, edge_u=EDGE_U))
        else:
            self.setLayout(line_up(metrics, ACROSS, (ticket, 10), (facts, 8), gap_u=3, edge_u=EDGE_U))


class Fact(QFrame):
    """An icon, what it is, and a large value; gone while there is nothing to say."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._words = PlainLabel("panel-text", lines=3)
        self._value = PlainLabel("value")
        self.setLayout(
            line_up(metrics, ACROSS, icon(metrics, name, 9), (self._words, 1), self._value, gap_u=3, edge_u=2)
        )

    def show_fact(self, words: str, value: str = "") -> None:
        self._words.setText(words)
        self._value.setText(value)
        self._value.setVisible(bool(value))
        self.setVisible(bool(words))


class SlipPanel(QFrame):
    """Whether paper comes."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._icon: Icon = icon(metrics, "printer", 9)
        self._words = PlainLabel("panel-text", lines=3)
        self.setLayout(line_up(metrics, ACROSS, self._icon, (self._words, 1), gap_u=3, edge_u=2))
        self._show("panel", "printer", "")

    def show_slip(self, state: flow.Issued) -> None:
        if state.reprint_refused:
            self._show("notice", "desk", translate("Issued", "For one more slip please ask at the help desk"))
            return
        match state.slip:
            case SlipState.QUEUED | SlipState.SENDING if state.held_up:
                text = translate("Issued", "The printer does not work just now. Please remember your number.")
                self._show("notice", "printer-off", text)
            case SlipState.QUEUED | SlipState.SENDING:
                self._show("panel", "printer", translate("Issued", "Your slip is being printed"))
            case SlipState.PRINTED | SlipState.RESOLVED:
                self._show("good", "slip", translate("Issued", "Please take your slip"))
            case SlipState.IN_DOUBT:
                text = translate("Issued", "If no slip comes out, remember your number. The help desk can print it.")
                self._show("notice", "printer-off", text)
            case SlipState.FAILED:
                text = translate("Issued", "The slip could not be printed. Please remember your number.")
                self._show("notice", "printer-off", text)
            case SlipState.NONE:
                self._show("notice", "no-slip", translate("Issued", "There is no slip. Please remember your number."))

    def _show(self, role: str, name: str, text: str) -> None:
        self._words.setText(text)
        self._icon.show_icon(name)
        show_role(self, role)
        show_role(self._words, f"{role}-text")
        show_role(self._icon, f"{role}-icon")
        self._icon.redraw()


LONG_ROOM = 6
"""A room of more letters stands in the sentence, not beside it."""


def where(department: Department | None, language: str) -> tuple[str, str]:
    """The word and the room, or the next step alone where there is no room to name."""
    if department is None:
        return "", ""
    if not department.room:
        return text_in(department.next_step, language), ""
    word = translate("Issued", "Room")
    return (word, department.room) if len(department.room) <= LONG_ROOM else (f"{word} {department.room}", "")
