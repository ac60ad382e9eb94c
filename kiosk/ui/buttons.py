"""Buttons for fingers: an icon and words, at least 9 mm high."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QPushButton, QSizePolicy

from kiosk.ui.icons import Icon
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.theme import Metrics, show_role

LEAST_HEIGHT_U = 7.5
"""14 mm on a 15.6 inch panel, and 9 mm still on one of 10 inches."""


class TouchButton(QPushButton):
    """A button whose words are a PlainLabel, so that they wrap, shrink and show ``&`` as it is.

    It takes no keyboard focus: a scanner gun that types would otherwise press it with its Enter.
    """

    def __init__(
        self, metrics: Metrics, role: str, *, icon: str = "", icon_u: float = 5.0, lines: int = 1, stacked: bool = False
    ) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(metrics.px(LEAST_HEIGHT_U))
        self.words = PlainLabel(f"{role}-words", lines=lines, align=CENTRE)
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.picture = Icon(icon, size=QSize(metrics.px(icon_u), metrics.px(icon_u)), role=f"{role}-icon")
        self.picture.setVisible(bool(icon))
        self._arrange(metrics, stacked)

    def show_words(self, text: str, spoken: str = "") -> None:
        """Show ``text``; ``spoken`` is for screen readers where it says more."""
        self.words.setText(text)
        self.words.setVisible(bool(text))
        self.setAccessibleName(spoken or text)

    def show_role(self, role: str) -> None:
        """Look like another kind of button: awake or asleep, chosen or not."""
        for widget, name in ((self, role), (self.words, f"{role}-words"), (self.picture, f"{role}-icon")):
            show_role(widget, name)
        self.picture.redraw()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout else super().minimumSizeHint()

    def _arrange(self, metrics: Metrics, stacked: bool) -> None:
        direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self.box = QBoxLayout(direction, self)
        self.box.setContentsMargins(*(metrics.px(units) for units in (2.4, 1.2, 2.4, 1.2)))
        self.box.setSpacing(metrics.px(1.6))
        self.box.addStretch(1)
        self.box.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignCenter)
        self.box.addWidget(self.words)
        self.box.addStretch(1)
