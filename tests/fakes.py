"""Stand-ins written by hand: a clock that is told the time, ids that come in no order, a token store in memory."""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kiosk.errors import ClockError, QuotaReachedError, ReprintLimitError, StoreError, StoreForkError
from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.token import IllegalMoveError, SlipState, State, Token, apply, label_of
from kiosk.ports import (
    Enrolment,
    Issued,
    IssueOrder,
    PatientDetails,
    Pull,
    PulledConfiguration,
    Push,
    SlipJob,
    StoreClaim,
    StoreGrant,
    TokenRow,
)

FACILITY_KEY = bytes(range(32))
_LOCAL = (SlipState.QUEUED, SlipState.SENDING)
_GONE = (State.COMPLETED, State.CANCELLED, State.LAPSED)
_TELLS_DETAILS = (Kind.TOKEN_ISSUED, Kind.PATIENT_IDENTIFIED)
MAX_ORPHANS = 2000


class FakeClock:
    """Stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move(self, by: timedelta) -> None:
        """Time passes."""
        self._now += by
        self._monotonic += by.total_seconds()

    def set(self, now: datetime) -> None:
        """Somebody sets the clock; no time passes."""
        self._now = now


def shuffled_ids(seed: int = 7) -> Callable[[], str]:
    """Ids of a UUIDv7's shape in no order, so that nothing may lean on the order of ids."""
    source = random.Random(seed)

    def new_id() -> str:
        text = str(uuid.UUID(int=source.getrandbits(128)))
        return f"{text[:14]}7{text[15:]}"

    return new_id


@dataclass
class FakeTokenStore:
    """The port TokenStore with the rules of the real one and nothing under it."""

    series: str | None = "A"
    new_id: Callable[[], str] = field(default_factory=shuffled_ids)
    store_id: str = "019ab3c0-0000-7000-8000-00000000000f"
    events: list[Event] = field(default_factory=list)
    fails_with: StoreError | None = None
    """Raised by the next ``issue``, and by every one after it, until it is None again."""
    _pulled: set[str] = field(default_factory=set)
    _tokens: dict[str, Token] = field(default_factory=dict)
    _patients: dict[str, Patient] = field(default_factory=dict)
    _jobs: dict[str, SlipJob] = field(default_factory=dict)
    _numbers: dict[tuple[str, date, str, str], int] = field(default_factory=dict)
    _touched: dict[str, int] = field(default_factory=dict)
    _last_at: datetime | None = None
    _last_day: date = date.min
    _confirmed: datetime | None = None
    _acked: int = 0
    _cursor: int = 0
    _synced_at: datetime | None = None
    _forked: bool = False
    _facility_key: bytes = FACILITY_KEY
    _enrolment: Enrolment | None = None
    _configuration: PulledConfiguration = field(default_factory=lambda: PulledConfiguration(0, ()))
    _unapplied: list[Event] = field(default_factory=list)
    _acks: list[tuple[int, datetime]] = field(default_factory=list)
    _formers: list[str] = field(default_factory=list)
    _registered: str = ""
    """The newest of the former stores that the server knows."""
    _left: list[Event] = field(default_factory=list)
    """All events of former stores that were not adopted."""
    _orphans: list[Event] = field(default_factory=list)
    _pending: bool = False
    _adopted: int = 0
    _left_details: set[str] = field(default_factory=set)
    """Tokens whose details went, or go, to the server with a former store's events."""
    _adopted_at: datetime | None = None

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
        for held in self._live(order.patient, order.facility, day, at):
            if held.queue_department == order.department.code:
                known = self._learn(held, order.patient, day, at)
                return Issued(known, False, self._ahead(order, known), None)
        if self.series is None:
            raise StoreError("no series yet", code="STORE_UNREGISTERED")
        number = self._next_number(order, day, self.series)
        self._roll_over(order.facility, at, day)
        return self._new(order, at, day, self.series, number)

    def _learn(self, held: Token, patient: Patient, day: date, at: datetime) -> Token:
        keys = patient_keys(patient, day, self._facility_key)
        known = self._patients.get(held.token_id)
        told = known.completed_by(patient) if known else None
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
        if order.department.quota is not None and number > order.department.quota:
            raise QuotaReachedError("the quota is reached")
        self._numbers[key] = number
        return number

    def _roll_over(self, facility: Facility, at: datetime, day: date) -> None:
        if date.min < self._last_day < day and not facility.carries_over:
            for token in [token for token in self._tokens.values() if self._is_own(token)]:
                if token.service_day < day and token.state not in _GONE:
                    self._act(Kind.TOKEN_LAPSED, token, at, {})

    def _new(self, order: IssueOrder, at: datetime, day: date, series: str, number: int) -> Issued:
        keys = patient_keys(order.patient, day, self._facility_key)
        body: dict[str, Json] = {
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
        token = self._append(Kind.TOKEN_ISSUED, self.new_id(), at, day, body)
        self._patients[token.token_id] = order.patient
        ahead = self._ahead(order, token)
        job = self._queue(token, 0, order.language, ahead, order.now) if order.wants_slip else None
        return Issued(token, True, ahead, job)

    def _ahead(self, order: IssueOrder, token: Token) -> int | None:
        if not order.shows_people_ahead or token.state is not State.WAITING:
            return None
        queue = (token.facility_id, token.service_day, token.queue_department, State.WAITING)
        waiting = [
            each
            for each in self._tokens.values()
            if (each.facility_id, each.service_day, each.queue_department, each.state) == queue
        ]
        return sum((each.issued_at, each.token_id) < (token.issued_at, token.token_id) for each in waiting)

    def _live(self, patient: Patient, facility: Facility, day: date, now: datetime) -> list[Token]:
        keys: PatientKeys = patient_keys(patient, day, self._facility_key)
        mine = [
            token
            for token in self._tokens.values()
            if (token.facility_id, token.service_day) == (facility.facility_id, day)
            and token.keys.match(keys)
            and token.is_live(now, facility.return_window)
        ]
        return sorted(mine, key=lambda token: token.issued_at)

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        return tuple(self._live(patient, facility, max(facility.service_day(now), self._last_day), now))

    def tokens(self, service_day: date) -> Sequence[TokenRow]:
        today = [token for token in self._tokens.values() if token.service_day == service_day]
        today.sort(key=lambda token: (token.issued_at, token.token_id))
        return [TokenRow(token, self._touched.get(token.token_id, 0) <= self._acked) for token in today]

    def token(self, token_id: str) -> Token | None:
        return self._tokens.get(token_id)

    def patient_of(self, token_id: str) -> Patient | None:
        return self._patients.get(token_id)

    # --- slips -------------------------------------------------------------------------------------------------------

    def reprint(self, token_id: str, language: str, now: datetime, limit: int) -> SlipJob:
        token = self._need(token_id)
        copies = [job.state for job in self._jobs.values() if job.token_id == token_id and job.copy > 0]
        if sum(state not in (SlipState.QUEUED, SlipState.FAILED) for state in copies) >= limit:
            raise ReprintLimitError("printed often enough")
        for job in self._jobs.values():
            if job.token_id == token_id and job.state is SlipState.QUEUED:
                self._jobs[job.job_id] = replace(job, state=SlipState.FAILED)
        token = self._act(Kind.TOKEN_REPRINTED, token, now, {"copy": token.copies + 1})
        return self._queue(token, token.copies, language, None, now)

    def due_slips(self, queued_since: datetime) -> Sequence[SlipJob]:
        due = [job for job in self._jobs.values() if job.state is SlipState.QUEUED and job.queued_at >= queued_since]
        return sorted(due, key=lambda job: (job.queued_at, job.job_id))

    def slip_moved(self, job_id: str, state: SlipState, now: datetime, cause: str = "") -> None:
        job = self._jobs.get(job_id)
        if job is None:
            raise StoreError("no such job", code="SLIP_JOB_UNKNOWN")
        if state is SlipState.SENDING and job.state is not SlipState.QUEUED:
            raise StoreError("taken", code="SLIP_JOB_TAKEN")
        token = self._need(job.token_id)
        if state is SlipState.QUEUED and job.copy != token.copies:
            state, cause = SlipState.FAILED, "SUPERSEDED"
        self._jobs[job_id] = replace(job, state=state)
        if state not in _LOCAL:
            self._act(Kind.SLIP_STATE_CHANGED, token, now, {"state": state.value, "copy": job.copy, "cause": cause})
        elif job.copy == token.copies:
            self._tokens[token.token_id] = replace(token, slip=state)

    def doubt_interrupted_slips(self, now: datetime) -> int:
        interrupted = [job for job in self._jobs.values() if job.state is SlipState.SENDING]
        for job in interrupted:
            self.slip_moved(job.job_id, SlipState.IN_DOUBT, now, "INTERRUPTED")
        return len(interrupted)

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

    # --- sync --------------------------------------------------------------------------------------------------------

    def next_push(self, limit: int) -> Push:
        self._refuse_unregistered()
        events = tuple(self.events[self._acked : self._acked + limit])
        issued = dict.fromkeys(event.token_id for event in events if event.kind in _TELLS_DETAILS)
        known = [token_id for token_id in issued if token_id in self._patients]
        details = tuple(PatientDetails(token_id, self._patients[token_id]) for token_id in known)
        return Push(self.store_id, events, details, self._cursor)

    def synced(self, pull: Pull, now: datetime) -> None:
        self._refuse_unregistered()
        if pull.acked_seq > len(self.events):
            raise StoreForkError("the server knows more of us than we do")
        if pull.acked_seq and pull.acked_hash not in (None, self.events[pull.acked_seq - 1].hash):
            raise StoreForkError("the server knows another event under our number")
        for event in pull.events:
            if event.store_id != self.store_id and event.event_id not in self._pulled:
                self._pulled.add(event.event_id)
                if not self._take_in(event):
                    self._unapplied.append(event)
        for token in pull.tokens:
            self._take_token(token, self.events[pull.acked_seq :])
        if self._enrolment is not None and self._enrolment.kind == "desk":
            for details in pull.patients:
                self._take_patient(details)
        self._acks = [ack for ack in self._acks if ack[0] <= pull.acked_seq]
        if pull.acked_seq > self._acked:
            self._acks.append((pull.acked_seq, now))
        self._acked, self._cursor, self._synced_at = pull.acked_seq, pull.cursor, now
        self._confirmed = max(pull.server_time, self._confirmed or pull.server_time)

    def _take_in(self, event: Event) -> bool:
        try:
            self._tokens[event.token_id] = apply(self._tokens.get(event.token_id), event)
        except IllegalMoveError as error:
            return error.code in ("MOVE_ILLEGAL", "TOKEN_EXISTS")
        if event.kind == Kind.TOKEN_ISSUED:
            waiting = [each for each in self._unapplied if each.token_id == event.token_id]
            done = [each for each in waiting if self._take_in(each)]
            self._unapplied = [each for each in self._unapplied if each not in done]
        return True

    def _take_token(self, token: Token, unsent: Sequence[Event]) -> None:
        after, known = token, self._tokens.get(token.token_id)
        for event in unsent:
            if event.token_id == token.token_id:
                with suppress(IllegalMoveError):
                    after = apply(after, event)
        if known is not None and known.slip in _LOCAL and known.copies == after.copies:
            after = replace(after, slip=known.slip)
        self._tokens[token.token_id] = after
        self._unapplied = [event for event in self._unapplied if event.token_id != token.token_id]

    def _take_patient(self, details: PatientDetails) -> None:
        if details.token_id in self._tokens:
            known = self._patients.get(details.token_id, details.patient)
            self._patients[details.token_id] = known.completed_by(details.patient)

    def _refuse_unregistered(self) -> None:
        if self._pending:
            raise StoreError("tell the server first", code="STORE_UNREGISTERED")

    def note_fork(self, now: datetime) -> None:
        self._forked = True
        self._acked, self._acks = 0, []

    def unsynced(self) -> int:
        return len(self.events) - self._acked + len(self._orphans)

    # --- renewal -----------------------------------------------------------------------------------------------------

    def begin_anew(self, now: datetime, reserve: str | None = None) -> None:
        if reserve is not None:
            self._refuse_known_series(reserve)
        if not self._pending:
            self._registered = self.store_id
        self._left += self.events
        self._orphans += self.events[self._acked :]
        self._pulled |= {event.event_id for event in self.events}
        self._left_details |= {event.token_id for event in self.events if event.kind in _TELLS_DETAILS}
        self._touched = {token_id: seq for token_id, seq in self._touched.items() if seq > self._acked}
        self._formers.append(self.store_id)
        self.store_id, self.series, self.events = self.new_id(), reserve, []
        self._acked, self._cursor, self._adopted, self._acks = 0, 0, 0, []
        self._pending, self._forked, self._adopted_at = True, False, None
        if self._enrolment is not None and self._enrolment.reserve_series == reserve:
            self._enrolment = replace(self._enrolment, reserve_series=None)

    def claim(self) -> StoreClaim | None:
        if not self._pending:
            return None
        asked = tuple(event.event_id for event in self._orphans[:MAX_ORPHANS])
        return StoreClaim(self.store_id, self._registered, self.series, asked)

    def claim_again(self) -> None:
        self._orphans, self._pending = list(self._left), bool(self._formers)
        self._touched |= {event.token_id: self._touched.get(event.token_id) or 1 for event in self._left}
        self._acked, self._cursor, self._acks, self._adopted = 0, 0, [], len(self.events)

    def granted(self, grant: StoreGrant, now: datetime) -> None:
        if not self._pending:
            return
        asked, self._orphans = self._orphans[:MAX_ORPHANS], self._orphans[MAX_ORPHANS:]
        adopted = [event for event in asked if event.event_id not in grant.held]
        self._left = [event for event in self._left if event not in adopted]
        later = self.events[self._adopted :]
        del self.events[self._adopted :]
        for event in (*adopted, *later):
            self._rechain(event)
        self._adopted += len(adopted)
        waiting = {event.token_id for event in self._orphans}
        for token_id in {event.token_id for event in asked} - waiting:
            self._touched[token_id] = max((each.seq for each in self.events if each.token_id == token_id), default=0)
        if self.series is None:
            self.series = grant.series
        if self._enrolment is not None:
            self._enrolment = replace(self._enrolment, reserve_series=grant.reserve_series)
        if not self._orphans:
            self._pending, self._adopted_at = False, now

    def _rechain(self, event: Event) -> None:
        fresh = self._chained(event.event_id, event.kind, event.token_id, event.at, event.service_day, event.body)
        self.events.append(fresh)
        self._touched[event.token_id] = fresh.seq
        if event.kind == Kind.TOKEN_ISSUED:
            self._tokens[event.token_id] = replace(self._tokens[event.token_id], store_id=self.store_id)

    def _is_own(self, token: Token) -> bool:
        return token.store_id in (self.store_id, *self._formers)

    def _refuse_known_series(self, series: str) -> None:
        if any(token.series == series for token in self._tokens.values()):
            raise StoreError("not new", code="SERIES_USED")

    # --- enrolment and configuration ---------------------------------------------------------------------------------

    def enrolment(self) -> Enrolment | None:
        return self._enrolment

    def enrol(self, enrolment: Enrolment, series: str | None, facility_key: bytes, now: datetime) -> None:
        if self._enrolment is not None:
            self.claim_again()
        if self._forked:
            self.begin_anew(now)
            if any(token.series == series for token in self._tokens.values()):
                series = None
        elif series is not None and series != self.series:
            self._refuse_known_series(series)
        self._enrolment, self.series, self._facility_key = enrolment, series, facility_key

    def config_revision(self) -> int:
        return self._configuration.revision

    def keep_configuration(self, pulled: PulledConfiguration, now: datetime) -> None:
        self._configuration = pulled

    def configuration(self, service_day: date) -> str | None:
        applying = [each for each in self._configuration.documents if each.applies_from <= service_day]
        latest = max(applying, key=lambda each: each.applies_from, default=None)
        return latest.untrusted_document if latest else None

    # --- privacy -----------------------------------------------------------------------------------------------------

    def purge_details(self, now: datetime) -> int:
        if isinstance(believable_time(now, self._last_at, self._confirmed), ClockFault):
            return 0
        gone = [token_id for token_id in self._patients if not self._keeps(self._tokens[token_id], now)]
        for token_id in gone:
            del self._patients[token_id]
        return len(gone)

    def _keeps(self, token: Token, now: datetime) -> bool:
        if self._enrolment is None and self._synced_at is None:
            return now - token.issued_at < timedelta(days=7)
        day_ago = now - timedelta(hours=24)
        held = max((seq for seq, at in self._acks if at <= day_ago), default=0)
        if any(event.token_id == token.token_id and event.kind in _TELLS_DETAILS for event in self.events[held:]):
            return True
        if token.token_id in self._left_details and (self._adopted_at is None or self._adopted_at > day_ago):
            return True
        return not self._is_own(token) and now - token.issued_at < timedelta(hours=48)

    def last_synced_at(self) -> datetime | None:
        return self._synced_at

    def close(self) -> None:
        """Nothing is held open."""

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
