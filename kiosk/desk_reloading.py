"""A new configuration is taken up at a desk between two touches: everything is opened again with it."""

from collections.abc import Callable
from concurrent.futures import Executor

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.app import Station
from kiosk.background import Background
from kiosk.configured import document_now
from kiosk.ui.desk.errands import Errands, log_bug
from kiosk.ui.desk.session import DeskSession

LOOK_S = 20.0
"""How often the store is asked: a service day may have turned, too."""
CALM_S = 8.0
"""For how long nobody must have touched the desk."""
END_LOOK_MS = 20
_log = structlog.get_logger()


class DeskReloading(QObject):
    """Calls ``reload`` once, as soon as the store has another configuration for now and nobody touches the desk.

    ``background`` is asked to end first, and nobody waits for it: the screens stay alive. ``look`` may be called on any
    thread, the rest belongs to the GUI's.
    """

    _asked = Signal()

    def __init__(
        self,
        station: Station,
        session: DeskSession,
        looks: Executor,
        background: Background,
        reload: Callable[[], None],
        *,
        calm_s: float = CALM_S,
    ) -> None:
        super().__init__(session)
        self._station, self._session, self._background, self._reload = station, session, background, reload
        self._calm_s, self._differs = calm_s, False
        self._errands = Errands(looks, self)
        self._look = QTimer(self, interval=round(LOOK_S * 1000))
        self._look.timeout.connect(self._ask)
        self._look.start()
        self._calm = QTimer(self, interval=500)
        self._calm.timeout.connect(self._end_if_calm)
        self._ending = QTimer(self, interval=END_LOOK_MS)
        self._ending.timeout.connect(self._look_whether_ended)
        self._asked.connect(self._ask, Qt.ConnectionType.QueuedConnection)

    def look(self) -> None:
        """A configuration has come."""
        self._asked.emit()

    def close(self) -> None:
        for timer in (self._look, self._calm, self._ending):
            timer.stop()
        self._errands.close()
        self._asked.disconnect()

    def _ask(self) -> None:
        if self._station.enrolment is not None and not self._differs:
            self._errands.send(self._has_another, self._take, log_bug)

    def _has_another(self) -> bool:
        """On the reading thread."""
        station = self._station
        assert station.enrolment is not None
        return document_now(station.store, station.enrolment, station.clock.now()) != station.document

    def _take(self, differs: bool) -> None:
        self._differs = differs
        if differs:
            self._calm.start()

    def _end_if_calm(self) -> None:
        if self._session.calm_s >= self._calm_s:
            self._calm.stop()
            self._background.ask_to_stop()
            self._ending.start()

    def _look_whether_ended(self) -> None:
        has_ended = not self._background.is_alive()
        if has_ended or self._background.is_late():
            self._ending.stop()
            _log.info("configuration_reloaded", has_ended=has_ended)
            self._reload()
