"""The live picture, mirrored, with a frame to aim by."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QTransform
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ports import PreviewFrame
from kiosk.ui.icons import centred
from kiosk.ui.theme import Metrics, icon_path

GROUND = QColor("#12282b")
MUTED = QColor("#9fc2c0")


class CameraView(QWidget):
    """Fills its place with the newest frame. Without one it shows ``icon`` on a dark ground."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics
        self._frame: PreviewFrame | None = None
        self._icon = "camera"
        self._svg = QSvgRenderer(str(icon_path(self._icon)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(self._metrics.px(60), self._metrics.px(34))

    def show_frame(self, frame: PreviewFrame) -> None:
        """A frame whose bytes do not match its size is left out: Qt would read beyond them."""
        if len(frame.rgb) == frame.width * frame.height * 3 and frame.rgb:
            self._frame = frame
            self.update()

    def show_icon(self, name: str) -> None:
        """No picture: the camera starts or has failed."""
        if name != self._icon:
            self._icon = name
            self._svg.load(str(icon_path(name)))
        self.forget()

    def forget(self) -> None:
        self._frame = None
        self.update()

    @property
    def has_frame(self) -> bool:
        return self._frame is not None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush(self._frame) if self._frame else QBrush(GROUND))
        radius = self._metrics.px(3)
        painter.drawRoundedRect(self.rect(), radius, radius)
        if self._frame:
            self._draw_aim(painter)
        else:
            self._draw_icon(painter)
        painter.end()

    def _brush(self, frame: PreviewFrame) -> QBrush:
        """The frame as a mirror, large enough to cover the whole place."""
        image = QImage(frame.rgb, frame.width, frame.height, frame.width * 3, QImage.Format.Format_RGB888)
        scale = max(self.width() / frame.width, self.height() / frame.height)
        brush = QBrush(image)
        middle = QTransform.fromTranslate(self.width() / 2, self.height() / 2)
        brush.setTransform(middle.scale(-scale, scale).translate(-frame.width / 2, -frame.height / 2))
        return brush

    def _draw_aim(self, painter: QPainter) -> None:
        side = min(self.width(), self.height()) * 0.74
        place = QRectF(0, 0, side, side)
        place.moveCenter(QRectF(self.rect()).center())
        path = corners(place, side * 0.2, self._metrics.px(2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width_u in ((QColor(0, 0, 0, 110), 2.0), (QColor("#ffffff"), 1.2)):
            painter.setPen(
                QPen(colour, self._metrics.px(width_u), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, _ROUND)
            )
            painter.drawPath(path)

    def _draw_icon(self, painter: QPainter) -> None:
        side = min(self.width(), self.height()) * 0.4
        place = QRectF(0, 0, side, side)
        place.moveCenter(QRectF(self.rect()).center())
        picture = QImage(place.size().toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        picture.fill(Qt.GlobalColor.transparent)
        tint = QPainter(picture)
        self._svg.render(tint, centred(self._svg.defaultSize(), QRectF(picture.rect())))
        tint.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        tint.fillRect(picture.rect(), MUTED)
        tint.end()
        painter.drawImage(place.topLeft(), picture)


_ROUND = Qt.PenJoinStyle.RoundJoin


def corners(place: QRectF, arm: float, radius: float) -> QPainterPath:
    """Four rounded brackets at the corners of ``place``."""
    path = QPainterPath()
    for corner, along, down in (
        (place.topLeft(), 1, 1),
        (place.topRight(), -1, 1),
        (place.bottomRight(), -1, -1),
        (place.bottomLeft(), 1, -1),
    ):
        path.moveTo(corner + QPointF(0, down * arm))
        path.lineTo(corner + QPointF(0, down * radius))
        path.quadTo(corner, corner + QPointF(along * radius, 0))
        path.lineTo(corner + QPointF(along * arm, 0))
    return path
