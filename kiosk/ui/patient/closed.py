"""What the patient sees while the kiosk cannot even start: the same screen as when it fails later."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from kiosk.model import flow
from kiosk.ui.patient.out_of_service import OutOfServiceScreen
from kiosk.ui.theme import Metrics, style_sheet

RETRY_S = 10.0


class ClosedWindow(QWidget):
    """Out of service with ``code``, for ``retry_s``; then it closes itself, so that the start is tried again.

    Attributes:
        timed_out: it closed by itself, not by a person.
    """

    def __init__(self, code: str, language: str, *, retry_s: float = RETRY_S) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.timed_out = False
        self._state = flow.OutOfService(code)
        self._language = language
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._screen: OutOfServiceScreen | None = None
        self._retry = QTimer(self, interval=round(retry_s * 1000), singleShot=True)
        self._retry.timeout.connect(self._try_again)
        self._retry.start()
        self.resize(1366, 768)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = Metrics(self.width(), self.height())
        self.setStyleSheet(style_sheet(metrics))
        layout = self.layout()
        assert layout is not None
        if self._screen is not None:
            layout.removeWidget(self._screen)
            self._screen.deleteLater()
        self._screen = OutOfServiceScreen(metrics)
        layout.addWidget(self._screen)
        self._screen.show_state(self._state, self._language)

    def _try_again(self) -> None:
        self.timed_out = True
        self.close()
