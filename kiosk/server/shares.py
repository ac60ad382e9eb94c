"""A patient's phone has scanned a counter's QR: the share becomes a token, or a sentence why there is none.

One transaction writes all of it: token, event, details, and the answer that the gateway is to get. So whatever dies
when, the same request has the same answer; ``share_queue`` keeps it until the gateway has it.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import structlog
import uuid_utils
from sqlalchemy import Connection, insert, select, union_all

from kiosk.abdm.answers import ShareAnswer, answer_to
from kiosk.abdm.share import SharedProfile
from kiosk.errors import KioskError
from kiosk.model.arrival import arrival_key, last_digits_of
from kiosk.model.configuration import Configuration
from kiosk.model.counter import Counter
from kiosk.model.events import Json, Kind
from kiosk.model.exchange import PatientDetails
from kiosk.model.opd import ENGLISH, SERVER_SERIES, Department, Facility, with_openings
from kiosk.model.patient import Patient, PatientKeys, patient_keys
from kiosk.model.token import PHONE, Token, label_of
from kiosk.server.configuring import in_force, is_of_other_world
from kiosk.server.database import Database, insert_or_replace, is_among
from kiosk.server.numbers import Numbers, phone_tokens_left
from kiosk.server.openings import openings
from kiosk.server.own_ledger import Draft, append_all, held
from kiosk.server.projection import token_of
from kiosk.server.rows import patient_message, patient_row
from kiosk.server.share_queue import DUE, LEASE, DueAnswer, due_answer
from kiosk.server.tables import patient, share, token
from kiosk.sync.messages import PatientMessage

ISSUED, SAME, CLOSED, QUOTA, UNKNOWN_COUNTER = OUTCOMES = ("issued", "same", "closed", "quota", "unknown_counter")
"""``same``: the patient has a live token in that queue already, whichever station issued it."""
_NO_COUNTER = "This QR code is not in use at this hospital any more. Please ask at the registration desk."
_LONGEST_NAME = 60
_log = structlog.get_logger()


class NotHostedError(KioskError):
    """The share is for a facility that this server does not run."""

    code = "FACILITY_UNKNOWN"


@dataclass(frozen=True)
class Receipt:
    """What became of one share.

    Attributes:
        is_new: False for a second delivery, which changes nothing.
        due: the answer, which this process has to itself for ``share_queue.LEASE``.
        revision: of the facility, where it has moved.
    """

    is_new: bool
    outcome: str
    due: DueAnswer
    revision: int | None = None


@dataclass(frozen=True)
class _Place:
    """A place in a queue that the patient with ``keys`` has, or is to get.

    ``departments``: in which it waits, and which has given it to a phone, if one did: there the desk may have sent the
    patient on from the registration queue.
    """

    token_id: str
    label: str
    departments: tuple[str, ...]
    keys: PatientKeys
    arrived: bool


@dataclass(frozen=True)
class _Decision:
    outcome: str
    place: _Place | None = None
    message: str = ""


def receive(database: Database, profile: SharedProfile, now: datetime, world: str = "") -> Receipt:
    """One share. Raises as ``receive_all``."""
    return receive_all(database, [profile], now, world)[0]


def receive_all(database: Database, profiles: Sequence[SharedProfile], now: datetime, world: str = "") -> list[Receipt]:
    """Shares of one facility that came together, in one transaction: what costs is its lock and its way to the disk.

    ``world`` is that of the account they came to, ``sbx`` or ``abdm``.

    Raises:
        NotHostedError: nobody has imported this facility, or it is not of this world.
    """
    return database.write(lambda connection: _reception(connection, profiles[0].hip_id, now, world).take_all(profiles))


def _reception(connection: Connection, facility_id: str, now: datetime, world: str) -> "_Reception":
    """With the facility's lock held until the end: nobody else issues, imports or opens anything meanwhile."""
    mine = held(connection, facility_id)
    dated = in_force(connection, facility_id, now) if mine is not None else None
    if mine is None or dated is None or mine.facility_key is None:
        raise NotHostedError("no facility of this id is hosted here")
    if is_of_other_world(dated.configuration, world):
        raise NotHostedError("this facility is not of the world that the share came from", code="ABDM_WORLDS_MIXED")
    return _Reception(connection, dated.configuration, bytes.fromhex(mine.facility_key), now)


class _Reception:
    """One facility within one transaction: everything is asked for and written for all shares together."""

    def __init__(self, connection: Connection, plan: Configuration, key: bytes, now: datetime) -> None:
        self._connection, self._plan, self._key, self._now = connection, plan, key, now
        self._facility_id = plan.facility.facility_id
        self._day: date = plan.facility.service_day(now)
        self._numbers = Numbers(connection, self._facility_id, self._day)
        self._left: dict[str, int] = {}
        self._tokens: dict[str, Token] = {}
        self._held: list[_Place] = []
        self._drafts: list[Draft] = []
        self._patients: dict[str, Patient] = {}

    def take_all(self, profiles: Sequence[SharedProfile]) -> list[Receipt]:
        earlier = self._earlier(profiles)
        fresh = {each.request_id: each for each in profiles if each.request_id not in earlier}
        keys = {name: patient_keys(each.patient, self._day, self._key) for name, each in fresh.items()}
        self._held = self._places(list(keys.values()))
        decided = {name: self._decided(each, keys[name]) for name, each in fresh.items()}
        revision = self._issue()
        noted = self._note(fresh, decided, revision)
        receipts = []
        for profile in profiles:  # of two alike in one batch the second comes second
            receipts.append(noted.get(profile.request_id) or earlier[profile.request_id])
            if profile.request_id in noted:
                first = noted.pop(profile.request_id)
                earlier[profile.request_id] = Receipt(False, first.outcome, first.due)
        return receipts

    def _earlier(self, profiles: Sequence[SharedProfile]) -> dict[str, Receipt]:
        digests = {each.request_id: self._digest(each) for each in profiles}
        among = is_among(self._connection, share.c.request_id, digests)
        rows = self._connection.execute(select(share).where(share.c.facility_id == self._facility_id, among)).all()
        for row in rows:
            if row.address_digest not in ("", digests[row.request_id]):
                _log.warning("share_request_reused", facility_id=self._facility_id, request_id=row.request_id)
        return {row.request_id: Receipt(False, row.outcome, due_answer(row)) for row in rows}

    def _places(self, keys: Sequence[PatientKeys]) -> list[_Place]:
        """The patients' live tokens, the oldest first. Keys hold the day, so two look-ups find them."""
        named = {
            token.c.number_key: [each.number for each in keys if each.number],
            token.c.address_key: [each.address for each in keys if each.address],
        }
        mine = select(token).where(token.c.facility_id == self._facility_id)
        parts = [mine.where(is_among(self._connection, column, some)) for column, some in named.items() if some]
        rows = self._connection.execute(union_all(*parts)).mappings() if parts else ()
        window = self._plan.facility.return_window
        live = [each for each in map(token_of, rows) if each.is_live(self._now, window)]
        live.sort(key=lambda each: each.issued_at)
        self._tokens = {each.token_id: each for each in live}  # once each, also where both look-ups find it
        places = self._tokens.values()
        return [_place_of(each) for each in places]

    def _decided(self, profile: SharedProfile, keys: PatientKeys) -> _Decision:
        counter = self._counter(profile.counter)
        department = self._department(counter)
        if department is None:
            return _Decision(UNKNOWN_COUNTER, message=_NO_COUNTER)
        same = (each for each in self._held if department.code in each.departments and each.keys.match(keys))
        place = next(same, None)
        if place is not None:
            return _Decision(SAME, self._come(self._learnt(place, profile, keys), counter))
        if not department.is_open(self._facility.local(self._now)):
            return _Decision(CLOSED, message=closed_sentence(department, self._facility.local(self._now)))
        if self._takes_last(department) < 0:
            return _Decision(QUOTA, message=_quota_sentence(department))
        return _Decision(ISSUED, self._drafted(profile, department, keys, counter))

    def _counter(self, counter_id: str) -> Counter | None:
        """Whatever its capitals: people copy it by hand."""
        name = counter_id.strip().casefold()
        return next((each for each in self._plan.counters if each.counter_id.casefold() == name), None)

    def _department(self, counter: Counter | None) -> Department | None:
        """The counter's; for a counter that is not known, the first registration queue, where the desk sees to it."""
        if counter is not None:
            return self._facility.department(counter.department)
        return next((each for each in self._facility.departments if each.registration), None)

    @cached_property
    def _facility(self) -> Facility:
        return with_openings(self._plan.facility, openings(self._connection, self._facility_id, self._day))

    def _takes_last(self, department: Department) -> int:
        """How many phones may still get after this one; below 0: not even this one."""
        if department.code not in self._left:
            self._left[department.code] = phone_tokens_left(self._connection, self._plan, department, self._day)
        self._left[department.code] -= 1
        return self._left[department.code]

    def _drafted(
        self, profile: SharedProfile, department: Department, keys: PatientKeys, counter: Counter | None
    ) -> _Place:
        token_id, number = str(uuid_utils.uuid7()), self._numbers.next(department.code)
        label = label_of(department.prefix, SERVER_SERIES, number)
        body: dict[str, Json] = {
            "facility_id": self._facility_id,
            "department": department.code,
            "series": SERVER_SERIES,
            "number": number,
            "label": label,
            "source": PHONE,
            "number_key": keys.number,
            "address_key": keys.address,
            "counter": counter.counter_id if counter is not None else "",
            "arrived": self._arrives(counter),
            "arrival_key": self._arrival_key(profile, label),
        }
        self._drafts.append(Draft(Kind.TOKEN_ISSUED, token_id, self._day, body))
        self._patients[token_id] = profile.patient
        place = _Place(token_id, label, (department.code,), keys, self._arrives(counter))
        self._held.append(place)
        return place

    def _arrives(self, counter: Counter | None) -> bool:
        return counter is not None and self._plan.arrives_at_once(counter)

    def _come(self, place: _Place, counter: Counter | None) -> _Place:
        """Who has scanned at home, and now at a desk that sees who comes, is there."""
        if place.arrived or not self._arrives(counter):
            return place
        self._drafts.append(Draft(Kind.TOKEN_ARRIVED, place.token_id, self._day, {}))
        return self._replaced(place, replace(place, arrived=True))

    def _replaced(self, place: _Place, by: _Place) -> _Place:
        self._held = [by if each is place else each for each in self._held]
        return by

    def _learnt(self, place: _Place, profile: SharedProfile, keys: PatientKeys) -> _Place:
        """The phone may tell more of the holder than the card did: another identifier, to be found by from now on."""
        if place.keys.completed_by(keys) == place.keys:
            return place
        body: dict[str, Json] = {"number_key": keys.number, "address_key": keys.address}
        self._drafts.append(Draft(Kind.PATIENT_IDENTIFIED, place.token_id, self._day, body))
        known = self._patients.get(place.token_id) or self._details(place.token_id)
        if known is not None:  # else they were erased, and stay so
            self._patients[place.token_id] = known.completed_by(profile.patient)
        return self._replaced(place, replace(place, keys=place.keys.completed_by(keys)))

    def _details(self, token_id: str) -> Patient | None:
        mine = select(patient).filter_by(facility_id=self._facility_id, token_id=token_id)
        row = self._connection.execute(mine).mappings().first()
        return patient_message(row).details().patient if row is not None else None

    def _arrival_key(self, profile: SharedProfile, label: str) -> str | None:
        digits = last_digits_of(profile.patient.mobile)
        return arrival_key(self._key, self._day, label, digits) if digits is not None else None

    def _issue(self) -> int | None:
        """Returns the newest revision, where there is a new one."""
        if not self._drafts:
            return None
        self._numbers.keep()
        _, revision = append_all(self._connection, self._facility_id, self._drafts, self._now, self._tokens)
        told = (PatientMessage.of(PatientDetails(*each)) for each in sorted(self._patients.items()))
        insert_or_replace(self._connection, patient, [patient_row(self._facility_id, each, self._now) for each in told])
        return revision

    def _note(
        self, fresh: Mapping[str, SharedProfile], decided: Mapping[str, _Decision], revision: int | None
    ) -> dict[str, Receipt]:
        until = self._now + LEASE
        receipts = {
            name: Receipt(
                True, decision.outcome, DueAnswer(_answer(fresh[name], decision), self._now, 1, until), revision
            )
            for name, decision in decided.items()
        }
        rows = [self._row(fresh[name], decision, until) for name, decision in decided.items()]
        if rows:
            self._connection.execute(insert(share), rows)
        return receipts

    def _row(self, profile: SharedProfile, decision: _Decision, until: datetime) -> dict[str, Any]:
        answer = _answer(profile, decision)
        return {
            "facility_id": self._facility_id,
            "request_id": profile.request_id,
            "received_at": self._now,
            "sent_at": profile.sent_at,
            "counter": answer.counter,
            "address_digest": self._digest(profile),
            "address": profile.address_as_sent,
            "version": profile.version.value,
            "token_id": decision.place.token_id if decision.place is not None else None,
            "outcome": decision.outcome,
            "label": answer.label,
            "message": answer.reason,
            "state": DUE,
            "attempts": 1,
            "next_try_at": until,
            "problem": "",
        }

    def _digest(self, profile: SharedProfile) -> str:
        text = f"share:{profile.address_as_sent.casefold()}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _place_of(held: Token) -> _Place:
    given = (held.department,) if held.source == PHONE else ()
    return _Place(held.token_id, held.label, (held.queue_department, *given), held.keys, held.arrived)


def _answer(profile: SharedProfile, decision: _Decision) -> ShareAnswer:
    """The gateway wants a counter in each answer that has a token, even where it named none."""
    if decision.place is None:
        return answer_to(profile, reason=decision.message)
    counter = profile.counter or decision.place.departments[0]
    return replace(answer_to(profile, label=decision.place.label), counter=counter)


def closed_sentence(department: Department, local: datetime) -> str:
    opens = department.next_opening(local)
    name = department.name(ENGLISH)[:_LONGEST_NAME]
    if opens is None:
        return f"{name} is closed now. Please ask at the registration desk."
    day = {local.date(): "today", local.date() + timedelta(days=1): "tomorrow"}.get(opens.date(), f"{opens:%d %B}")
    return f"{name} is closed now. It opens {day} at {opens:%H:%M}; please scan again then."


def _quota_sentence(department: Department) -> str:
    name = department.name(ENGLISH)[:_LONGEST_NAME]
    return f"{name} has given all its tokens for today. Please ask at the registration desk."
