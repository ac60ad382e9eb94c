"""A few values of which one is chosen, all of them in sight."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.theme import Metrics

_V = TypeVar("_V")


class Choices(QObject, Generic[_V]):
    """Buttons in ``grid``, one for each value. Signals: ``chosen`` after a touch."""

    chosen = Signal()

    def __init__(
        self,
        metrics: Metrics,
        icons: Mapping[_V, str],
        *,
        columns: int,
        lines: int = 1,
        height_u: float = 5.9,
        can_be_none: bool = False,
        is_even: bool = True,
    ) -> None:
        """``is_even``: all are equally wide, whatever their words are."""
        super().__init__()
        self.value: _V | None = None
        self._can_be_none = can_be_none
        self.grid = QGridLayout()
        self.grid.setSpacing(metrics.px(0.8))
        self.buttons: dict[_V, DeskButton] = {}
        for place, (value, name) in enumerate(icons.items()):
            button = DeskButton(metrics, "chip", icon=name, icon_u=3, lines=lines, height_u=height_u, tight=True)
            wide = QSizePolicy.Policy.Ignored if is_even else QSizePolicy.Policy.Preferred
            button.setSizePolicy(wide, QSizePolicy.Policy.Expanding)
            button.clicked.connect(lambda _=False, value=value: self._touch(value))
            self.buttons[value] = button
            self.grid.addWidget(button, place // columns, place % columns)
        for column in range(columns if is_even else 0):
            self.grid.setColumnStretch(column, 1)

    def choose(self, value: _V | None) -> None:
        """Without telling."""
        self.value = value
        for each, button in self.buttons.items():
            button.show_role("chip-chosen" if each == value else "chip")

    def show_words(self, words: Mapping[_V, str]) -> None:
        for value, button in self.buttons.items():
            button.show_words(words[value])

    def _touch(self, value: _V) -> None:
        self.choose(None if self._can_be_none and value == self.value else value)
        self.chosen.emit()
