"""Digits for fingers: a pad, and a PIN that shows only how much of it is there."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from kiosk.ui.arrange import DOWN, line_up, panel
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

PIN_DIGITS = 6
KEY_U = 9.0


class DigitPad(QWidget):
    """1 to 9, 0 and one step back. Signals: ``typed`` with a digit, ``erased``."""

    typed = Signal(str)
    erased = Signal()

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(metrics.px(1.2))
        self.keys = {digit: self._key(metrics, digit) for digit in "1234567890"}
        self.erase = DeskButton(metrics, "key", icon="backspace", icon_u=5, stacked=True)
        self.erase.clicked.connect(self.erased)
        for place, digit in enumerate("123456789"):
            grid.addWidget(self.keys[digit], place // 3, place % 3)
        grid.addWidget(self.keys["0"], 3, 1)
        grid.addWidget(self.erase, 3, 2)
        for key in (*self.keys.values(), self.erase):
            key.setMinimumSize(metrics.px(KEY_U), metrics.px(KEY_U))
            key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def redraw(self) -> None:
        self.erase.show_words("", translate("Desk", "Delete the last digit"))

    def wake(self, is_awake: bool) -> None:
        for key in (*self.keys.values(), self.erase):
            key.setEnabled(is_awake)

    def _key(self, metrics: Metrics, digit: str) -> DeskButton:
        key = DeskButton(metrics, "key", stacked=True)
        key.show_words(digit)
        key.clicked.connect(lambda: self.typed.emit(digit))
        return key


class PinEntry(QWidget):
    """A pad and six dots; a keyboard's digits count too. Signals: ``entered`` with the six digits.

    Nothing shows which digits were typed, and they are forgotten as soon as they are told.
    """

    entered = Signal(str)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pin = ""
        self.dots = PlainLabel("pin", align=CENTRE)
        self.dots.setMinimumHeight(metrics.px(6))
        self.pad = DigitPad(metrics)
        self.pad.typed.connect(self.type)
        self.pad.erased.connect(self._erase)
        self.setLayout(line_up(metrics, DOWN, panel("field", line_up(metrics, DOWN, self.dots)), (self.pad, 1)))
        self.redraw()

    def redraw(self) -> None:
        self.pad.redraw()
        self._show()

    def clear(self) -> None:
        self._pin = ""
        self._show()

    def wake(self, is_awake: bool) -> None:
        self.setEnabled(is_awake)
        self.pad.wake(is_awake)

    def type(self, digit: str) -> None:
        if len(self._pin) < PIN_DIGITS:
            self._pin += digit
            self._show()
        if len(self._pin) == PIN_DIGITS:
            pin, self._pin = self._pin, ""
            self.entered.emit(pin)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in self.pad.keys and event.text():
            self.type(event.text())
        elif event.key() == Qt.Key.Key_Backspace:
            self._erase()
        else:
            super().keyPressEvent(event)

    def _erase(self) -> None:
        self._pin = self._pin[:-1]
        self._show()

    def _show(self) -> None:
        count = len(self._pin)
        self.dots.setText("  ".join("●" * count + "○" * (PIN_DIGITS - count)))
        words = translate("Desk", "{count} of 6 digits typed").format(count=count)
        self.dots.setAccessibleName(words)
