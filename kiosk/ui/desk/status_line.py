"""The line below the desk's pages: what works, in words that stay calm."""

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QFrame

from kiosk.ui.arrange import ACROSS, icon, line_up
from kiosk.ui.desk.health import HealthLine
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

HEIGHT_U = 6.3
CLOCK_MS = 10_000


class StatusLine(QFrame):
    """Facility, how the desk is, and the time."""

    def __init__(self, metrics: Metrics, session: DeskSession) -> None:
        super().__init__()
        self.setProperty("role", "status-line")
        self.setFixedHeight(metrics.px(HEIGHT_U))
        self._session = session
        self._facility = PlainLabel("status", elides=True)
        self._time = PlainLabel("status")
        self.health = HealthLine(metrics, session)
        clock = icon(metrics, "clock", 2.8, "status")
        layout = line_up(metrics, ACROSS, (self._facility, 1), self.health, clock, self._time, gap_u=1.2)
        layout.setContentsMargins(metrics.px(1), 0, metrics.px(1), 0)
        self.setLayout(layout)
        self._tick = QTimer(self, interval=CLOCK_MS)
        self._tick.timeout.connect(self.redraw)
        self._tick.start()

    def redraw(self) -> None:
        self.health.redraw()
        session = self._session
        local = session.facility.local(session.clock.now())
        self._facility.setText(session.facility.name(session.language))
        self._time.setText(f"{local:%d-%m-%Y  %H:%M}")
