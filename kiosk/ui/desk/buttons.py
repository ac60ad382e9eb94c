"""Buttons of the desk: as the kiosk's, but nearer together."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout

from kiosk.ui.buttons import TouchButton
from kiosk.ui.theme import Metrics

LEAST_U = 5.9
"""45 px on a screen of 1366x768."""


class DeskButton(TouchButton):
    """A touch button for people who sit before it all day. ``tight`` leaves less room around the words."""

    def __init__(
        self,
        metrics: Metrics,
        role: str,
        *,
        icon: str = "",
        icon_u: float = 3.6,
        lines: int = 1,
        stacked: bool = False,
        height_u: float = 7.3,
        tight: bool = False,
    ) -> None:
        self._tight = tight
        super().__init__(metrics, role, icon=icon, icon_u=icon_u, lines=lines, stacked=stacked)
        self.setMinimumHeight(metrics.px(max(LEAST_U, height_u)))
        self.setMinimumWidth(metrics.px(LEAST_U))

    def wake(self, is_awake: bool, role: str) -> None:
        """Look like ``role`` and take touches, or sleep."""
        self.setEnabled(is_awake)
        self.show_role(role if is_awake else "off")

    def _arrange(self, metrics: Metrics, stacked: bool) -> None:
        direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self.box = QBoxLayout(direction, self)
        across, down = (0.5, 0.5) if self._tight else (1.4, 0.6)
        self.box.setContentsMargins(*(metrics.px(units) for units in (across, down, across, down)))
        self.box.setSpacing(metrics.px(0.2 if stacked else 1))
        self.box.addStretch(1)
        self.box.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignCenter)
        self.box.addWidget(self.words)
        self.box.addStretch(1)
