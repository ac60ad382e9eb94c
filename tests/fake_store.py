"""A token store in memory: all that the port TokenStore promises, and nothing under it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kiosk.errors import StoreError, StoreForkError
from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.desk import Called
from kiosk.model.events import OF_FACILITY, Event, Json, Kind
from kiosk.model.exchange import Enrolment, PatientDetails, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.token import SlipState, Token
from tests.fake_calls import FakeCalls

_LOCAL = (SlipState.QUEUED, SlipState.SENDING)
_TELLS_DETAILS = (Kind.TOKEN_ISSUED, Kind.PATIENT_IDENTIFIED)
MAX_ORPHANS = 2000


@dataclass
class FakeTokenStore(FakeCalls):
    """The ports TokenStore and DeskStore with the rules of the real one and nothing under it."""

    _pulled: set[str] = field(default_factory=set)
    _cursor: int = 0
    _called: dict[str, datetime] = field(default_factory=dict)
    """Calls that the server made for this desk, whose events have not come yet."""
    _enrolment: Enrolment | None = None
    _configuration: PulledConfiguration = field(default_factory=lambda: PulledConfiguration(0, ()))
    _unapplied: list[Event] = field(default_factory=list)
    _acks: list[tuple[int, datetime]] = field(default_factory=list)
    _registered: str = ""
    """The newest of the former stores that the server knows."""
    _orphans: list[Event] = field(default_factory=list)
    _pending: bool = False
    _adopted: int = 0
    _left_details: set[str] = field(default_factory=set)
    """Tokens whose details went, or go, to the server with a former store's events."""
    _adopted_at: datetime | None = None

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
                self._others.append(event)
                if not self._take_in(event):
                    self._unapplied.append(event)
        heard = {event.event_id for event in pull.events}
        self._called = {act: at for act, at in self._called.items() if at > pull.server_time and act not in heard}
        for token in pull.tokens:
            if token.token_id not in self._tokens or self._tokens[token.token_id].act_id not in self._called:
                self._take_token(token, self.events[pull.acked_seq :])
        if self._enrolment is not None and self._enrolment.kind == "desk":
            for details in pull.patients:
                self._take_patient(details)
        self._acks = [ack for ack in self._acks if ack[0] <= pull.acked_seq]
        if pull.acked_seq > self._acked:
            self._acks.append((pull.acked_seq, now))
        self._acked, self._cursor, self._synced_at = pull.acked_seq, pull.cursor, now
        self._confirmed = max(pull.server_time, self._confirmed or pull.server_time)

    def take_called(self, called: Called, now: datetime) -> None:
        self._take_token(called.token, self.events[self._acked :])
        self._called[called.token.act_id] = called.token.moved_at
        if called.patient is not None and self._enrolment is not None and self._enrolment.kind == "desk":
            self._take_patient(PatientDetails(called.token.token_id, called.patient))

    def _take_in(self, event: Event) -> bool:
        if event.kind in OF_FACILITY:
            with suppress(IllegalMoveError):
                self._take_fact(event)
            return True
        try:
            self._tokens[event.token_id] = apply(self._tokens.get(event.token_id), event)
        except IllegalMoveError as error:
            return error.code in ("MOVE_ILLEGAL", "TOKEN_EXISTS")
        if event.kind == Kind.TOKEN_ISSUED:
            waiting = [each for each in self._unapplied if each.token_id == event.token_id]
            done = [each for each in waiting if self._take_in(each)]
            self._unapplied = [each for each in self._unapplied if each not in done]
        return True

    def _take_fact(self, event: Event) -> None:
        told: dict[str, Json] = {"facility_id": self._enrolment.facility_id} if self._enrolment else {}
        if event.kind == Kind.OPENING_CHANGED and not event.token_id:
            self._keep_opening(replace(event, body={**told, **event.body}))

    def _take_token(self, token: Token, unsent: Sequence[Event]) -> None:
        after = token
        for event in unsent:
            if event.token_id == token.token_id:
                with suppress(IllegalMoveError):
                    after = apply(after, event)
        newest = [job for job in self._jobs.values() if (job.token_id, job.copy) == (token.token_id, after.copies)]
        local = [job.state for job in newest if job.state in _LOCAL]
        self._tokens[token.token_id] = replace(after, slip=local[0]) if local else after
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
        if not self._pending:
            self._adopted = len(self.events)
        self._orphans, self._pending = list(self._left), bool(self._formers)
        self._touched |= {event.token_id: self._touched.get(event.token_id) or 1 for event in self._left}
        self._acked, self._cursor, self._acks = 0, 0, []

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

    def close(self) -> None:
        """Nothing is held open."""
