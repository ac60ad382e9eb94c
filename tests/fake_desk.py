"""The half of the token store in memory that patients and staff meet: tokens, slips, acts, and their history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kiosk.errors import ClockError, QuotaReachedError, ReprintLimitError, StoreError, StoreForkError
from kiosk.model.arrival import arrival_key
from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.queue import place
from kiosk.model.token import PHONE, Priority, SlipState, State, Token, label_of
from kiosk.ports import (
    NO_REMARKS,
    ArrivalOrder,
    Issued,
    IssueOrder,
    SlipJob,
    TokenRow,
)
from tests.fakes import shuffled_ids

FACILITY_KEY = bytes(range(32))
_LOCAL = (SlipState.QUEUED, SlipState.SENDING)
BUSY = (State.CALLED, State.SERVING)
GONE = (State.COMPLETED, State.CANCELLED, State.LAPSED)


@dataclass(frozen=True)
class Holder:
    """Whose token it is to be on ``day``; ``patient`` None: the details are not here."""

    day: date
    keys: PatientKeys
    patient: Patient | None


@dataclass
class FakeDesk:
    """Gives out tokens and slips; what a server has to do with it is ``FakeTokenStore``'s."""

    series: str | None = "A"
    new_id: Callable[[], str] = field(default_factory=shuffled_ids)
    store_id: str = "019ab3c0-0000-7000-8000-00000000000f"
    events: list[Event] = field(default_factory=list)
    fails_with: StoreError | None = None
    """Raised by the next ``issue``, and by every one after it, until it is None again."""
    _tokens: dict[str, Token] = field(default_factory=dict)
    _patients: dict[str, Patient] = field(default_factory=dict)
    _jobs: dict[str, SlipJob] = field(default_factory=dict)
    _numbers: dict[tuple[str, date, str, str], int] = field(default_factory=dict)
    _touched: dict[str, int] = field(default_factory=dict)
    _last_at: datetime | None = None
    _last_day: date = date.min
    _confirmed: datetime | None = None
    _acked: int = 0
    _forked: bool = False
    _facility_key: bytes = FACILITY_KEY
    _formers: list[str] = field(default_factory=list)
    _synced_at: datetime | None = None

    # --- tokens ------------------------------------------------------------------------------------------------------

    def issue(self, order: IssueOrder) -> Issued:
        if self.fails_with is not None:
            raise self.fails_with
        if self._forked:
            raise StoreForkError("a copy is in use")
        at = believable_time(order.now, self._last_at, self._confirmed)
        if isinstance(at, ClockFault):
            raise ClockError("set the clock", code=at.value)
        day = max(order.facility.service_day(at), self._last_day)
        holder = Holder(day, patient_keys(order.patient, day, self._facility_key), order.patient)
        return self._give(order, at, holder)

    def _give(self, order: IssueOrder, at: datetime, holder: Holder) -> Issued:
        for held in self._live(holder.keys, order.facility, holder.day, at):
            if held.queue_department == order.department.code:
                known = self._learn(held, holder, at)
                return Issued(known, False, self._ahead(order, known), None)
        if self.series is None:
            raise StoreError("no series yet", code="STORE_UNREGISTERED")
        number = self._next_number(order, holder.day, self.series)
        self._roll_over(at, holder.day)
        return self._new(order, at, holder, self.series, number)

    def _learn(self, held: Token, holder: Holder, at: datetime) -> Token:
        keys, known = holder.keys, self._patients.get(held.token_id)
        told = known.completed_by(holder.patient) if known and holder.patient else known
        fresh = (keys.number and not held.keys.number) or (keys.address and not held.keys.address)
        if told is not None:
            self._patients[held.token_id] = told
        if not fresh and told == known:
            return held
        body: dict[str, Json] = {"number_key": keys.number, "address_key": keys.address}
        return self._act(Kind.PATIENT_IDENTIFIED, held, at, body)

    def _next_number(self, order: IssueOrder, day: date, series: str) -> int:
        key = (order.facility.facility_id, day, order.department.code, series)
        number = self._numbers.get(key, 0) + 1
        quota = None if order.ignores_quota else order.department.quota
        nth = self._given(order, day) + 1 if order.department.quota_is_whole else number
        if quota is not None and nth > quota:
            raise QuotaReachedError("the quota is reached")
        self._numbers[key] = number
        return number

    def _given(self, order: IssueOrder, day: date) -> int:
        of_day = (order.facility.facility_id, day, order.department.code)
        return sum((each.facility_id, each.service_day, each.department) == of_day for each in self._tokens.values())

    def _roll_over(self, at: datetime, day: date) -> None:
        if date.min < self._last_day < day:
            for token in [token for token in self._tokens.values() if self._is_own(token)]:
                last = day - timedelta(days=1) if token.state in BUSY else day
                if token.service_day < last and token.state not in GONE:
                    self._act(Kind.TOKEN_LAPSED, token, at, {})

    def _new(self, order: IssueOrder, at: datetime, holder: Holder, series: str, number: int) -> Issued:
        keys = holder.keys
        own: dict[str, Json] = {
            "facility_id": order.facility.facility_id,
            "department": order.department.code,
            "series": series,
            "number": number,
            "label": label_of(order.department.prefix, series, number),
            "source": order.source,
            "number_key": keys.number,
            "address_key": keys.address,
            "notice_version": order.notice_version,
            "language": order.language,
        }
        priority: dict[str, Json] = {"priority": order.priority.value}
        body = {name: value for name, value in order.remarks.items() if name != "priority"} | own
        body |= priority if order.priority is not Priority.ROUTINE else {}
        token = self._append(Kind.TOKEN_ISSUED, self.new_id(), at, holder.day, body)
        if holder.patient is not None:
            self._patients[token.token_id] = holder.patient
        ahead = self._ahead(order, token)
        job = self._queue(token, 0, order.language, ahead, order.now) if order.wants_slip else None
        return Issued(token, True, ahead, job)

    def _ahead(self, order: IssueOrder | ArrivalOrder, token: Token) -> int | None:
        synced_at = self.last_synced_at()
        is_fresh = order.synced_since is None or (synced_at is not None and synced_at >= order.synced_since)
        if token.state is not State.WAITING or not is_fresh:
            return None
        queue = (token.facility_id, token.service_day, token.queue_department, State.WAITING)
        waiting = [
            each
            for each in self._tokens.values()
            if (each.facility_id, each.service_day, each.queue_department, each.state) == queue
        ]
        return sum(place(each) < place(token) for each in waiting)

    def last_synced_at(self) -> datetime | None:
        return self._synced_at

    def _live(self, keys: PatientKeys, facility: Facility, day: date, now: datetime) -> list[Token]:
        return [token for token in self._its(keys, facility, day) if token.is_live(now, facility.return_window)]

    def _its(self, keys: PatientKeys, facility: Facility, day: date) -> list[Token]:
        """The patient's tokens of the day."""
        today = [
            each
            for each in self._tokens.values()
            if (each.facility_id, each.service_day) == (facility.facility_id, day)
        ]
        return sorted((each for each in today if each.keys.match(keys)), key=lambda each: each.issued_at)

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        day = max(facility.service_day(now), self._last_day)
        return tuple(self._live(patient_keys(patient, day, self._facility_key), facility, day, now))

    def expected_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        day = max(facility.service_day(now), self._last_day)
        keys = patient_keys(patient, day, self._facility_key)
        return tuple(each for each in self._its(keys, facility, day) if each.is_expected)

    def claimed_token(self, facility: Facility, label: str, last_digits: str, now: datetime) -> Token | None:
        day = max(facility.service_day(now), self._last_day)
        key = arrival_key(self._facility_key, day, label, last_digits)
        issues = [each for each in self._known_events() if each.kind == Kind.TOKEN_ISSUED]
        proved = {each.token_id for each in issues if each.body.get("arrival_key") == key}
        wanted = (facility.facility_id, day, label)
        today = [each for each in self._tokens.values() if (each.facility_id, each.service_day, each.label) == wanted]
        return next((each for each in today if each.source == PHONE and each.token_id in proved), None)

    def _known_events(self) -> Sequence[Event]:
        return self.events

    def arrive(self, order: ArrivalOrder) -> Issued:
        if self._forked:
            raise StoreForkError("a copy is in use")
        at = believable_time(order.now, self._last_at, self._confirmed)
        if isinstance(at, ClockFault):
            raise ClockError("set the clock", code=at.value)
        day = max(order.facility.service_day(at), self._last_day)
        token = self._there(order, day, at)
        if order.patient is not None:
            holder = Holder(day, patient_keys(order.patient, day, self._facility_key), order.patient)
            token = self._learn(token, holder, at)
            self._patients.setdefault(token.token_id, order.patient)
        ahead = self._ahead(order, token)
        wants = order.wants_slip and token.has_no_slip
        job = self._queue(token, 0, order.language, ahead, order.now) if wants else None
        return Issued(self._tokens[token.token_id], False, ahead, job)

    def _there(self, order: ArrivalOrder, day: date, at: datetime) -> Token:
        token = self._tokens.get(order.token_id)
        if token is None:
            raise IllegalMoveError("TOKEN_UNKNOWN", "no such token")
        if token.state is State.LAPSED:
            if token.source != PHONE or token.service_day != day:
                raise IllegalMoveError("MOVE_ILLEGAL", "gone")
            if token.queue_department in {
                each.queue_department for each in self._live(token.keys, order.facility, day, at)
            }:
                raise IllegalMoveError("MOVE_ILLEGAL", "has another")
            token = self._act(Kind.TOKEN_REVIVED, token, at, order.remarks)
        elif not token.is_live(at, order.facility.return_window):
            raise IllegalMoveError("MOVE_ILLEGAL", "over")
        return token if token.arrived else self._act(Kind.TOKEN_ARRIVED, token, at, order.remarks)

    def tokens(self, service_day: date) -> Sequence[TokenRow]:
        today = [token for token in self._tokens.values() if token.service_day == service_day]
        today.sort(key=lambda token: (token.issued_at, token.token_id))
        return [TokenRow(token, self._touched.get(token.token_id, 0) <= self._acked) for token in today]

    def token(self, token_id: str) -> Token | None:
        return self._tokens.get(token_id)

    def patient_of(self, token_id: str) -> Patient | None:
        return self._patients.get(token_id)

    # --- slips -------------------------------------------------------------------------------------------------------

    def reprint(
        self, token_id: str, language: str, now: datetime, limit: int, remarks: Mapping[str, Json] = NO_REMARKS
    ) -> SlipJob:
        token = self._need(token_id)
        copies = [job.state for job in self._jobs.values() if job.token_id == token_id and job.copy > 0]
        if sum(state not in (SlipState.QUEUED, SlipState.FAILED) for state in copies) >= limit:
            raise ReprintLimitError("printed often enough")
        for job in self._jobs.values():
            if job.token_id == token_id and job.state is SlipState.QUEUED:
                self._jobs[job.job_id] = replace(job, state=SlipState.FAILED)
        token = self._act(Kind.TOKEN_REPRINTED, token, now, {**remarks, "copy": token.copies + 1})
        return self._queue(token, token.copies, language, None, now)

    def due_slips(self, queued_since: datetime) -> Sequence[SlipJob]:
        due = [job for job in self._jobs.values() if job.state is SlipState.QUEUED and job.queued_at >= queued_since]
        return sorted(due, key=lambda job: (job.queued_at, job.job_id))

    def slip_moved(
        self, job_id: str, state: SlipState, now: datetime, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS
    ) -> None:
        job = self._jobs.get(job_id)
        if job is None and job_id in self._tokens and state not in _LOCAL:
            token = self._tokens[job_id]
            body: dict[str, Json] = {"state": state.value, "copy": token.copies, "cause": cause}
            self._act(Kind.SLIP_STATE_CHANGED, token, now, {**remarks, **body})
            return
        if job is None:
            raise StoreError("no such job", code="SLIP_JOB_UNKNOWN")
        if state is SlipState.SENDING and job.state is not SlipState.QUEUED:
            raise StoreError("taken", code="SLIP_JOB_TAKEN")
        token = self._need(job.token_id)
        if state is SlipState.QUEUED and job.copy != token.copies:
            state, cause = SlipState.FAILED, "SUPERSEDED"
        self._jobs[job_id] = replace(job, state=state)
        if state not in _LOCAL:
            told: dict[str, Json] = {"state": state.value, "copy": job.copy, "cause": cause}
            self._act(Kind.SLIP_STATE_CHANGED, token, now, {**remarks, **told})
        elif job.copy == token.copies:
            self._tokens[token.token_id] = replace(token, slip=state)

    def interrupted_slips(self) -> Sequence[SlipJob]:
        return [job for job in self._jobs.values() if job.state is SlipState.SENDING]

    def _queue(self, token: Token, copy: int, language: str, ahead: int | None, now: datetime) -> SlipJob:
        self._tokens[token.token_id] = replace(token, slip=SlipState.QUEUED)
        job = SlipJob(self.new_id(), token.token_id, copy, language, ahead, now, SlipState.QUEUED)
        self._jobs[job.job_id] = job
        return job

    # --- staff ------------------------------------------------------------------------------------------------------

    def act(self, kind: Kind, token_id: str, now: datetime, body: Mapping[str, Json]) -> Token:
        if self._forked:
            raise StoreForkError("a copy is in use")
        at = believable_time(now, self._last_at, self._confirmed)
        if isinstance(at, ClockFault):
            raise ClockError("set the clock", code=at.value)
        token = self._tokens.get(token_id)
        if token is None:
            raise IllegalMoveError("TOKEN_UNKNOWN", "no such token")
        return self._act(kind, token, at, body)

    # --- events ------------------------------------------------------------------------------------------------------

    def _need(self, token_id: str) -> Token:
        token = self._tokens.get(token_id)
        if token is None:
            raise StoreError("no such token", code="TOKEN_UNKNOWN")
        return token

    def _act(self, kind: str, token: Token, now: datetime, body: Mapping[str, Json]) -> Token:
        faulty = isinstance(believable_time(now, self._last_at, self._confirmed), ClockFault)
        last = self._last_at or now
        return self._append(kind, token.token_id, last if faulty else max(now, last), token.service_day, body)

    def _append(self, kind: str, token_id: str, at: datetime, day: date, body: Mapping[str, Json]) -> Token:
        event = self._chained(self.new_id(), kind, token_id, at, day, body)
        token = self._tokens[token_id] = apply(self._tokens.get(token_id), event)
        self.events.append(event)
        self._touched[token_id] = event.seq
        self._last_at, self._last_day = at, max(day, self._last_day)
        return token

    def _chained(
        self, event_id: str, kind: str, token_id: str, at: datetime, day: date, body: Mapping[str, Json]
    ) -> Event:
        return chained(
            self.events[-1].hash if self.events else FIRST_HASH,
            event_id=event_id,
            store_id=self.store_id,
            seq=len(self.events) + 1,
            kind=kind,
            token_id=token_id,
            at=at,
            service_day=day,
            body=body,
        )

    def _is_own(self, token: Token) -> bool:
        return token.store_id in (self.store_id, *self._formers)
