"""A store, a clock and a patient for the screens' tests; written by hand, and as strict as the real ones."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from threading import Event as Gate

from kiosk.errors import KioskError, ReprintLimitError
from kiosk.model.desk import OpeningChange
from kiosk.model.events import Json
from kiosk.model.exchange import Pull, Push
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.token import SlipState, Token, label_of
from kiosk.ports import NO_REMARKS, ArrivalOrder, Issued, IssueOrder, ScannerReport, SlipJob, TokenRow

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
"""10:00 on a Monday in India."""
ABHA_NUMBER = "91000000000018"
HOSTILE_NAME = "<img src=x> & <b>Asha</b>"


def card(name: str = "Asha Verma", number: str = ABHA_NUMBER, birth: str = "7/3/1984", gender: str = "F") -> str:
    """The text in an ABHA card's QR."""
    dashed = "-".join((number[:2], number[2:6], number[6:10], number[10:]))
    return json.dumps({"hidn": dashed, "hid": "-", "name": name, "gender": gender, "dob": birth}, ensure_ascii=False)


@dataclass
class FakeClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class FakeScanner:
    """Reports from a thread of its own, as the real one does."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._report: Callable[[ScannerReport], None] | None = None

    def start(self, report: Callable[[ScannerReport], None]) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._report = report

    def tell(self, report: ScannerReport) -> None:
        assert self._thread is not None
        assert self._report is not None
        self._thread.submit(self._report, report).result()

    def stop(self) -> None:
        if self._thread is not None:
            self._thread.shutdown()


@dataclass
class FakeStore:
    """Keeps tokens in a list. ``fault`` is raised by every call while it is set; ``gate`` holds every call up."""

    issued: list[Token] = field(default_factory=list)
    jobs: list[SlipJob] = field(default_factory=list)
    orders: list[IssueOrder] = field(default_factory=list)
    fault: Exception | None = None
    refusal: KioskError | None = None
    gate: Gate | None = None
    said: list[OpeningChange] = field(default_factory=list)
    proofs: dict[tuple[str, str], Token] = field(default_factory=dict)
    """Phone tokens by label and digits."""
    calls: int = 0
    store_id: str = "store-1"

    def issue(self, order: IssueOrder) -> Issued:
        self._enter()
        self.orders.append(order)
        if self.refusal is not None:
            raise self.refusal
        held = self._of(order.patient, order.now, order.facility)
        if order.judge is not None:
            order.judge(held, self.openings(order.facility.facility_id, order.now.date()))
        for token in held:
            if token.queue_department == order.department.code:
                return Issued(token, False, 2, None)
        token = make_token(order.department.code, order.department.prefix, len(self.issued) + 17, order)
        self.issued.append(token)
        job = self._queue(token, 0, order.language, order.now) if order.wants_slip else None
        return Issued(token, True, 4 if order.synced_since is None else None, job)

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        self._enter()
        return tuple(self._of(patient, now, facility))

    def expected_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        return tuple(token for token in self._of(patient, now, facility) if token.is_expected)

    def claimed_token(self, facility: Facility, label: str, last_digits: str, now: datetime) -> Token | None:
        self._enter()
        return self.proofs.get((label, last_digits))

    def arrive(self, order: ArrivalOrder) -> Issued:
        self._enter()
        token = self.token(order.token_id)
        assert token is not None
        came = replace(token, arrived=True)
        self.issued[self.issued.index(token)] = came
        return Issued(came, False, 4, self._queue(came, 0, order.language, order.now))

    def reprint(self, token_id: str, language: str, now: datetime, limit: int) -> SlipJob:
        self._enter()
        copies = sum(job.token_id == token_id for job in self.jobs)
        if copies > limit:
            raise ReprintLimitError("asked too often")
        token = self.token(token_id)
        assert token is not None
        return self._queue(token, copies, language, now)

    def token(self, token_id: str) -> Token | None:
        return next((token for token in self.issued if token.token_id == token_id), None)

    def openings(self, facility_id: str, service_day: date) -> Sequence[OpeningChange]:
        self._enter(counts=False)
        return [change for change in self.said if change.changed_at.date() == service_day]

    def last_synced_at(self) -> datetime | None:
        self._enter()
        return None

    def patient_of(self, token_id: str) -> Patient | None:
        raise NotImplementedError

    def tokens(self, service_day: date) -> Sequence[TokenRow]:
        raise NotImplementedError

    def due_slips(self, queued_since: datetime) -> Sequence[SlipJob]:
        raise NotImplementedError

    def slip_moved(
        self, job_id: str, state: SlipState, now: datetime, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS
    ) -> None:
        raise NotImplementedError

    def interrupted_slips(self) -> Sequence[SlipJob]:
        raise NotImplementedError

    def next_push(self, limit: int) -> Push:
        raise NotImplementedError

    def synced(self, pull: Pull, now: datetime) -> None:
        raise NotImplementedError

    def note_fork(self, now: datetime) -> None:
        raise NotImplementedError

    def unsynced(self) -> int:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def _enter(self, *, counts: bool = True) -> None:
        self.calls += counts
        if self.gate is not None:
            assert self.gate.wait(60), "the test never opened the gate"
        if self.fault is not None:
            raise self.fault

    def _of(self, patient: Patient, now: datetime, facility: Facility) -> list[Token]:
        keys = keys_of(patient, facility.service_day(now))
        return [token for token in self.issued if token.keys.match(keys)]

    def _queue(self, token: Token, copy: int, language: str, now: datetime) -> SlipJob:
        job = SlipJob(f"job-{len(self.jobs)}", token.token_id, copy, language, None, now, SlipState.QUEUED)
        self.jobs.append(job)
        return job


def keys_of(patient: Patient, day: date) -> PatientKeys:
    return patient_keys(patient, day, b"facility key of the tests")


def make_token(department: str, prefix: str, number: int, order: IssueOrder | None = None, at: datetime = NOW) -> Token:
    """A token as the store makes it."""
    token = Token(
        token_id=f"token-{department}-{number}",
        facility_id="IN0000000000",
        service_day=at.date(),
        department=department,
        series="A",
        number=number,
        label=label_of(prefix, "A", number),
        queue_department=department,
        store_id="store-1",
        issued_at=at,
        moved_at=at,
        queued_at=at,
        keys=PatientKeys(None, None),
    )
    if order is None:
        return token
    return replace(token, keys=keys_of(order.patient, order.facility.service_day(order.now)))
