"""One moment: the store is looking a number up, or writes a token."""

import math

from PySide6.QtCore import QCoreApplication, QPointF, QSize, Qt, QTimeLine
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from kiosk.model import flow
from kiosk.ui.arrange import ACROSS, DOWN, icon, line_up
from kiosk.ui.labels import CENTRE, PlainLabel
from kiosk.ui.patient.screen import EDGE_U, Screen
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

DOTS = 3
BREATH_MS = 1500


class WaitingScreen(Screen):
    """Nothing to press, nothing that hurries."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        self._title = PlainLabel("title", lines=2, align=CENTRE)
        sign = line_up(metrics, ACROSS, 1, icon(metrics, "slip", 26), 1)
        dots = line_up(metrics, ACROSS, 1, BreathingDots(metrics), 1)
        self.setLayout(line_up(metrics, DOWN, 2, sign, dots, self._title, 3, gap_u=4, edge_u=EDGE_U))

    def show_state(self, state: flow.State, language: str) -> None:
        self._title.setText(translate("Waiting", "One moment, please"))


class BreathingDots(QWidget):
    """Three dots that grow and shrink one after the other, only while they are seen."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._dot = metrics.px(3)
        self.setFixedSize(QSize(self._dot * (3 * DOTS), self._dot * 2))
        self._clock = QTimeLine(BREATH_MS, self)
        self._clock.setLoopCount(0)
        self._clock.setEasingCurve(self._clock.easingCurve().Type.Linear)
        self._clock.valueChanged.connect(self.update)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#0b5d62"))
        for place in range(DOTS):
            swing = math.sin(2 * math.pi * (self._clock.currentValue() - place / (2 * DOTS)))
            radius = self._dot * (0.62 + 0.25 * swing)
            painter.drawEllipse(QPointF(self._dot * (1.5 + 3 * place), self.height() / 2), radius, radius)
        painter.end()
