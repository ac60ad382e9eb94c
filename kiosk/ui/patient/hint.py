"""A moving picture that needs no words: a hand holds a card up to the camera, or to the scanner."""

import math

from PySide6.QtCore import QRectF, QSize, Qt, QTimeLine
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.icons import centred
from kiosk.ui.patient.camera_view import corners
from kiosk.ui.theme import Metrics, icon_path

ROUND_S = 3.2
RESTS, LEAVES = 0.55, 0.72
"""At which parts of a round the hand starts to go down, and comes up again with the next thing."""
HELD = ("hand-card", "hand-phone", "hand-paper")
"""What can be held up, one after the other."""
FRAME_MS = 40
FOUND = QColor("#1e7b4a")


class HoldHint(QWidget):
    """Runs only while it is seen."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        self._pictures: dict[tuple[str, int, int], QImage] = {}
        self._clock = QTimeLine(round(ROUND_S * 1000), self)
        self._clock.setUpdateInterval(FRAME_MS)
        self._clock.setLoopCount(0)
        self._clock.setEasingCurve(self._clock.easingCurve().Type.Linear)
        self._clock.valueChanged.connect(self._move)
        self._reader = "webcam"
        self._round = 0
        self._last = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(self._metrics.px(50), self._metrics.px(30))

    def show_reader(self, name: str) -> None:
        """The picture of what the card is held up to."""
        self._reader = name
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _move(self, value: float) -> None:
        """The next thing is taken up where the hand is lowest."""
        self._round += self._last < LEAVES <= value
        self._last = value
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Camera above, the card coming up from below; while it rests a green frame says that this is right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.height()
        lift = raised(self._clock.currentValue())
        camera = self._at(QRectF(0, 0, self.width(), height * 0.24))
        painter.drawImage(camera.topLeft(), self._picture(self._reader, camera.size().toSize()))
        side = height * 0.72
        hand = QRectF((self.width() - side) / 2, height * (0.31 + 0.72 * (1 - lift)), side, side)
        picture = self._picture(HELD[self._round % len(HELD)], QSize(round(side), round(side)))
        painter.drawImage(hand.topLeft(), picture)
        if lift == 1.0:
            self._draw_found(painter, hand)
        painter.end()

    def _draw_found(self, painter: QPainter, hand: QRectF) -> None:
        shown = hand.adjusted(0, 0, 0, -hand.height() * 0.2)
        gap = self._metrics.px(0.8)
        painter.setPen(QPen(FOUND, self._metrics.px(0.9), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(corners(shown.adjusted(-gap, -gap, gap, gap), self._metrics.px(4), self._metrics.px(1.5)))

    @staticmethod
    def _at(place: QRectF) -> QRectF:
        return centred(QSize(120, 84), place)

    def _picture(self, name: str, size: QSize) -> QImage:
        """Drawn once for each size: SVG at 25 frames a second is much for a small PC."""
        key = (name, size.width(), size.height())
        if key not in self._pictures:
            image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            svg = QSvgRenderer(str(icon_path(name)))
            svg.render(painter, centred(svg.defaultSize(), QRectF(image.rect())))
            painter.end()
            self._pictures[key] = image
        return self._pictures[key]


def raised(time: float) -> float:
    """How far up the hand is (0 to 1) at ``time`` (0 to 1) of a round: at rest, down, up with the next."""
    if time < RESTS:
        return 1.0
    if time < LEAVES:
        return (1 + math.cos(math.pi * (time - RESTS) / (LEAVES - RESTS))) / 2
    return (1 - math.cos(math.pi * (time - LEAVES) / (1 - LEAVES))) / 2
