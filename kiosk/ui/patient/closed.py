"""What the patient sees while the kiosk cannot even start: the same screen as when it fails later."""

from PySide6.QtWidgets import QWidget

from kiosk.model import flow
from kiosk.ui.closed import RETRY_S, Closed
from kiosk.ui.patient.out_of_service import OutOfServiceScreen
from kiosk.ui.theme import Metrics, style_sheet


class ClosedWindow(Closed):
    """Out of service with ``code``."""

    def __init__(self, code: str, language: str, *, retry_s: float = RETRY_S) -> None:
        super().__init__(retry_s)
        self._state = flow.OutOfService(code)
        self._language = language

    def drawn(self, width: int, height: int) -> QWidget:
        metrics = Metrics(width, height)
        self.setStyleSheet(style_sheet(metrics))
        screen = OutOfServiceScreen(metrics)
        screen.show_state(self._state, self._language)
        return screen
