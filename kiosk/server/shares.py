"""A patient's phone has scanned a counter's QR: the share becomes a token, or a sentence why there is none.

One transaction writes all of it: token, event, details, and the answer that the gateway is to get. So whatever dies
when, the same request has the same answer; ``share_queue`` keeps it until the gateway has it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import structlog
import uuid_utils
from sqlalchemy import Connection, insert, select, union_all

from kiosk.abdm.answers import ShareAnswer
from kiosk.abdm.share import SharedProfile
from kiosk.errors import KioskError
from kiosk.model.arrival import arrival_key, last_digits_of
from kiosk.model.configuration import Configuration
from kiosk.model.counter import Counter
from kiosk.model.events import Json, Kind
from kiosk.model.exchange import PatientDetails
from kiosk.model.opd import ENGLISH, SERVER_SERIES, Department, Facility, with_openings
from kiosk.model.patient import PatientKeys, patient_keys
from kiosk.model.token import Token, label_of
from kiosk.server.configuring import in_force
from kiosk.server.database import Database, insert_or_replace
from kiosk.server.numbers import next_number, phone_tokens_left
from kiosk.server.openings import openings
from kiosk.server.own_ledger import append, hold
from kiosk.server.projection import token_of
from kiosk.server.rows import patient_row
from kiosk.server.share_queue import DUE, LEASE, DueAnswer, due_answer
from kiosk.server.tables import facility, patient, share, token
from kiosk.sync.messages import PatientMessage

PHONE = "phone"
"""The ``source`` of these tokens."""
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
class _Decision:
    outcome: str
    held: Token | None = None
    message: str = ""
    revision: int | None = None


def receive(database: Database, profile: SharedProfile, now: datetime) -> Receipt:
    """One share. Raises as ``receive_all``."""
    return receive_all(database, [profile], now)[0]


def receive_all(database: Database, profiles: Sequence[SharedProfile], now: datetime) -> list[Receipt]:
    """Shares of one facility that came together, in one transaction: what costs is its lock and its way to the disk.

    Raises:
        NotHostedError: nobody has imported this facility.
    """
    return database.write(lambda connection: _received(connection, profiles, now))


def _received(connection: Connection, profiles: Sequence[SharedProfile], now: datetime) -> list[Receipt]:
    reception = _reception(connection, profiles[0].hip_id, now)
    return [reception.take(profile) for profile in profiles]


def _reception(connection: Connection, facility_id: str, now: datetime) -> "_Reception":
    """With the facility's lock held until the end: nobody else issues, imports or opens anything meanwhile."""
    dated = in_force(connection, facility_id, now) if hold(connection, facility_id) else None
    key = connection.execute(select(facility.c.facility_key).filter_by(facility_id=facility_id)).scalar()
    if dated is None or key is None:
        raise NotHostedError("no facility of this id is hosted here")
    return _Reception(connection, dated.configuration, bytes.fromhex(key), now)


class _Reception:
    """One facility within one transaction."""

    def __init__(self, connection: Connection, plan: Configuration, key: bytes, now: datetime) -> None:
        self._connection, self._plan, self._key, self._now = connection, plan, key, now
        self._facility_id = plan.facility.facility_id
        self._day: date = plan.facility.service_day(now)

    def take(self, profile: SharedProfile) -> Receipt:
        return self._earlier(profile) or self._noted(profile, self._decided(profile))

    def _earlier(self, profile: SharedProfile) -> Receipt | None:
        mine = select(share).filter_by(facility_id=self._facility_id, request_id=profile.request_id)
        row = self._connection.execute(mine).first()
        if row is None:
            return None
        if row.address_digest not in ("", self._digest(profile)):
            _log.warning("share_request_reused", facility_id=self._facility_id, request_id=profile.request_id)
        return Receipt(False, row.outcome, due_answer(row))

    def _decided(self, profile: SharedProfile) -> _Decision:
        counter = self._counter(profile.counter)
        department = self._department(counter)
        if department is None:
            return _Decision(UNKNOWN_COUNTER, message=_NO_COUNTER)
        keys = patient_keys(profile.patient, self._day, self._key)
        held = self._held(keys, department)
        if held is not None:
            return _Decision(SAME, held)
        if not department.is_open(self._facility.local(self._now)):
            return _Decision(CLOSED, message=closed_sentence(department, self._facility.local(self._now)))
        if phone_tokens_left(self._connection, self._plan, department, self._day) <= 0:
            return _Decision(QUOTA, message=_quota_sentence(department))
        return self._issued(profile, department, keys, counter)

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

    def _held(self, keys: PatientKeys, department: Department) -> Token | None:
        """The patient's oldest live token in this queue. Keys hold the day, so two look-ups find them."""
        named = ((token.c.number_key, keys.number), (token.c.address_key, keys.address))
        mine = select(token).where(token.c.facility_id == self._facility_id)
        parts = [mine.where(column == key) for column, key in named if key is not None]
        rows = self._connection.execute(union_all(*parts)).mappings() if parts else ()
        found = [
            each
            for each in map(token_of, rows)
            if each.queue_department == department.code
            and each.keys.match(keys)
            and each.is_live(self._now, self._facility.return_window)
        ]
        return min(found, key=lambda each: each.issued_at, default=None)

    def _issued(
        self, profile: SharedProfile, department: Department, keys: PatientKeys, counter: Counter | None
    ) -> _Decision:
        token_id = str(uuid_utils.uuid7())
        number = next_number(self._connection, self._facility_id, self._day, department.code)
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
            "arrived": counter is not None and self._plan.arrives_at_once(counter),
            "arrival_key": self._arrival_key(profile, label),
        }
        about = (self._facility_id, Kind.TOKEN_ISSUED, token_id, self._now, self._day, body)
        appended = append(self._connection, *about)
        details = PatientMessage.of(PatientDetails(token_id, profile.patient))
        insert_or_replace(self._connection, patient, [patient_row(self._facility_id, details, self._now)])
        mine = select(token).filter_by(facility_id=self._facility_id, token_id=token_id)
        issued = token_of(self._connection.execute(mine).mappings().one())
        return _Decision(ISSUED, issued, revision=appended.revision)

    def _arrival_key(self, profile: SharedProfile, label: str) -> str | None:
        digits = last_digits_of(profile.patient.mobile)
        return arrival_key(self._key, self._day, label, digits) if digits is not None else None

    def _noted(self, profile: SharedProfile, decision: _Decision) -> Receipt:
        held = decision.held
        answer = ShareAnswer(
            profile.version,
            profile.hip_id,
            profile.request_id,
            profile.counter,
            profile.address_as_sent,
            label=held.label if held is not None else "",
            reason=decision.message,
        )
        until = self._now + LEASE
        row = {
            "facility_id": self._facility_id,
            "request_id": profile.request_id,
            "received_at": self._now,
            "sent_at": profile.sent_at,
            "counter": profile.counter,
            "address_digest": self._digest(profile),
            "address": profile.address_as_sent,
            "version": profile.version.value,
            "token_id": held.token_id if held is not None else None,
            "outcome": decision.outcome,
            "label": answer.label,
            "message": answer.reason,
            "state": DUE,
            "attempts": 1,
            "next_try_at": until,
            "problem": "",
        }
        self._connection.execute(insert(share), [row])
        return Receipt(True, decision.outcome, DueAnswer(answer, self._now, 1, until), decision.revision)

    def _digest(self, profile: SharedProfile) -> str:
        text = f"share:{profile.address_as_sent.casefold()}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


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
