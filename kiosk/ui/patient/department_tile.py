"""One department as a big button: its picture, its name, and the token that the patient already holds there."""

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QSizePolicy

from kiosk.ui.arrange import ACROSS, DOWN, disc, icon, line_up, panel
from kiosk.ui.buttons import TouchButton
from kiosk.ui.labels import CENTRE, LEFT, PlainLabel
from kiosk.ui.theme import Metrics, department_icon


class Shape(Enum):
    """How a tile is laid out: (picture's ground in u, role)."""

    TALL = (17.0, "tile")
    WIDE = (14.0, "tile")
    SMALL = (10.0, "tile-small")


class DepartmentTile(TouchButton):
    """TALL tiles have the name below the picture, the others beside it."""

    def __init__(self, metrics: Metrics, code: str, shape: Shape) -> None:
        size, role = shape.value
        tall = shape is Shape.TALL
        self._shape = shape
        super().__init__(metrics, role, icon=department_icon(code), icon_u=size * 0.66, lines=2, stacked=tall)
        self.words.setAlignment(CENTRE if tall else LEFT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(metrics.px(40))

    def show_held(self, label: str) -> None:
        """The label of the token held here, or empty."""
        self._label.setText(label)
        self._badge.setVisible(bool(label))

    def _arrange(self, metrics: Metrics, stacked: bool) -> None:
        self._label = PlainLabel("badge-words")
        slip = icon(metrics, "slip", 3.6, "badge-icon")
        self._badge = panel("badge", line_up(metrics, ACROSS, slip, self._label, gap_u=0.8, edge_u=0.2))
        self._badge.hide()
        sign = disc(metrics, self.picture, self._shape.value[0])
        for child in (self._badge, sign):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        badge = line_up(metrics, ACROSS, *([1] if stacked else []), self._badge, 1, gap_u=0)
        words = line_up(metrics, DOWN, 1, self.words, badge, 1, gap_u=0.4)
        box = QBoxLayout(DOWN if stacked else ACROSS, self)
        edge = metrics.px(0.7 if self._shape is Shape.SMALL else 2.4)
        box.setContentsMargins(edge, edge, edge, edge)
        box.setSpacing(metrics.px(1.6))
        box.addStretch(2 if stacked else 0)
        box.addWidget(sign, 0, Qt.AlignmentFlag.AlignCenter)
        box.addLayout(words, 3 if stacked else 1)
