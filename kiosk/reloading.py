"""A new configuration is taken up between two patients: everything is opened again with it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.app import Station
from kiosk.background import Background
from kiosk.configured import document_now
from kiosk.errors import KioskError
from kiosk.model import flow
from kiosk.ui.patient.journey import PatientJourney

LOOK_S = 20.0
"""How often the store is asked: a service day may have turned, too."""
CALM_S = 1.5
"""For how long nobody must have been at the kiosk."""
END_LOOK_MS = 20
"""How often the threads that were asked to end are looked at."""
_log = structlog.get_logger()


class Reloading(QObject):
    """Calls ``reload`` once, as soon as the store has another configuration for now and nobody is in front.

    ``background`` has ended by then, and nobody has waited for it: the screens stay alive. Who steps up meanwhile is
    served like anybody else, and slips are printed again as soon as the background has ended and begun anew.

    Lives on the GUI thread; the store is asked on ``store_worker``. ``look`` may be called on any thread.
    """

    _asked = Signal()
    _found = Signal(bool)

    def __init__(
        self,
        station: Station,
        journey: PatientJourney,
        store_worker: Executor,
        background: Background,
        reload: Callable[[], None],
        *,
        look_s: float = LOOK_S,
        calm_s: float = CALM_S,
    ) -> None:
        super().__init__(journey)
        self._station, self._journey, self._worker = station, journey, store_worker
        self._background, self._reload = background, reload
        self._differs = False
        self._calm = QTimer(self, interval=round(calm_s * 1000), singleShot=True)
        self._calm.timeout.connect(self._end_if_idle)
        self._ending = QTimer(self, interval=END_LOOK_MS)
        self._ending.timeout.connect(self._look_whether_ended)
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
        self._stop_timers()
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

    def _end_if_idle(self) -> None:
        if self._is_idle():
            self._background.ask_to_stop()
            self._ending.start()

    def _look_whether_ended(self) -> None:
        has_ended = not self._background.is_alive()
        if self._is_idle() and (has_ended or self._background.is_late()):
            self._stop_timers()
            _log.info("configuration_reloaded", has_ended=has_ended)
            self._reload()
        elif has_ended:
            self._ending.stop()
            self._background.begin_again()

    def _is_idle(self) -> bool:
        """A kiosk that is out of service serves nobody either; every other state belongs to somebody."""
        journey = self._journey
        speaks_to_nobody = journey.language == journey.languages[0]
        return speaks_to_nobody and (journey.state == flow.START or isinstance(journey.state, flow.OutOfService))

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._calm, self._ending):
            timer.stop()
