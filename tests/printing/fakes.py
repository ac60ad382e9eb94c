"""A clock that is moved by hand, a store of slip jobs in memory and a printer that does as it is told."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from kiosk.errors import PrinterError, StoreError
from kiosk.model.events import Json
from kiosk.model.patient import Patient
from kiosk.model.printer import Confirmation, Printed, PrinterStatus
from kiosk.model.slip import Slip
from kiosk.model.token import SlipState, Token
from kiosk.ports import NO_REMARKS, SlipJob
from tests.printing.slips import ASHA, AT, token_of


class HandClock:
    """``passed_s`` counts seconds; the time of day is ``wrong_s`` ahead of them."""

    def __init__(self) -> None:
        self.passed_s = self.wrong_s = 0.0

    def now(self) -> datetime:
        return AT + timedelta(seconds=self.passed_s + self.wrong_s)

    def monotonic(self) -> float:
        return 1000.0 + self.passed_s


class JobStore:
    """The part of a TokenStore that a spool uses. Each error in ``fails`` is raised once."""

    def __init__(self, clock: HandClock) -> None:
        self.jobs: dict[str, SlipJob] = {}
        self.causes: dict[str, str] = {}
        self.remarks: dict[str, dict[str, Json]] = {}
        self.fails: list[StoreError] = []
        self._clock = clock

    def queue(self, job_id: str, copy: int = 0) -> SlipJob:
        job = SlipJob(job_id, f"token-{job_id}", copy, "hi", 4, self._clock.now(), SlipState.QUEUED)
        self.jobs[job_id] = job
        return job

    def states(self) -> dict[str, SlipState]:
        return {job_id: job.state for job_id, job in self.jobs.items()}

    def token(self, token_id: str) -> Token | None:
        self._check()
        jobs = [job for job in self.jobs.values() if job.token_id == token_id]
        if token_id == "token-unknown":
            return None
        return replace(token_of(token_id=token_id), slip=jobs[-1].state, copies=jobs[-1].copy)

    def patient_of(self, token_id: str) -> Patient | None:
        return ASHA

    def due_slips(self, queued_since: datetime) -> list[SlipJob]:
        self._check()
        return [job for job in self.jobs.values() if job.state is SlipState.QUEUED and job.queued_at >= queued_since]

    def slip_moved(
        self, job_id: str, state: SlipState, now: datetime, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS
    ) -> None:
        self._check()
        if state is SlipState.SENDING and self.jobs[job_id].state is not SlipState.QUEUED:
            raise StoreError("taken", code="SLIP_JOB_TAKEN")
        self.jobs[job_id] = replace(self.jobs[job_id], state=state)
        self.causes[job_id] = cause
        self.remarks[job_id] = dict(remarks)

    def interrupted_slips(self) -> list[SlipJob]:
        self._check()
        return [job for job in self.jobs.values() if job.state is SlipState.SENDING]

    def _check(self) -> None:
        if self.fails:
            raise self.fails.pop()


class ScriptedPrinter:
    """Prints, or raises ``fails``. ``during`` runs while a slip is on its way; ``finished`` is what it still tells."""

    name = "scripted"

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.job_ids: list[str] = []
        self.attempts = 0
        self.looks = 0
        self.confirmation = Confirmation.SENT
        self.told = PrinterStatus()
        self.finished: frozenset[str] = frozenset()
        self.fails: Exception | None = None
        self.during: Callable[[], None] = lambda: None

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        self.attempts += 1
        self.during()
        if self.fails is not None:
            raise self.fails
        self.slips.append(slip)
        self.job_ids.append(job_id)
        return Printed(self.confirmation, 70.0)

    def status(self) -> PrinterStatus:
        self.looks += 1
        return self.told

    def finished_ids(self) -> frozenset[str]:
        return self.finished


UNREACHABLE = PrinterError("off", code="PRINTER_UNREACHABLE")
STALLED = PrinterError("stalled", code="PRINTER_STALLED", sent=True)


class Listener:
    """Hears ``on_moved`` on any thread, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, SlipState, str]] = []
        self._changed = threading.Condition()

    def __call__(self, job: SlipJob, state: SlipState, cause: str) -> None:
        with self._changed:
            self.heard.append((job.job_id, state, cause))
            self._changed.notify_all()

    def wait_for(self, state: SlipState, count: int = 1, timeout_s: float = 5) -> None:
        def came() -> bool:
            return [heard for _, heard, _ in self.heard].count(state) >= count

        with self._changed:
            assert self._changed.wait_for(came, timeout_s), self.heard
