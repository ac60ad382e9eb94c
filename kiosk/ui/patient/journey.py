"""One patient after the other through the screens: inputs in, states out, the store's work done elsewhere meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future

import structlog
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk.checkin import Registration
from kiosk.errors import StoreError
from kiosk.model import flow
from kiosk.model.opd import Facility
from kiosk.model.printer import PrinterStatus
from kiosk.model.token import SlipState
from kiosk.ui.patient.errands import BUG, answer, log_bug
from kiosk.ui.patient.reports import ScannerReports
from kiosk.ui.patient.taken import TakenCodes

RETRY_S = 5.0
"""How often a store that failed is tried again."""

log = structlog.get_logger()


class PatientJourney(QObject):
    """Runs ``model.flow``: holds its state, its timer, the language, and the faults that keep the kiosk shut.

    Lives on the GUI thread. ``store_worker`` is the one thread that uses the store; whoever made it ends it, after
    ``close``. ``probe`` runs there after a fault and raises StoreError while the store is still unusable.

    Signals:
        state_changed: a flow.State to draw.
        language_changed: a language code.
        facility_changed: the hospital, when something is open or closed that was not before.
        patient_left: the id of a token whose holder is not before the screen any more.
        time_given: seconds until the start comes back without a touch; 0 where the screen may stay.
    """

    state_changed = Signal(object)
    language_changed = Signal(str)
    facility_changed = Signal(object)
    patient_left = Signal(str)
    time_given = Signal(float)
    _arrived = Signal(object)
    _answered = Signal(int, object)
    _probed = Signal(str)
    _facility_told = Signal(object)
    _fault_told = Signal(str, str)
    _printer_told = Signal(str)

    def __init__(
        self,
        registration: Registration,
        store_worker: Executor,
        probe: Callable[[], object],
        *,
        languages: Sequence[str] = ("hi", "en"),
        delays: flow.Delays | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """``languages`` are those to choose from, the one of the start first."""
        super().__init__()
        self.languages = tuple(languages)
        self.language = self.languages[0]
        self.state: flow.State = flow.START
        self.facility = registration.facility
        self._registration = registration
        self._store_worker = store_worker
        self._probe = probe
        self._delays = delays or flow.Delays()
        self._serial = 0
        self._early_slips: dict[str, flow.SlipMoved] = {}
        self._printer = ""
        self._faults: dict[str, str] = {}
        self._taken = TakenCodes()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._time_out)
        self._retry = QTimer(self, interval=round(retry_s * 1000), singleShot=True)
        self._retry.timeout.connect(self._probe_store)
        self._connect_threads()

    # --- inputs ------------------------------------------------------------------------------------------------------

    def feed(self, event: flow.Input) -> None:
        """One input on the GUI thread."""
        before = self.state
        step = flow.step(before, event)
        self.state = step.state
        if step.state == flow.START and before != flow.START:
            self._forget(before)
        if step.command is not None:
            self._run(step.command)
        if flow.renews_time(before, step.state) or isinstance(event, flow.Touch) or isinstance(before, flow.Scanning):
            self._restart_timer()
        if type(step.state) is not type(before):
            log.info("screen", state=type(step.state).__name__)
        if step.state != before:
            self.state_changed.emit(step.state)
        if isinstance(before, flow.Issued) and not isinstance(step.state, flow.Issued):
            self.patient_left.emit(before.token.token_id)
        self._refuse_start()

    def _refuse_start(self) -> None:
        """Nobody begins what cannot be finished, or finishes without a slip, unawares."""
        if self.state == flow.START and self._faults:
            self.feed(flow.ServiceLost(self._newest_fault()))
        elif self.state == flow.START and self._printer:
            self.feed(flow.PrinterLost(self._printer))

    def listen(self, reports: ScannerReports) -> None:
        """Take codes from the scanner."""
        reports.code_read.connect(self._scan)
        reports.two_codes_seen.connect(self._scan_two)
        reports.code_spoiled.connect(lambda reason: self.feed(flow.CodeSpoiled(reason)))

    def on_slip_moved(self, token_id: str, slip: SlipState, cause: str = "") -> None:
        """What became of a token's slip; safe on any thread."""
        self._arrived.emit(flow.SlipMoved(token_id, slip, cause))

    def on_printer(self, status: PrinterStatus) -> None:
        """How the printer is; safe on any thread."""
        self._printer_told.emit("" if status.ready else status.problems[0])

    def choose_language(self, language: str) -> None:
        """Speak ``language`` until the start comes back."""
        self._speak(language)
        self._restart_timer()

    def lose_service(self, source: str, code: str) -> None:
        """Somebody (``source``) found the kiosk unfit to issue; safe on any thread."""
        self._fault_told.emit(source, code)

    def restore_service(self, source: str) -> None:
        """``source`` found that its fault is over; safe on any thread."""
        self._fault_told.emit(source, "")

    def close(self) -> None:
        """Take no more inputs; the store's worker may still be finishing."""
        self._timer.stop()
        self._retry.stop()
        told = (self._facility_told, self._fault_told, self._printer_told)
        for signal in (self._arrived, self._answered, self._probed, *told):
            signal.disconnect()

    # --- language and time -------------------------------------------------------------------------------------------

    def _forget(self, before: flow.State) -> None:
        """Back at the start: nobody's answer is awaited, nobody's choice of language holds."""
        self._serial += 1
        self._early_slips.clear()
        if not isinstance(before, flow.Beginning):
            self._speak(self.languages[0])

    def _speak(self, language: str) -> None:
        if language != self.language and language in self.languages:
            self.language = language
            self.language_changed.emit(language)

    def _restart_timer(self) -> None:
        seconds = flow.timeout_s(self.state, self._delays)
        if seconds is None and isinstance(self.state, flow.Beginning) and self.language != self.languages[0]:
            seconds = self._delays.choosing_s
        if seconds is None:
            self._timer.stop()
        else:
            self._timer.start(round(seconds * 1000))
        self.time_given.emit(seconds or 0.0)

    def _time_out(self) -> None:
        if flow.timeout_s(self.state, self._delays) is None:
            self._speak(self.languages[0])
        else:
            self.feed(flow.TimedOut())

    # --- scanner -----------------------------------------------------------------------------------------------------

    def _scan(self, untrusted_text: str) -> None:
        """A code in view comes again and again; once it has brought a patient in, it must leave first."""
        clock = self._registration.clock
        if self._taken.still_there(untrusted_text, clock.monotonic()):
            return
        before = self.state
        today = self._registration.facility.local(clock.now()).date()
        self.feed(flow.CodeScanned(untrusted_text, today))
        if isinstance(self.state, flow.Choosing) and self.state is not before:
            self._taken.take(untrusted_text, clock.monotonic())

    def _scan_two(self) -> None:
        self._taken.stay(self._registration.clock.monotonic())
        self.feed(flow.CodesScanned())

    # --- commands ----------------------------------------------------------------------------------------------------

    def _connect_threads(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._arrived.connect(self._take_slip, queued)
        self._answered.connect(self._take_answer, queued)
        self._probed.connect(self._take_probe, queued)
        self._facility_told.connect(self._take_facility, queued)
        self._fault_told.connect(self._take_fault, queued)
        self._printer_told.connect(self._take_printer, queued)

    def _run(self, command: flow.Command) -> None:
        self._serial += 1
        self._early_slips.clear()
        serial = self._serial
        if isinstance(command, flow.FindHeld):
            self._ask_facility()
        future = self._store_worker.submit(answer, self._registration, command, self.language)
        future.add_done_callback(lambda done: None if done.cancelled() else self._answered.emit(serial, done.result()))

    def _take_answer(self, serial: int, event: flow.Input) -> None:
        if serial != self._serial:
            log.info("late_answer_dropped", answer=type(event).__name__)
            if isinstance(event, flow.CheckedIn):
                self.patient_left.emit(event.token.token_id)
            return
        match event:
            case flow.ServiceLost(code):
                self._note_store_fault(code)
            case flow.Refused():
                self._ask_facility()
                self.feed(event)
            case flow.CheckedIn():
                self._take_token(event)
            case _:
                self.feed(event)

    def _take_token(self, event: flow.CheckedIn) -> None:
        """The printer may have been faster; and whom the answer finds on the way to the desk takes no slip here."""
        token_id = event.token.token_id
        early = self._early_slips.get(token_id)
        self.feed(event)
        if early is not None:
            self.feed(early)
        if not isinstance(self.state, flow.Issued):
            self.patient_left.emit(token_id)

    def _ask_facility(self) -> None:
        """What is open now, before anybody chooses. Where the store fails, the answer to the command says so."""
        self._store_worker.submit(self._registration.facility_now).add_done_callback(self._tell_facility)

    def _tell_facility(self, done: "Future[Facility]") -> None:
        """On the store's thread."""
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._facility_told.emit(done.result())
        elif not isinstance(error, StoreError):
            log_bug(error)

    def _take_facility(self, facility: Facility) -> None:
        if facility != self.facility:
            self.facility = facility
            self.facility_changed.emit(facility)

    def _take_slip(self, event: flow.SlipMoved) -> None:
        """The printer may be faster than the store's answer: its word is kept until the token is known."""
        if isinstance(self.state, flow.Issuing | flow.Arriving):
            self._early_slips[event.token_id] = event
        self.feed(event)

    def _take_printer(self, code: str) -> None:
        self._printer = code
        self.feed(flow.PrinterLost(code) if code else flow.PrinterBack())

    # --- faults ------------------------------------------------------------------------------------------------------

    def _note_store_fault(self, code: str) -> None:
        self._faults["store"] = code
        self._retry.start()
        if isinstance(self.state, flow.Issuing | flow.Arriving):
            # Who waits for a token is sent on at once; the next start says that the kiosk is out of service.
            self.feed(flow.SentToDesk(code))
        else:
            self.feed(flow.ServiceLost(code))

    def _probe_store(self) -> None:
        self._store_worker.submit(self._probe).add_done_callback(self._tell_probe)

    def _tell_probe(self, done: "Future[object]") -> None:
        """On the store's thread: an empty code says that the store works again."""
        if done.cancelled():
            return
        error = done.exception()
        if error is not None and not isinstance(error, StoreError):
            log_bug(error)
        code = error.code if isinstance(error, StoreError) else BUG if error else ""
        self._probed.emit(code)

    def _take_probe(self, code: str) -> None:
        if code:
            self._retry.start()
        self._take_fault("store", code)

    def _take_fault(self, source: str, code: str) -> None:
        self._faults.pop(source, None)
        if code:
            self._faults[source] = code
        lost = bool(self._faults)
        self.feed(flow.ServiceLost(self._newest_fault()) if lost else flow.ServiceRestored())

    def _newest_fault(self) -> str:
        return list(self._faults.values())[-1]
