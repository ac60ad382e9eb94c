"""The print spool: due slips go to the printer, what became of each is written down, and no token is ever undone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from kiosk.errors import PrinterError, StoreError
from kiosk.model.opd import Facility
from kiosk.model.slip import Slip, slip_of
from kiosk.model.token import SlipState
from kiosk.ports import Clock, SlipJob, SlipPrinter, TokenStore

PRESENCE = timedelta(seconds=60)
"""How long a patient is taken to stand before the kiosk. A slip older than this is not printed unattended."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 4.0
"""Between attempts at a printer that took nothing; doubled each time."""

_EVER = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class Spool:
    """Prints what is due. Only one process and one thread may do so for a store.

    ``on_moved`` hears each change that was written down, with the error's code if there is one, on the spool's thread.
    """

    def __init__(
        self,
        store: TokenStore,
        printer: SlipPrinter,
        facility: Facility,
        clock: Clock,
        on_moved: Callable[[SlipJob, SlipState, str], None],
        presence: timedelta = PRESENCE,
    ) -> None:
        self._store = store
        self._printer = printer
        self._facility = facility
        self._clock = clock
        self._on_moved = on_moved
        self._presence = presence
        self._waiting: dict[str, SlipJob] = {}
        self._cause = ""
        self._pause_s = 0.0
        self._next_attempt_s = clock.monotonic()

    def recover(self) -> int:
        """Slips found on their way, since the program or the store failed, are in doubt now. Returns how many.

        What was queued so long ago that its patient has gone is given up: it waits for a scan or for the desk.
        To be called before the first ``print_due``, and after one that raised.
        """
        for job in self._store.due_slips(_EVER):
            if not self._is_present(job):
                self._move(job, SlipState.FAILED, "PATIENT_GONE")
        return self._store.doubt_interrupted_slips(self._clock.now())

    def print_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Print the slips whose patients are still here, until ``stopping`` says so. Returns how many came out.

        Raises:
            StoreError: nothing is lost; see ``recover``.
        """
        due = self._store.due_slips(self._clock.now() - self._presence)
        self._give_up({job.job_id for job in due})
        self._waiting = {job.job_id: job for job in due}
        return sum(self._print(job) for job in due if not stopping() and self.next_attempt_s() == 0.0)

    def next_attempt_s(self) -> float | None:
        """How long to leave the printer alone; None while no slip waits."""
        return max(0.0, self._next_attempt_s - self._clock.monotonic()) if self._waiting else None

    def _give_up(self, due: set[str]) -> None:
        """What waited in the last round and is due no more is too old now, or a newer copy has replaced it."""
        for job in [job for job_id, job in self._waiting.items() if job_id not in due]:
            if not self._is_present(job):
                self._move(job, SlipState.FAILED, self._cause or "PATIENT_GONE")

    def _print(self, job: SlipJob) -> bool:
        slip = self._slip(job)
        if slip is None:
            self._move(job, SlipState.FAILED, "TOKEN_UNKNOWN")
            return False
        if not self._taken(job):
            return False
        try:
            printed = self._printer.print_slip(slip, job.job_id)
        except PrinterError as error:
            self._note_failure(job, error)
            return False
        except Exception:  # a bug of ours: it goes on its way once the slip is known to be in doubt
            self._move(job, SlipState.IN_DOUBT, "PROGRAM_FAULT")
            raise
        self._pause_s, self._cause = 0.0, ""
        self._move(job, SlipState.PRINTED)
        log.info("slip_printed", job_id=job.job_id, copy=job.copy, confirmation=str(printed.confirmation))
        return True

    def _taken(self, job: SlipJob) -> bool:
        """Whether the job is ours to send; a reprint may have replaced it a moment ago."""
        try:
            self._move(job, SlipState.SENDING)
        except StoreError as error:
            if error.code != "SLIP_JOB_TAKEN":
                raise
            return False
        return True

    def _is_present(self, job: SlipJob) -> bool:
        return self._clock.now() - job.queued_at <= self._presence

    def _slip(self, job: SlipJob) -> Slip | None:
        token = self._store.token(job.token_id)
        if token is None:
            return None
        patient = self._store.patient_of(job.token_id)
        return slip_of(token, patient, self._facility, job.language, job.people_ahead, job.copy)

    def _note_failure(self, job: SlipJob, error: PrinterError) -> None:
        """In doubt where bytes had left; else it waits for the next attempt as long as the patient does."""
        self._cause = error.code
        self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s or FIRST_PAUSE_S)
        self._next_attempt_s = self._clock.monotonic() + self._pause_s
        log.warning("slip_not_printed", job_id=job.job_id, code=error.code, sent=error.sent)
        if error.sent:
            self._move(job, SlipState.IN_DOUBT, error.code)
        elif self._is_present(job):
            self._move(job, SlipState.QUEUED, error.code)
        else:
            self._move(job, SlipState.FAILED, error.code)

    def _move(self, job: SlipJob, state: SlipState, cause: str = "") -> None:
        """Write the new state down, then tell it. Only a queued job is still waited for."""
        self._waiting.pop(job.job_id, None)
        self._store.slip_moved(job.job_id, state, self._clock.now(), cause)
        if state is SlipState.QUEUED:
            self._waiting[job.job_id] = job
        self._on_moved(job, state, cause)
