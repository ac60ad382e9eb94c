"""A second touch before what cannot be taken back with one."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up, panel
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate


class Confirming(QWidget):
    """Signals: ``left`` when it is answered, either way."""

    left = Signal()

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._act: Callable[[], None] = lambda: None
        self._title = PlainLabel("title", lines=3)
        sign = icon(metrics, "warning", 10, "warning")
        self.yes = DeskButton(metrics, "danger", icon="tick", height_u=11)
        self.yes.clicked.connect(self._do)
        self.no = DeskButton(metrics, "plain", icon="back", height_u=11)
        self.no.clicked.connect(self.left)
        words = line_up(metrics, ACROSS, sign, (self._title, 1), gap_u=3)
        buttons = line_up(metrics, ACROSS, (self.no, 1), (self.yes, 1), gap_u=3)
        box = panel("panel", line_up(metrics, DOWN, words, buttons, gap_u=6, edge_u=5))
        box.setFixedWidth(metrics.px(120))
        middle = line_up(metrics, ACROSS, 1, box, 1)
        self.setLayout(line_up(metrics, DOWN, 1, middle, 2))

    def ask(self, title: str, yes: str, act: Callable[[], None]) -> None:
        """``yes`` is what the button says, with how many it is about."""
        self._act = act
        self._title.setText(title)
        self.yes.show_words(yes)
        self.no.show_words(translate("Desk", "Back"))

    def _do(self) -> None:
        act, self._act = self._act, lambda: None
        self.left.emit()
        act()
