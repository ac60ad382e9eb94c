"""The one way to put text on a screen: as plain text, never larger than its place."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from kiosk.ui.theme import families

_BOUNDLESS = 100_000
LEAST = 0.6
"""A text that does not fit is drawn smaller, down to this, before its end is cut off."""
_STEP = 0.04
ELLIPSIS = "…"
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


class PlainLabel(QLabel):
    """Text as it is: no HTML, no mnemonics, for patients' texts are hostile.

    ``role`` names its look in the style sheet; ``lines`` is how many it may take up. A label that ``elides`` holds
    text of strangers, whose end may be cut off where even small letters do not fit.
    """

    def __init__(
        self,
        role: str,
        *,
        lines: int = 1,
        align: Qt.AlignmentFlag = LEFT,
        elides: bool = False,
        least: float = LEAST,
        text: str = "",
    ) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setAlignment(align)
        self.setWordWrap(lines > 1)
        self.elides = elides
        self._lines = lines
        self._least = least
        self.setText(text)

    def setText(self, text: str) -> None:
        self._families = families(text)
        self._heights: dict[int, int] = {}
        super().setText(text)

    def changeEvent(self, event: QEvent) -> None:
        self._heights = {}
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        width = metrics.horizontalAdvance(self.text()) + metrics.averageCharWidth()
        return QSize(width, self._line_height(metrics))

    def minimumSizeHint(self) -> QSize:
        line = QFontMetrics(self._font()).lineSpacing()
        return QSize(line, line)

    def hasHeightForWidth(self) -> bool:
        return self._lines > 1

    def heightForWidth(self, width: int) -> int:
        """Kept for each width: to lay a grid out, Qt asks thousands of times."""
        if width not in self._heights:
            metrics = QFontMetrics(self._font())
            wanted, line = self._bounds(metrics, self.text(), width).height(), self._line_height(metrics)
            self._heights[width] = min(max(wanted, line), line * self._lines)
        return self._heights[width]

    def fitted(self) -> tuple[QFont, str]:
        """The font and the text that are drawn."""
        font = self._font()
        nominal = QFontInfo(font).pixelSize()
        for step in range(round((1 - self._least) / _STEP) + 1):
            font.setPixelSize(max(1, round(nominal * (1 - step * _STEP))))
            if self._fits(QFontMetrics(font), self.text()):
                return font, self.text()
        return font, self._shortened(QFontMetrics(font))

    def paintEvent(self, _event: QPaintEvent) -> None:
        font, text = self.fitted()
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self._balanced(QFontMetrics(font), text), self._flags(), text)
        painter.end()

    def _balanced(self, metrics: QFontMetrics, text: str) -> QRect:
        """Where centred lines are about equally long: the narrowest place of the same height, found by halving."""
        place = self.contentsRect()
        if not self.wordWrap() or not self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            return place
        height = self._bounds(metrics, text, place.width()).height()
        narrow, wide = place.width() // 2, place.width()
        while wide - narrow > 2:
            middle = (narrow + wide) // 2
            bounds = self._bounds(metrics, text, middle)
            if bounds.height() <= height and bounds.width() <= middle:
                wide = middle
            else:
                narrow = middle
        return place.adjusted((place.width() - wide) // 2, 0, -((place.width() - wide) // 2), 0)

    def _line_height(self, metrics: QFontMetrics) -> int:
        """Of one line of this text: letters of two scripts are higher than those of either."""
        if len(self._families) == 1:
            return metrics.lineSpacing()
        flags = Qt.TextFlag.TextSingleLine.value | Qt.AlignmentFlag.AlignLeft.value
        bounds = metrics.boundingRect(QRect(0, 0, _BOUNDLESS, _BOUNDLESS), flags, self.text())
        return max(metrics.lineSpacing(), bounds.height())

    def _font(self) -> QFont:
        """What the style sheet says of size and weight, in the fonts of the text's own script."""
        self.ensurePolished()
        font = QFont(self.font())
        font.setFamilies(self._families)
        return font

    def _shortened(self, metrics: QFontMetrics) -> str:
        """The longest beginning of the text that fits, found by halving."""
        fits, too_long = 0, len(self.text())
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self._fits(metrics, self.text()[:middle].rstrip() + ELLIPSIS):
                fits = middle
            else:
                too_long = middle
        return self.text()[:fits].rstrip() + ELLIPSIS

    def _fits(self, metrics: QFontMetrics, text: str) -> bool:
        place = self.contentsRect()
        bounds = self._bounds(metrics, text, place.width())
        return bounds.width() <= place.width() and bounds.height() <= place.height()

    def _bounds(self, metrics: QFontMetrics, text: str, width: int) -> QRect:
        return metrics.boundingRect(QRect(0, 0, width, _BOUNDLESS), self._flags(), text)

    def _flags(self) -> int:
        wrap = Qt.TextFlag.TextWordWrap.value if self.wordWrap() else Qt.TextFlag.TextSingleLine.value
        return self.alignment().value | wrap
