"""A damaged card: the ABHA number on a number pad."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QWidget

from kiosk.model import flow
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel, picture
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

GROUPS = (2, 4, 4, 4)
"""How the 14 digits stand on the card."""
KEY_U = 12.0
"""23 mm on a 15.6 inch panel, 15 mm still on one of 10 inches."""


class TypingScreen(Screen):
    """14 places, a number pad, and a button that wakes up when all are filled."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        self.places = DigitPlaces(metrics)
        self._doubt = PlainLabel("strong", lines=3)
        self._doubt_panel = panel(
            "notice",
            line_up(metrics, ACROSS, icon(metrics, "warning", 6), (self._doubt, 1), gap_u=2, edge_u=1.6),
        )
        self.back = TouchButton(metrics, "plain", icon="back", icon_u=5)
        self.back.clicked.connect(lambda: self.wished.emit(flow.Cancelled()))
        self.confirm = TouchButton(metrics, "primary", icon="tick", icon_u=6.5)
        self.confirm.setMinimumHeight(metrics.px(12))
        self.confirm.clicked.connect(lambda: self.wished.emit(flow.NumberEntered()))
        self.pad = NumberPad(metrics)
        self.pad.wished.connect(self.wished)
        self._arrange()

    def show_state(self, state: flow.State, language: str) -> None:
        assert isinstance(state, flow.Typing)
        self._title.setText(translate("Typing", "Type the 14 digits of your ABHA number"))
        self._doubt.setText(translate("Typing", "Please compare the number with your card once more"))
        keep_place(self._doubt_panel)
        self._doubt_panel.setVisible(state.doubtful)
        self.places.show_digits(state.digits)
        self.back.show_words(translate("Typing", "Back"))
        self.confirm.show_words(translate("Typing", "Continue"))
        self.confirm.setEnabled(state.complete)
        self.confirm.show_role("primary" if state.complete else "asleep")
        self.pad.show_progress(bool(state.digits), state.complete)

    def forget(self) -> None:
        self.places.show_digits("")

    def _arrange(self) -> None:
        metrics = self.metrics
        portrait = metrics.portrait
        size = (44.0, 28.0) if portrait else (34.0, 22.0)
        card = line_up(metrics, ACROSS, 1, picture(metrics, "abha-number", *size), 1)
        left = line_up(metrics, DOWN, 1, self._title, 1, card, 1, self.places, self._doubt_panel, 2, gap_u=2.5)
        buttons = line_up(metrics, ACROSS, (self.back, 1), (self.confirm, 2), gap_u=2.5)
        pad = line_up(metrics, DOWN, (self.pad, 1), buttons, gap_u=3)
        direction = DOWN if portrait else ACROSS
        self.setLayout(line_up(metrics, direction, (left, 11), (pad, 9), gap_u=4, edge_u=EDGE_U))


def keep_place(widget: QWidget) -> None:
    """Hidden, it still takes its room, so that nothing jumps under a finger."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


class DigitPlaces(QFrame):
    """The digits as on the card: 2-4-4-4, with a mark for each that is still missing."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.groups = tuple(PlainLabel("digits", align=CENTRE) for _ in GROUPS)
        dashes = [PlainLabel("digits", align=CENTRE, text="-") for _ in GROUPS[1:]]
        items: list[tuple[PlainLabel, int]] = []
        for place, (label, length) in enumerate(zip(self.groups, GROUPS, strict=True)):
            items += [(dashes[place - 1], 1)] if place else []
            items.append((label, length * 2))
        self.setLayout(line_up(metrics, ACROSS, *items, gap_u=0.4, edge_u=1.6))

    def show_digits(self, digits: str) -> None:
        padded = digits + "•" * (sum(GROUPS) - len(digits))
        start = 0
        for label, length in zip(self.groups, GROUPS, strict=True):
            label.setText(padded[start : start + length])
            start += length
        self.setAccessibleName(translate("Typing", "{count} of 14 digits typed").format(count=len(digits)))


class NumberPad(Screen):
    """1 to 9, 0 and one step back."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(metrics.px(2))
        self.keys = {digit: self._key(digit) for digit in "1234567890"}
        self.erase = TouchButton(metrics, "key", icon="backspace", icon_u=7, stacked=True)
        self.erase.clicked.connect(lambda: self.wished.emit(flow.DigitErased()))
        for place, digit in enumerate("123456789"):
            grid.addWidget(self.keys[digit], place // 3, place % 3)
        grid.addWidget(self.keys["0"], 3, 1)
        grid.addWidget(self.erase, 3, 2)
        for row in range(4):
            grid.setRowStretch(row, 1)
        for key in (*self.keys.values(), self.erase):
            key.setMinimumSize(metrics.px(KEY_U), metrics.px(KEY_U))
            key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_progress(self, started: bool, complete: bool) -> None:
        self.erase.show_words("", translate("Typing", "Delete the last digit"))
        self.erase.setEnabled(started)
        for key in self.keys.values():
            key.setEnabled(not complete)

    def _key(self, digit: str) -> TouchButton:
        key = TouchButton(self.metrics, "key", stacked=True)
        key.show_words(digit)
        key.clicked.connect(lambda: self.wished.emit(flow.DigitTyped(digit)))
        return key
