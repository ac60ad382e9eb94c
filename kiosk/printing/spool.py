"""The print spool: due slips go to the printer, what became of each is written down, and no token is ever undone."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from kiosk.errors import PrinterError, StoreError
from kiosk.model.events import Json
from kiosk.model.opd import ENGLISH, Facility
from kiosk.model.printer import Confirmation, Printed, process_id
from kiosk.model.slip import Slip, slip_of
from kiosk.model.token import SlipState
from kiosk.ports import NO_REMARKS, Clock, SlipJob, SlipPrinter, TokenStore
from kiosk.printing.attendance import PATIENT_GONE, PRESENCE, Attendance
from kiosk.printing.printer_watch import PRINTER_SLOW, PrinterWatch

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 4.0
"""Between attempts at a printer that took nothing; doubled each time."""
_EVER = datetime.min.replace(tzinfo=UTC)
_REMEMBERED = 64
"""Slips in doubt that the printer may still tell of."""

log = structlog.get_logger()


class Spool:
    """Prints what is due. Only one process and one thread may do so for a store; ``patient_left`` is for any thread.

    ``on_moved`` hears each change that was written down, with the error's code if there is one, on the spool's thread.
    ``second`` is the language that slips speak beside the patient's own, if any.
    """

    def __init__(
        self,
        store: TokenStore,
        printer: SlipPrinter,
        facility: Facility,
        clock: Clock,
        on_moved: Callable[[SlipJob, SlipState, str], None],
        presence: timedelta = PRESENCE,
        watch: PrinterWatch | None = None,
        second: str = ENGLISH,
    ) -> None:
        self._store = store
        self._printer = printer
        self._facility = facility
        self._second = second
        self._clock = clock
        self._on_moved = on_moved
        self._watch = watch or PrinterWatch(printer)
        self._attendance = Attendance(clock, presence)
        self._waiting: dict[str, SlipJob] = {}
        self._doubted: deque[SlipJob] = deque(maxlen=_REMEMBERED)
        self._cause = ""
        self._pause_s = 0.0
        self._next_attempt_s = clock.monotonic()

    def recover(self) -> int:
        """Settle the slips found on their way, since the program or the store failed: the printer is asked first.

        Those that it does not tell as printed are in doubt. What was queued so long ago that its patient has gone is
        given up: it waits for a scan or for the desk. To be called before the first ``print_due``, and after one that
        raised. Returns how many are in doubt.
        """
        interrupted = self._store.interrupted_slips()
        finished = self._printer.finished_ids() if interrupted else frozenset()
        for job in interrupted:
            if process_id(job.job_id) in finished:
                self._move(job, SlipState.PRINTED, remarks=_sure(Confirmation.PRINTED))
            else:
                self._move(job, SlipState.IN_DOUBT, "INTERRUPTED")
        self._wanted()
        return sum(process_id(job.job_id) not in finished for job in interrupted)

    def print_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Print the slips whose patients are still here, until ``stopping`` says so. Returns how many came out.

        Raises:
            StoreError: nothing is lost; see ``recover``.
        """
        due = self._wanted()
        self._waiting = {job.job_id: job for job in due}
        return sum(self._print(job) for job in due if not stopping() and self._may_begin(job))

    def next_attempt_s(self) -> float | None:
        """How long to leave the printer alone; None while no slip waits."""
        return max(0.0, self._next_attempt_s - self._clock.monotonic()) if self._waiting else None

    def patient_left(self, token_id: str) -> None:
        """Nobody stands at the kiosk for this token's slip any more: what still waits is not printed unattended."""
        self._attendance.leave(token_id)

    def give_up_waiting(self) -> int:
        """The program ends, and nobody prints what ``print_due`` has left: it has failed, for what held it up.

        Returns how many.
        """
        waiting = list(self._waiting.values())
        for job in waiting:
            self._move(job, SlipState.FAILED, self._cause or PATIENT_GONE)
        return len(waiting)

    def look(self) -> None:
        """Ask the printer how it is; ``on_status`` of the watch hears it. Raises StoreError.

        It may also tell only now that a slip in doubt is out.
        """
        self._watch.look()
        finished = self._printer.finished_ids() if self._doubted else frozenset()
        for job in [each for each in self._doubted if process_id(each.job_id) in finished]:
            if self._is_still_in_doubt(job):
                self._move(job, SlipState.PRINTED, remarks=_sure(Confirmation.PRINTED))
            self._doubted.remove(job)

    def _is_still_in_doubt(self, job: SlipJob) -> bool:
        """Nobody has dealt with it, and no copy was wished for."""
        token = self._store.token(job.token_id)
        return token is not None and token.slip is SlipState.IN_DOUBT and token.copies == job.copy

    def _may_begin(self, job: SlipJob) -> bool:
        """Those before it may have taken long: its patient may be gone by now."""
        return self.next_attempt_s() == 0.0 and self._attendance.is_present(job)

    def _wanted(self) -> list[SlipJob]:
        """The queued slips whose patients are here; those of all others are given up."""
        queued = self._attendance.look(lambda: self._store.due_slips(_EVER))
        wanted = [job for job in queued if self._attendance.is_present(job)]
        for job in queued:
            if job not in wanted:
                self._move(job, SlipState.FAILED, self._cause or PATIENT_GONE)
        return wanted

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
        self._note_success(job, printed)
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

    def _slip(self, job: SlipJob) -> Slip | None:
        token = self._store.token(job.token_id)
        if token is None:
            return None
        patient = self._store.patient_of(job.token_id)
        return slip_of(token, patient, self._facility, job.language, job.people_ahead, job.copy, self._second)

    def _note_success(self, job: SlipJob, printed: Printed) -> None:
        self._pause_s, self._cause = 0.0, ""
        self._move(job, SlipState.PRINTED, remarks=_sure(printed.confirmation))
        self._watch.printed(printed)
        log.info("slip_printed", job_id=job.job_id, copy=job.copy, confirmation=str(printed.confirmation))

    def _note_failure(self, job: SlipJob, error: PrinterError) -> None:
        """In doubt where bytes had left; else it waits for the next attempt as long as the patient does.

        One that is too long for a slow line will never be shorter: nobody waits behind it.
        """
        self._cause = error.code
        self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s or FIRST_PAUSE_S)
        self._next_attempt_s = self._clock.monotonic() + self._pause_s
        log.warning("slip_not_printed", job_id=job.job_id, code=error.code, sent=error.sent)
        if error.sent:
            self._move(job, SlipState.IN_DOUBT, error.code)
        elif error.code != PRINTER_SLOW and self._attendance.is_present(job):
            self._move(job, SlipState.QUEUED, error.code)
        else:
            self._move(job, SlipState.FAILED, error.code)
        self._watch.failed(error)

    def _move(self, job: SlipJob, state: SlipState, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS) -> None:
        """Write the new state down, then tell it. Only a queued job is still waited for."""
        self._waiting.pop(job.job_id, None)
        self._store.slip_moved(job.job_id, state, self._clock.now(), cause, remarks)
        if state is SlipState.QUEUED:
            self._waiting[job.job_id] = job
        if state is SlipState.IN_DOUBT:
            self._doubted.append(job)
        self._on_moved(job, state, cause)


def _sure(confirmation: Confirmation) -> dict[str, Json]:
    """How sure a slip is, as its event says it."""
    return {"confirmation": confirmation.value}
