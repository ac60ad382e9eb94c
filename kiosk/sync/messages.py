"""What a station and the hospital server say to each other as JSON, every length bounded.

Fields that this program does not know are ignored on both sides, so that a newer station can talk to an older server
and the other way round. What is known must be right: no type is guessed from another.
"""

import json
import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from kiosk.model.desk import CallOrder
from kiosk.model.events import Event, canonical_json, instant_text, parse_instant
from kiosk.model.exchange import Parked, PatientDetails, Pull, Push
from kiosk.model.moves import MAX_CALLS, MAX_ROOM
from kiosk.model.patient import BirthDate, Patient, PatientKeys, Sex
from kiosk.model.token import MAX_NUMBER, Priority, SlipState, State, Token

SCHEMA = 1
MAX_EVENTS = 200  # events in one push
MAX_WANTED = 500  # events in one answer
MAX_REQUEST_BYTES = 2 * 1024 * 1024
MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_BODY_CHARS = 4096  # of one event's body as canonical JSON
MAX_COUNT = 2**53 - 1  # the largest whole number that every JSON reader keeps exact
MAX_NAME = 100
MAX_ORPHANS = 2000  # events of a store that was left which one claim may ask for
MAX_DEPARTMENTS = 40
"""Whose queues one room calls from."""
MAX_PINS = 10_000
"""Of one facility's staff; with two configurations they fit into an answer."""
MAX_TEXT = 300  # as ``model.qr`` cuts what a card says

_INSTANT = re.compile(r"[2-9][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")
_DAY = re.compile(r"[2-9][0-9]{3}-[01][0-9]-[0-3][0-9]")


def _instant(untrusted: object) -> datetime:
    """Only the spelling that events are hashed under."""
    if isinstance(untrusted, datetime):
        return untrusted
    if isinstance(untrusted, str) and _INSTANT.fullmatch(untrusted):
        return parse_instant(untrusted)
    raise ValueError("not a time as 2026-11-22T04:05:06.123456Z")


def _day(untrusted: object) -> date:
    if isinstance(untrusted, date):
        return untrusted
    if isinstance(untrusted, str) and _DAY.fullmatch(untrusted):
        return date.fromisoformat(untrusted)
    raise ValueError("not a day as 2026-11-22")


def _small(body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Finite numbers only: infinity is no JSON, and would not survive the way back."""
    if len(json.dumps(body, ensure_ascii=False, allow_nan=False)) > MAX_BODY_CHARS:
        raise ValueError(f"more than {MAX_BODY_CHARS} characters")
    return body


Instant = Annotated[datetime, BeforeValidator(_instant), PlainSerializer(instant_text, return_type=str)]
Day = Annotated[date, BeforeValidator(_day), PlainSerializer(date.isoformat, return_type=str)]
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
FacilityId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
StationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
StaffId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20}$")]
StationKind = Literal["kiosk", "desk", "board"]
Series = Annotated[str, StringConstraints(pattern=r"^(?:[A-HJ-NP-Z]{1,2})?$")]
ShortText = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]
KeyText = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
RoomText = Annotated[str, StringConstraints(max_length=MAX_ROOM, pattern=r"^[^\x00]*$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
# NUL is a character of SQLite's text, but not of PostgreSQL's.
Name = Annotated[str, StringConstraints(max_length=MAX_NAME, pattern=r"^[^\x00]*$")]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]


class Message(BaseModel):
    """Frozen, no guessing of types, unknown fields ignored; inputs stay out of the error texts."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class EventMessage(Message):
    """``kiosk.model.events.Event`` on the wire."""

    event_id: Uuid
    store_id: Uuid
    seq: Annotated[int, Field(ge=1, le=MAX_COUNT)]
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
    token_id: Uuid | Literal[""]
    at: Instant
    service_day: Day
    body: Annotated[dict[str, JsonValue], AfterValidator(_small)]
    hash: Hash

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls.model_validate({**vars(event), "body": json.loads(canonical_json(event.body))})

    def event(self) -> Event:
        return Event(**dict(self))


class BirthMessage(Message):
    """As far as it is known."""

    year: Annotated[int, Field(ge=1, le=9999)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None


class PatientMessage(Message):
    """Who holds a token."""

    token_id: Uuid
    abha_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")] | None = Field(default=None, repr=False)
    abha_address: Text | None = Field(default=None, repr=False)
    name: Name = Field(default="", repr=False)
    sex: Sex = Sex.UNKNOWN
    birth: BirthMessage | None = Field(default=None, repr=False)
    mobile: Text | None = Field(default=None, repr=False)
    address: Text | None = Field(default=None, repr=False)
    district: Text | None = Field(default=None, repr=False)
    state: Text | None = Field(default=None, repr=False)

    @classmethod
    def of(cls, details: PatientDetails) -> Self:
        """Over-long texts are cut: no detail may ever hold up a token's events."""
        patient = details.patient
        birth = patient.birth
        return cls(
            token_id=details.token_id,
            abha_number=patient.abha_number,
            abha_address=_cut(patient.abha_address),
            name=patient.name.replace("\0", "")[:MAX_NAME],
            sex=patient.sex,
            birth=BirthMessage(year=birth.year, month=birth.month, day=birth.day) if birth else None,
            mobile=_cut(patient.mobile),
            address=_cut(patient.address),
            district=_cut(patient.district),
            state=_cut(patient.state),
        )

    def details(self) -> PatientDetails:
        fields = dict(self)
        token_id, birth = fields.pop("token_id"), fields.pop("birth")
        return PatientDetails(token_id, Patient(birth=BirthDate(**dict(birth)) if birth else None, **fields))


def _cut(text: str | None) -> str | None:
    return None if text is None else text.replace("\0", "")[:MAX_TEXT]


class TokenMessage(Message):
    """``kiosk.model.token.Token`` on the wire, as the server has it."""

    token_id: Uuid
    facility_id: FacilityId
    service_day: Day
    department: ShortText
    series: Series
    number: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    label: ShortText
    queue_department: ShortText
    store_id: Uuid
    issued_at: Instant
    moved_at: Instant
    number_key: KeyText | None
    address_key: KeyText | None
    source: ShortText
    state: State
    slip: SlipState
    copies: Count
    arrived: bool
    queued_at: Instant
    priority: Priority
    room: RoomText
    calls: Annotated[int, Field(ge=0, le=MAX_CALLS)]
    called_at: Instant | None
    started_at: Instant | None
    act_id: Uuid | Literal[""]

    @classmethod
    def of(cls, token: Token) -> Self:
        keys = {"number_key": token.keys.number, "address_key": token.keys.address}
        return cls.model_validate({**vars(token), **keys})

    def token(self) -> Token:
        fields = dict(self)
        keys = PatientKeys(fields.pop("number_key"), fields.pop("address_key"))
        return Token(**fields, keys=keys)


class ParkedMessage(Message):
    """An event that was received and could not be applied."""

    seq: Count
    code: Code


class SyncRequest(Message):
    """One round trip's way there: the station's next own events, and what it wants to know of others'."""

    store_id: Uuid
    facility_id: FacilityId
    schema_version: int = Field(alias="schema", ge=1, le=MAX_COUNT)
    events: Annotated[list[EventMessage], Field(max_length=MAX_EVENTS)] = []
    patients: Annotated[list[PatientMessage], Field(max_length=MAX_EVENTS)] = []
    cursor: Count = 0
    want: Annotated[int, Field(ge=0, le=MAX_WANTED)] = MAX_WANTED

    @model_validator(mode="after")
    def _own_events_in_order(self) -> Self:
        if any(event.store_id != self.store_id for event in self.events):
            raise ValueError("a station pushes its own events only")
        if any(later.seq <= event.seq for event, later in zip(self.events, self.events[1:], strict=False)):
            raise ValueError("events go in ascending order of seq")
        return self

    @classmethod
    def of(cls, push: Push, facility_id: str) -> Self:
        return cls(
            store_id=push.store_id,
            facility_id=facility_id,
            schema=SCHEMA,
            events=[EventMessage.of(event) for event in push.events],
            patients=[PatientMessage.of(details) for details in push.patients],
            cursor=push.cursor,
        )

    def json_bytes(self) -> bytes:
        return self.model_dump_json(by_alias=True).encode()


class SyncAnswer(Message):
    """One round trip's way back."""

    acked_seq: Count
    acked_hash: Hash | None = None
    parked: Annotated[list[ParkedMessage], Field(max_length=MAX_EVENTS)] = []
    events: Annotated[list[EventMessage], Field(max_length=MAX_WANTED)] = []
    patients: Annotated[list[PatientMessage], Field(max_length=MAX_WANTED)] = []
    tokens: Annotated[list[TokenMessage], Field(max_length=MAX_WANTED + MAX_EVENTS)] = []
    cursor: Count
    more: bool
    config_revision: Count = 0
    server_time: Instant

    def pull(self) -> Pull:
        return Pull(
            acked_seq=self.acked_seq,
            acked_hash=self.acked_hash,
            parked=tuple(Parked(parked.seq, parked.code) for parked in self.parked),
            events=tuple(event.event() for event in self.events),
            patients=tuple(patient.details() for patient in self.patients),
            cursor=self.cursor,
            more=self.more,
            server_time=self.server_time,
            config_revision=self.config_revision,
            tokens=tuple(token.token() for token in self.tokens),
        )


class CallRequest(Message):
    """``POST /v1/calls``: see ``model.desk.CallOrder``. Who waits longest in ``departments``, or one token by name."""

    request_id: Uuid
    facility_id: FacilityId
    service_day: Day
    departments: Annotated[list[ShortText], Field(max_length=MAX_DEPARTMENTS)] = []
    room: Annotated[str, StringConstraints(min_length=1, max_length=MAX_ROOM, pattern=r"^[^\x00]*$")]
    staff_id: StaffId
    token_id: Uuid | None = None

    @classmethod
    def of(cls, order: CallOrder) -> Self:
        return cls.model_validate({**vars(order), "departments": list(order.departments)})

    def order(self) -> CallOrder:
        return CallOrder(**{**dict(self), "departments": tuple(self.departments)})


class CallAnswer(Message):
    """Whose turn it is: the token is the room's from now on. ``token`` is None where nobody waits."""

    token: TokenMessage | None
    patient: PatientMessage | None = None
    server_time: Instant


class EnrolRequest(Message):
    """``POST /v1/enrol``: a pairing code becomes a station. The only request that is not signed.

    ``facility_id`` and ``series`` tell of a store that has issued already, alone: it keeps its series if nobody has it.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{8}$")] = Field(repr=False)
    public_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    store_id: Uuid
    facility_id: FacilityId | None = None
    series: Series | None = None


class EnrolAnswer(Message):
    """What the station needs to know for ever. ``facility_key`` is 32 bytes in hexadecimal digits."""

    facility_id: FacilityId
    station_id: StationId
    kind: StationKind
    key_id: Uuid
    public_url: Annotated[str, StringConstraints(max_length=300)]
    series: Series | None
    reserve_series: Series | None
    facility_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(repr=False)
    pin_pepper: Hash | None = Field(default=None, repr=False)
    """For desks alone: what PINs are tried with, 32 bytes in hexadecimal digits."""
    server_time: Instant


class StoreRequest(Message):
    """``POST /v1/stores``: see ``model.exchange.StoreClaim``."""

    facility_id: FacilityId
    store_id: Uuid
    former_store_id: Uuid
    series: Series | None = None
    orphans: Annotated[list[Uuid], Field(max_length=MAX_ORPHANS)] = []


class StoreAnswer(Message):
    """See ``model.exchange.StoreGrant``."""

    series: Series
    reserve_series: Series | None
    held: Annotated[list[Uuid], Field(max_length=MAX_ORPHANS)] = []
    server_time: Instant


class KeyRequest(Message):
    """``POST /v1/keys``, signed with the present key: the station's next public key."""

    public_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class KeyAnswer(Message):
    """The present key goes on for a while, so that a lost answer locks nobody out."""

    key_id: Uuid
    server_time: Instant


class DatedDocument(Message):
    """One configuration; ``document`` is of ``model.configuration``'s shape."""

    applies_from: Day
    document: dict[str, JsonValue]


class PinMessage(Message):
    """``kiosk.model.desk.PinHash`` on the wire."""

    staff_id: StationId
    pin_hash: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")] = Field(repr=False)


class ConfigurationAnswer(Message):
    """``GET /v1/configuration``: the one in force, and the next one if there is one; PINs for desks alone."""

    config_revision: Count
    documents: Annotated[list[DatedDocument], Field(max_length=2)]
    pins: Annotated[list[PinMessage], Field(max_length=MAX_PINS)] | None = None
    server_time: Instant


class Problem(Message):
    """RFC 9457 problem details, with the ``code`` that programs decide by; ``room`` is where CALLED_ELSEWHERE is."""

    status: int = 0
    code: Code = "UNKNOWN"
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    detail: Annotated[str, StringConstraints(max_length=500)] = ""
    server_time: Instant | None = None
    room: RoomText = ""
