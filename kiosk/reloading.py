"""A new configuration is taken up between two patients: everything is opened again with it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.app import Station
from kiosk.configured import document_now
from kiosk.errors import KioskError
from kiosk.model import flow
from kiosk.ui.patient.journey import PatientJourney

LOOK_S = 20.0
"""How often the store is asked: a service day may have turned, too."""
CALM_S = 1.5
"""For how long nobody must have been at the kiosk."""
_log = structlog.get_logger()


class Reloading(QObject):
    """Calls ``reload`` once, as soon as the store has another configuration for now and nobody is in front.

    Lives on the GUI thread; the store is asked on ``store_worker``. ``look`` may be called on any thread.
    """

    _asked = Signal()
    _found = Signal(bool)

    def __init__(
        self,
        station: Station,
        journey: PatientJourney,
        store_worker: Executor,
        reload: Callable[[], None],
        *,
        look_s: float = LOOK_S,
        calm_s: float = CALM_S,
    ) -> None:
        super().__init__(journey)
        self._station, self._journey, self._worker, self._reload = station, journey, store_worker, reload
        self._differs = False
        self._calm = QTimer(self, interval=round(calm_s * 1000), singleShot=True)
        self._calm.timeout.connect(self._reload_if_idle)
        self._timer = QTimer(self, interval=round(look_s * 1000))
        self._timer.timeout.connect(self._ask)
        self._timer.start()
        self._asked.connect(self._ask, Qt.ConnectionType.QueuedConnection)
        self._found.connect(self._take, Qt.ConnectionType.QueuedConnection)
        journey.state_changed.connect(self._wait_for_calm)
        journey.language_changed.connect(self._wait_for_calm)

    def look(self) -> None:
        """A configuration has come."""
        self._asked.emit()

    def close(self) -> None:
        """Look no more; the store's worker may still be at it."""
        self._timer.stop()
        self._calm.stop()
        for signal in (self._asked, self._found):
            signal.disconnect()

    def _ask(self) -> None:
        if self._station.enrolment is not None and not self._differs:
            self._worker.submit(self._has_another).add_done_callback(self._tell)

    def _has_another(self) -> bool:
        """On the store's thread."""
        station = self._station
        assert station.enrolment is not None
        return document_now(station.store, station.enrolment, station.clock.now()) != station.document

    def _tell(self, done: "Future[bool]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        if isinstance(error, KioskError):
            _log.warning("configuration_unread", code=error.code)
        elif error is not None:
            _log.error("configuration_bug", exc_info=error)
        else:
            self._found.emit(done.result())

    def _take(self, differs: bool) -> None:
        self._differs = differs
        self._wait_for_calm()

    def _wait_for_calm(self, _news: object = None) -> None:
        if self._differs:
            self._calm.start()

    def _reload_if_idle(self) -> None:
        """A kiosk that is out of service serves nobody either; every other state belongs to somebody."""
        journey = self._journey
        speaks_to_nobody = journey.language == journey.languages[0]
        if speaks_to_nobody and (journey.state == flow.START or isinstance(journey.state, flow.OutOfService)):
            self._timer.stop()
            _log.info("configuration_reloaded")
            self._reload()
