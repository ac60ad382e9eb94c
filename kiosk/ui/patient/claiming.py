"""A token that the patient's phone shows: its label and the last digits of the mobile on a number pad."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame

from kiosk.model import flow
from kiosk.model.arrival import LAST_DIGITS
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.patient.typed_number import NumberPad, keep_place
from kiosk.ui.theme import Metrics, show_role

translate = QCoreApplication.translate


class ClaimingScreen(Screen):
    """Two fields one after the other; above them the queues, where there are several."""

    def __init__(self, metrics: Metrics, prefixes: tuple[str, ...]) -> None:
        super().__init__(metrics)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self.prefixes = {prefix: self._prefix_button(prefix) for prefix in prefixes}
        self.label = Field(metrics, "slip")
        self.mobile = Field(metrics, "phone")
        self._wrong = PlainLabel("strong", lines=3)
        self._wrong_panel = panel(
            "notice", line_up(metrics, ACROSS, icon(metrics, "warning", 6), (self._wrong, 1), gap_u=2, edge_u=1.6)
        )
        keep_place(self._wrong_panel)
        self.back = TouchButton(metrics, "plain", icon="back", icon_u=5)
        self.back.clicked.connect(lambda: self.wished.emit(flow.Cancelled()))
        self.confirm = TouchButton(metrics, "primary", icon="tick", icon_u=6.5)
        self.confirm.setMinimumHeight(metrics.px(12))
        self.confirm.clicked.connect(lambda: self.wished.emit(flow.NumberEntered()))
        self.pad = NumberPad(metrics)
        self.pad.wished.connect(self.wished)
        self._arrange()

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.Claiming)
        self._title.setText(_wanted(state))
        for prefix, button in self.prefixes.items():
            button.show_words(f"{prefix}-")
            button.show_role("primary" if prefix == state.prefix else "plain")
        typed = f"{state.prefix or '••'}-{state.number or '•••'}"
        label = state.label if state.at_mobile else typed
        self.label.show_field(translate("Claiming", "Token"), label, is_next=not state.at_mobile)
        shown = state.last_digits + "•" * (LAST_DIGITS - len(state.last_digits))
        self.mobile.show_field(translate("Claiming", "Mobile"), shown, is_next=state.at_mobile)
        self._wrong.setText(translate("Claiming", "Token and mobile number do not fit together. Please try again."))
        self._wrong_panel.setVisible(state.wrong)
        self.back.show_words(translate("Claiming", "Back"))
        self.confirm.show_words(translate("Claiming", "Continue"))
        self.confirm.setEnabled(state.complete)
        self.confirm.show_role("primary" if state.complete else "asleep")
        started = state.at_mobile or bool(state.number)
        self.pad.show_progress(started, state.is_full)

    def forget(self) -> None:
        for field in (self.label, self.mobile):
            field.show_field("", "", is_next=False)

    def _prefix_button(self, prefix: str) -> TouchButton:
        button = TouchButton(self.metrics, "plain")
        button.clicked.connect(lambda: self.wished.emit(flow.PrefixChosen(prefix)))
        return button

    def _arrange(self) -> None:
        metrics = self.metrics
        queues = line_up(metrics, ACROSS, 1, *self.prefixes.values(), 1, gap_u=2)
        left = line_up(
            metrics, DOWN, 1, self._title, 1, queues, self.label, self.mobile, self._wrong_panel, 2, gap_u=2.5
        )
        buttons = line_up(metrics, ACROSS, (self.back, 1), (self.confirm, 2), gap_u=2.5)
        pad = line_up(metrics, DOWN, (self.pad, 1), buttons, gap_u=3)
        direction = DOWN if metrics.portrait else ACROSS
        self.setLayout(line_up(metrics, direction, (left, 11), (pad, 9), gap_u=4, edge_u=EDGE_U))
        for button in self.prefixes.values():  # not before they have their place: each would be a window of its own
            button.setVisible(len(self.prefixes) > 1)


class Field(QFrame):
    """A picture, what it is, and what is typed; the one that is typed now stands out."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._words = PlainLabel("panel-text", lines=2)
        self._value = PlainLabel("digits", align=CENTRE)
        self._icon = icon(metrics, name, 8)
        self.setLayout(line_up(metrics, ACROSS, self._icon, (self._words, 2), (self._value, 3), gap_u=2.5, edge_u=1.6))

    def show_field(self, words: str, value: str, *, is_next: bool) -> None:
        self._words.setText(words)
        self._value.setText(value)
        show_role(self, "panel-next" if is_next else "panel")


def _wanted(state: flow.Claiming) -> str:
    if state.at_mobile:
        return translate("Claiming", "Type the last 4 digits of your mobile number")
    if not state.prefix:
        return translate("Claiming", "Touch the letters of your token, then type its number")
    return translate("Claiming", "Type the number of your token")
