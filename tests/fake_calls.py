"""The half of the fake store that a front desk works with: calls, referrals, facts, its list, and its staff's PINs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kiosk.errors import CalledElsewhereError, ClockError, StoreForkError
from kiosk.model.clock import ClockFault, believable_time
from kiosk.model.desk import Called, CallOrder, DeskRow, DeskRows, Failures, OpeningChange, OpenSlip, PinHash
from kiosk.model.events import OF_FACILITY, Event, Json, Kind, instant_text
from kiosk.model.moves import SAID_AT, IllegalMoveError, said_at
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient, patient_keys
from kiosk.model.queue import CallingRule, Classes, next_call, place
from kiosk.model.token import AT_DESK, Priority, SlipState, State, Token
from kiosk.ports import Issued, IssueOrder
from tests.fake_desk import BUSY, GONE, FakeDesk, Holder


@dataclass
class FakeCalls(FakeDesk):
    """The port DeskStore, but for what a server has to do with it."""

    _others: list[Event] = field(default_factory=list)
    """All that were pulled."""
    _left: list[Event] = field(default_factory=list)
    """All events of former stores that were not adopted."""
    _openings: dict[tuple[str, date, str, str], tuple[datetime, str, bool | None]] = field(default_factory=dict)
    _pins: list[PinHash] = field(default_factory=list)
    _failures: dict[str, Failures] = field(default_factory=dict)
    _shown: dict[str, DeskRow] = field(default_factory=dict)
    _marks: dict[str, int] = field(default_factory=dict)

    # --- calls -------------------------------------------------------------------------------------------------------

    def call(self, order: CallOrder, rule: CallingRule, classes: Classes, now: datetime) -> Called | None:
        at = self._time_at(now)
        token = next((self._tokens[each.token_id] for each in self._others if each.event_id == order.request_id), None)
        if token is None:
            token = self._named(order) if order.token_id is not None else self._next(order, rule, classes)
            if token is None:
                return None
            token = self._act(Kind.TOKEN_CALLED, token, at, {"room": order.room, "staff": order.staff_id})
        return Called(token, self._patients.get(token.token_id))

    def _next(self, order: CallOrder, rule: CallingRule, classes: Classes) -> Token | None:
        today = self._of_day(order.facility_id, order.service_day)
        called = [each for each in today if each.called_at and each.queue_department in order.departments]
        busy = [each.keys for each in today if each.state in BUSY]
        there = self.waiting(order.facility_id, order.service_day, order.departments)
        return next_call(there, called, busy, rule, classes)

    def _named(self, order: CallOrder) -> Token:
        token = self._known(order.token_id or "")
        if token.state in BUSY and token.room != order.room:
            raise CalledElsewhereError(f"room {token.room} was first")
        if not token.arrived:
            raise IllegalMoveError("NOT_CALLABLE", "who calls them?")
        return token

    def refer(self, token_id: str, order: IssueOrder, body: Mapping[str, Json]) -> Issued:
        before = (dict(self._tokens), list(self.events), self._last_at, self._last_day)
        try:
            return self._refer(self._known(token_id), order, body)
        except Exception:
            self._tokens, self.events, self._last_at, self._last_day = before
            raise

    def _refer(self, token: Token, order: IssueOrder, body: Mapping[str, Json]) -> Issued:
        self._act(Kind.TOKEN_COMPLETED, token, self._time_at(order.now), body)
        at = self._time_at(order.now)
        day = max(order.facility.service_day(at), self._last_day)
        patient, keys = self._patients.get(token.token_id), token.keys
        if token.service_day != day:
            keys = patient_keys(patient or Patient(), day, self._facility_key)
        priority = token.priority if order.priority is Priority.ROUTINE else order.priority
        remarks = {**order.remarks, "referred_from": token.token_id}
        referral = replace(order, source="referral", priority=priority, remarks=remarks)
        return self._give(referral, at, Holder(day, keys, patient))

    def _give(self, order: IssueOrder, at: datetime, holder: Holder) -> Issued:
        if order.judge is not None:
            its = self._its(holder.keys, order.facility, holder.day)
            order.judge(its, self.openings(order.facility.facility_id, holder.day))
        return super()._give(order, at, holder)

    def waiting(self, facility_id: str, service_day: date, departments: Sequence[str]) -> Sequence[Token]:
        today = self._of_day(facility_id, service_day)
        there = [each for each in today if each.state is State.WAITING and each.queue_department in departments]
        return sorted(there, key=place)

    def _of_day(self, facility_id: str, day: date) -> list[Token]:
        return [each for each in self._tokens.values() if (each.facility_id, each.service_day) == (facility_id, day)]

    def _known_events(self) -> Sequence[Event]:
        return [*self.events, *self._others, *self._left]

    def _known(self, token_id: str) -> Token:
        if token_id not in self._tokens:
            raise IllegalMoveError("TOKEN_UNKNOWN", "no such token")
        return self._tokens[token_id]

    def _time_at(self, now: datetime) -> datetime:
        if self._forked:
            raise StoreForkError("a copy is in use")
        at = believable_time(now, self._last_at, self._confirmed)
        if isinstance(at, ClockFault):
            raise ClockError("set the clock", code=at.value)
        return at

    # --- facts -------------------------------------------------------------------------------------------------------

    def declare(self, kind: Kind, facility: Facility, now: datetime, body: Mapping[str, Json]) -> None:
        if kind not in OF_FACILITY:
            raise IllegalMoveError("KIND_UNKNOWN", "not about the facility")
        if kind is Kind.CLOCK_ACCEPTED:
            fault = believable_time(now, self._last_at, self._confirmed)
            told: dict[str, Json] = {"fault": fault.value} if isinstance(fault, ClockFault) else {}
            self.events.append(self._fact(kind, now, facility.service_day(now), {**body, **told}))
            self._last_at, self._confirmed, self._last_day = now, now, date.min
            return
        at = self._time_at(now)
        day = max(facility.service_day(at), self._last_day)
        told = {**body, "facility_id": facility.facility_id}
        kept = self._openings.get((facility.facility_id, day, str(body.get("department")), str(body.get("room", ""))))
        if kept is not None and kept[0] >= at:
            told[SAID_AT] = instant_text(kept[0] + timedelta(microseconds=1))
        event = self._fact(kind, at, day, told)
        self._keep_opening(event)
        self.events.append(event)
        self._last_at, self._last_day = at, day

    def _fact(self, kind: Kind, at: datetime, day: date, body: Mapping[str, Json]) -> Event:
        return self._chained(self.new_id(), kind, "", at, day, body)

    def _keep_opening(self, event: Event) -> None:
        body = event.body
        department, room, is_open = body.get("department"), body.get("room", ""), body.get("is_open")
        if not isinstance(department, str) or not department or not isinstance(room, str):
            raise IllegalMoveError("BODY_INVALID", "where?")
        if is_open is not None and not isinstance(is_open, bool):
            raise IllegalMoveError("BODY_INVALID", "open or not?")
        key = (str(body.get("facility_id", "")), event.service_day, department, room)
        said = said_at(event)
        if key not in self._openings or (said, event.event_id) > self._openings[key][:2]:
            self._openings[key] = (said, event.event_id, is_open)

    def openings(self, facility_id: str, service_day: date) -> Sequence[OpeningChange]:
        return [
            OpeningChange(department, room, is_open, at)
            for (facility, day, department, room), (at, _, is_open) in sorted(
                self._openings.items(), key=lambda item: item[0]
            )
            if (facility, day) == (facility_id, service_day)
        ]

    # --- what the desk sees ------------------------------------------------------------------------------------------

    def desk_rows(self, facility_id: str, service_day: date, since: int) -> DeskRows:
        for token_id, token in self._tokens.items():
            synced = self._touched.get(token_id, 0) <= self._acked
            row = DeskRow(token, self._patients.get(token_id), synced)
            if self._shown.get(token_id) != row:
                self._shown[token_id] = row
                self._marks[token_id] = max(self._marks.values(), default=0) + 1
        left = [
            each
            for each in self._tokens.values()
            if each.facility_id == facility_id
            and service_day - timedelta(days=7) <= each.service_day < service_day
            and (since or each.state in AT_DESK)
        ]
        its = (*left, *self._of_day(facility_id, service_day))
        today = [each.token_id for each in its if self._marks[each.token_id] > since]
        rows = [self._shown[token_id] for token_id in today]
        return DeskRows(rows, max((self._marks[token_id] for token_id in today), default=since))

    def open_slips(self, service_day: date) -> Sequence[OpenSlip]:
        troubled = (SlipState.FAILED, SlipState.IN_DOUBT)
        tokens = [each for each in self._tokens.values() if each.service_day == service_day and each.slip in troubled]
        slips = [self._open_slip(each) for each in tokens if each.state not in GONE]
        return sorted(slips, key=lambda slip: (slip.queued_at, slip.token_id))

    def _open_slip(self, token: Token) -> OpenSlip:
        jobs = [job for job in self._jobs.values() if (job.token_id, job.copy) == (token.token_id, token.copies)]
        told = [
            str(event.body.get("cause", ""))
            for event in self.history(token.token_id)
            if event.kind == Kind.SLIP_STATE_CHANGED and event.body.get("copy", 0) == token.copies
        ]
        job_id, queued_at = (jobs[0].job_id, jobs[0].queued_at) if jobs else (token.token_id, token.issued_at)
        cause = told[-1] if told else ""
        return OpenSlip(job_id, token.token_id, token.label, token.copies, token.slip, cause, queued_at)

    def history(self, token_id: str) -> Sequence[Event]:
        known = {each.event_id: each for each in (*self._left, *self._others, *self.events)}
        its = [each for each in known.values() if each.token_id == token_id]
        return sorted(its, key=lambda each: (each.at, each.store_id, each.seq))

    def own_events(self, seqs: Sequence[int]) -> Sequence[Event]:
        return [event for event in self.events if event.seq in seqs]

    # --- staff -------------------------------------------------------------------------------------------------------

    def keep_pins(self, pins: Sequence[PinHash], now: datetime) -> None:
        self._pins = sorted(pins, key=lambda pin: pin.staff_id)

    def pins(self) -> Sequence[PinHash]:
        return list(self._pins)

    def failures(self, staff_id: str) -> Failures:
        return self._failures.get(staff_id, Failures())

    def note_failure(self, staff_id: str, now: datetime) -> Failures:
        self._failures[staff_id] = Failures(self.failures(staff_id).count + 1, now)
        return self._failures[staff_id]

    def forget_failures(self, staff_id: str) -> None:
        self._failures.pop(staff_id, None)
