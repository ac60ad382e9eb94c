"""Looks for what a patient cannot read: text larger than its place, things over each other or off the screen."""

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QPushButton, QWidget

from kiosk.ui.icons import Icon
from kiosk.ui.labels import PlainLabel

LEAST_TOUCH_U = 4.7
"""9 mm on a 15.6 inch panel, in hundredths of the window's shorter side."""


def faults(window: QWidget) -> list[str]:
    """Sentences, empty if all can be read and touched."""
    labels = [label for label in window.findChildren(PlainLabel) if label.isVisible() and label.text()]
    icons = [icon for icon in window.findChildren(Icon) if icon.isVisible() and icon.shown]
    buttons = [button for button in window.findChildren(QPushButton) if button.isVisible()]
    return [
        *_cut(labels),
        *_outside(window, [*labels, *icons, *buttons]),
        *_over_each_other(window, [*labels, *icons]),
        *_too_small(window, buttons),
    ]


def _cut(labels: list[PlainLabel]) -> Iterator[str]:
    for label in labels:
        if not label.elides and label.fitted()[1] != label.text():
            yield f"cut: {label.text()!r} in {label.width()}x{label.height()}"


def _outside(window: QWidget, widgets: list[QWidget]) -> Iterator[str]:
    for widget in widgets:
        ancestor = widget.parentWidget()
        while ancestor is not None:
            place = QRect(widget.mapTo(ancestor, QPoint(0, 0)), widget.size())
            if not ancestor.rect().contains(place):
                yield f"sticks out of {type(ancestor).__name__}: {named(widget)}"
            ancestor = None if ancestor is window else ancestor.parentWidget()


def _over_each_other(window: QWidget, widgets: list[QWidget]) -> Iterator[str]:
    places = [(widget, QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())) for widget in widgets]
    for (one, here), (other, there) in combinations(places, 2):
        if here.intersects(there) and _bubble_of(one) is _bubble_of(other):
            yield f"{named(one)} lies over {named(other)}"


def _bubble_of(widget: QWidget) -> QWidget | None:
    """The bubble in which it stands: what a bubble hides need not be read until it has gone."""
    ancestor = widget.parentWidget()
    while ancestor is not None and ancestor.property("role") != "bubble":
        ancestor = ancestor.parentWidget()
    return ancestor


def _too_small(window: QWidget, buttons: list[QPushButton]) -> Iterator[str]:
    least = min(window.width(), window.height()) * LEAST_TOUCH_U / 100
    for button in buttons:
        if min(button.width(), button.height()) < least:
            yield f"too small to touch: {named(button)}"
        if not button.accessibleName():
            yield f"no name for screen readers: {named(button)}"


def named(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, PlainLabel) else widget.accessibleName()
    return f"{type(widget).__name__} {widget.property('role')} {text!r}"
