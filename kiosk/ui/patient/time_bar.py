"""A thin line at the lower edge that grows shorter: when it is gone the start comes back; a touch fills it again."""

from PySide6.QtCore import QRectF, QTimeLine
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kiosk.ui.theme import Metrics

HEIGHT_U = 0.9
LOOK_MS = 200
SHOWN_FROM_S = 10.0
"""Only the last seconds are shown: a longer line would hurry people who read slowly."""
INK = QColor("#7fb3b0")


class TimeBar(QWidget):
    """Empty unless it is given time."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setFixedHeight(metrics.px(HEIGHT_U))
        self._seconds = 0.0
        self._clock = QTimeLine(1, self)
        self._clock.setUpdateInterval(LOOK_MS)
        self._clock.setEasingCurve(self._clock.easingCurve().Type.Linear)
        self._clock.valueChanged.connect(self.update)

    def give(self, seconds: float) -> None:
        """``seconds`` until the start comes back; 0 where the screen may stay."""
        self._seconds = seconds
        self._clock.stop()
        if seconds > 0:
            self._clock.setDuration(round(seconds * 1000))
            self._clock.start()
        self.update()

    @property
    def part_left(self) -> float:
        """How much of the line is there, 0 to 1."""
        left_s = self._seconds * (1 - self._clock.currentValue())
        return min(1.0, left_s / min(self._seconds, SHOWN_FROM_S)) if self._seconds else 0.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._seconds:
            return
        painter = QPainter(self)
        width = self.width() * self.part_left
        painter.fillRect(QRectF((self.width() - width) / 2, 0, width, self.height()), INK)
        painter.end()
