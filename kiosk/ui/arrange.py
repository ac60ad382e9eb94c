"""Rows, columns and panels in a line each."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QBoxLayout, QFrame, QLayout, QWidget

from kiosk.ui.icons import Icon
from kiosk.ui.theme import Metrics

ACROSS = QBoxLayout.Direction.LeftToRight
DOWN = QBoxLayout.Direction.TopToBottom


def line_up(
    metrics: Metrics,
    direction: QBoxLayout.Direction,
    *items: QWidget | QLayout | int | tuple[QWidget | QLayout, int],
    gap_u: float = 2.0,
    edge_u: float = 0.0,
) -> QBoxLayout:
    """Widgets and layouts one after the other; a number is a stretch, a pair an item with its share of the room."""
    layout = QBoxLayout(direction)
    edge = metrics.px(edge_u) if edge_u else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(metrics.px(gap_u) if gap_u else 0)
    for item in items:
        _add(layout, item)
    return layout


def _add(layout: QBoxLayout, item: QWidget | QLayout | int | tuple[QWidget | QLayout, int]) -> None:
    match item:
        case int():
            layout.addStretch(item)
        case (QWidget() as widget, int(share)):
            layout.addWidget(widget, share)
        case (QLayout() as inner, int(share)):
            layout.addLayout(inner, share)
        case QWidget():
            layout.addWidget(item)
        case QLayout():
            layout.addLayout(item)


def panel(role: str, layout: QLayout | None = None) -> QFrame:
    """A frame whose look the style sheet has under ``role``."""
    frame = QFrame()
    frame.setProperty("role", role)
    if layout is not None:
        frame.setLayout(layout)
    return frame


def icon(metrics: Metrics, name: str, size_u: float, role: str = "") -> Icon:
    """A square icon in the colour of its role."""
    return Icon(name, size=QSize(metrics.px(size_u), metrics.px(size_u)), role=role)


def picture(metrics: Metrics, name: str, width_u: float, height_u: float) -> Icon:
    """An SVG in its own colours."""
    return Icon(name, size=QSize(metrics.px(width_u), metrics.px(height_u)), tinted=False)


def disc(metrics: Metrics, inner: Icon, size_u: float) -> QFrame:
    """``inner`` on a round pale ground."""
    frame = panel("disc", line_up(metrics, ACROSS, inner, gap_u=0))
    side = metrics.px(size_u)
    frame.setFixedSize(side, side)
    frame.setStyleSheet(f"border-radius: {side // 2}px;")
    return frame
