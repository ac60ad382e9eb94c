"""Pictures: patients who do not read go by these."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from kiosk.ui.theme import icon_path


def centred(inner: QSize, outer: QRectF) -> QRectF:
    """The largest rectangle of ``inner``'s shape in the middle of ``outer``."""
    scale = min(outer.width() / max(1, inner.width()), outer.height() / max(1, inner.height()))
    place = QRectF(0, 0, inner.width() * scale, inner.height() * scale)
    place.moveCenter(outer.center())
    return place


class Icon(QWidget):
    """One SVG, as large as its place allows. ``tinted`` ones take the colour that the style sheet gives them."""

    def __init__(self, name: str = "", *, size: QSize, role: str = "", tinted: bool = True) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(size)
        self._tinted = tinted
        self.shown = ""
        self._svg = QSvgRenderer()
        self._drawn: QImage | None = None
        self.show_icon(name)

    def show_icon(self, name: str) -> None:
        """``name`` is a file of resources/icons without its ending; empty shows nothing."""
        if name == self.shown:
            return
        self.shown = name
        self._drawn = None
        if name:
            self._svg.load(str(icon_path(name)))
        self.update()

    def redraw(self) -> None:
        """The colour may have changed."""
        self._drawn = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.shown:
            return
        if self._drawn is None or self._drawn.size() != self.size():
            self._drawn = self._draw()
        painter = QPainter(self)
        painter.drawImage(0, 0, self._drawn)
        painter.end()

    def _draw(self) -> QImage:
        image = QImage(self.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self._svg.render(painter, centred(self._svg.defaultSize(), QRectF(image.rect())))
        if self._tinted:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
            painter.fillRect(image.rect(), self.palette().color(self.foregroundRole()))
        painter.end()
        return image
