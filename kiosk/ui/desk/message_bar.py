"""One line that says what has happened, and for a few seconds takes it back."""

import math
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtWidgets import QFrame

from kiosk.ui.arrange import ACROSS, icon, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.sentences import Tone
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics, show_role

translate = QCoreApplication.translate

HEIGHT_U = 7.2
_ICON_ROLES = {Tone.PLAIN: "muted", Tone.GOOD: "good", Tone.WARNING: "warning", Tone.WRONG: "wrong"}


class MessageBar(QFrame):
    """Always there, so that nothing jumps under a finger. Signals: ``undo_wished``."""

    undo_wished = Signal()

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setFixedHeight(metrics.px(HEIGHT_U))
        self._tone, self._told = Tone.PLAIN, _nothing
        self._icon = icon(metrics, "info", 3.8)
        self.words = PlainLabel("news-text", lines=2, elides=True)
        self.undo = DeskButton(metrics, "plain", icon="undo", icon_u=3.2, height_u=5.9)
        self.undo.clicked.connect(self.undo_wished)
        self._left_s = 0
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._count_down)
        layout = line_up(metrics, ACROSS, self._icon, (self.words, 1), self.undo, gap_u=1.2, edge_u=0.6)
        self.setLayout(layout)
        self.tell(Tone.PLAIN, _nothing)
        self.offer_undo(0.0)

    def tell(self, tone: Tone, told: Callable[[], str]) -> None:
        """``told`` gives the sentence in the language of the moment."""
        self._tone, self._told = tone, told
        self.redraw()

    def offer_undo(self, seconds: float) -> None:
        """0 seconds takes the offer back."""
        self._left_s = math.ceil(seconds)
        self.undo.setVisible(self._left_s > 0)
        self._show_seconds()
        if self._left_s > 0:
            self._second.start()
        else:
            self._second.stop()

    def redraw(self) -> None:
        role, picture = self._tone.value
        text = self._told()
        show_role(self, role if text else "news")
        show_role(self._icon, _ICON_ROLES[self._tone])
        self._icon.redraw()
        self._icon.show_icon(picture if text else "")
        self.words.setText(text)
        self.setAccessibleName(text)
        self._show_seconds()

    def _count_down(self) -> None:
        self._left_s = max(1, self._left_s - 1)
        self._show_seconds()

    def _show_seconds(self) -> None:
        self.undo.show_words(translate("Desk", "Undo ({count})").format(count=self._left_s))


def _nothing() -> str:
    return ""
