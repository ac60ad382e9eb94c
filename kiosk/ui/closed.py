"""What a screen shows while the program cannot even start."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

RETRY_S = 10.0


class Closed(QWidget):
    """Shows what ``drawn`` gives, for ``retry_s``; then it closes itself, so that the start is tried again.

    Attributes:
        timed_out: it closed by itself, not by a person.
    """

    def __init__(self, retry_s: float) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.timed_out = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._shown: QWidget | None = None
        self._retry = QTimer(self, interval=round(retry_s * 1000), singleShot=True)
        self._retry.timeout.connect(self._try_again)
        self._retry.start()
        self.resize(1366, 768)

    def drawn(self, width: int, height: int) -> QWidget:
        """The sign for a window of this size in pixels, whose style sheet is set besides."""
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        if self._shown is not None:
            layout.removeWidget(self._shown)
            self._shown.deleteLater()
        self._shown = self.drawn(self.width(), self.height())
        layout.addWidget(self._shown)

    def _try_again(self) -> None:
        self.timed_out = True
        self.close()
