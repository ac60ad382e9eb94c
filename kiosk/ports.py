"""What the stories need of the outside world, as Protocols, with the values that cross the border."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from kiosk.model.events import Event
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.model.slip import Slip
from kiosk.model.token import SlipState, Token


class Clock(Protocol):
    """Wall time for facts, monotonic seconds for waits."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


# --- scanner ---------------------------------------------------------------------------------------------------------


class DeviceState(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True)
class CodeRead:
    """One QR is in view; the text is whatever it holds.

    Told again every ``flow.REPEAT_S`` for as long as it stays in view: only the listener knows whether it was taken.
    """

    untrusted_text: str = field(repr=False)


@dataclass(frozen=True)
class TwoCodesSeen:
    """Different codes are in view together, so nobody can say whose turn it is. Told again like ``CodeRead``."""


@dataclass(frozen=True)
class PreviewFrame:
    """A small picture for the patient to aim by: RGB888, rows unpadded, never stored."""

    width: int
    height: int
    rgb: bytes = field(repr=False)


@dataclass(frozen=True)
class CameraStateChanged:
    state: DeviceState
    code: str = ""


ScannerReport: TypeAlias = CodeRead | TwoCodesSeen | PreviewFrame | CameraStateChanged


class Scanner(Protocol):
    """Watches for codes from ``start`` until ``stop``; reports come on a thread of its own."""

    def start(self, report: Callable[[ScannerReport], None]) -> None: ...

    def stop(self) -> None: ...


# --- slips -----------------------------------------------------------------------------------------------------------


class Confirmation(StrEnum):
    """How sure it is that paper came out, weakest first."""

    SENT = "sent"
    PROCESSED = "processed"
    PRINTED = "printed"


class SlipPrinter(Protocol):
    """Turns what a slip says into paper, or into a file."""

    @property
    def name(self) -> str:
        """The device as configured, for people: ``network:10.0.0.7:9100``."""
        ...

    def print_slip(self, slip: Slip) -> Confirmation:
        """Print one slip, within a finite time.

        Raises:
            PrinterError: where the slip is not known to be out; ``sent`` says whether it may be.
        """
        ...


@dataclass(frozen=True)
class SlipJob:
    """One slip to print. ``copy`` 0 is the original, 1 and up are marked DUPLICATE."""

    job_id: str
    token_id: str
    copy: int
    language: str
    people_ahead: int | None
    queued_at: datetime
    state: SlipState


# --- store -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IssueOrder:
    """A wish for a token at ``now``: who, where, and in which language the slip shall speak."""

    patient: Patient
    facility: Facility
    department: Department
    now: datetime
    language: str
    notice_version: str
    source: str = "kiosk"
    wants_slip: bool = True
    shows_people_ahead: bool = True


@dataclass(frozen=True)
class Issued:
    """The patient's token. ``created`` is False where it was there already; then no job was queued."""

    token: Token
    created: bool
    people_ahead: int | None
    job: SlipJob | None


@dataclass(frozen=True)
class TokenRow:
    """A token with what only this station knows of it."""

    token: Token
    synced: bool


@dataclass(frozen=True)
class PatientDetails:
    """Who holds a token; travels beside the events, never inside them."""

    token_id: str
    patient: Patient


@dataclass(frozen=True)
class Push:
    """What a station sends in one round trip: its next own events, and the details they need."""

    store_id: str
    events: tuple[Event, ...]
    patients: tuple[PatientDetails, ...]
    cursor: int


@dataclass(frozen=True)
class Parked:
    """An event that the server has received and could not apply."""

    seq: int
    code: str


@dataclass(frozen=True)
class Pull:
    """What came back: how far the server holds our events without a gap, and what others did since the cursor."""

    acked_seq: int
    parked: tuple[Parked, ...]
    events: tuple[Event, ...]
    patients: tuple[PatientDetails, ...]
    cursor: int
    more: bool
    server_time: datetime


class TokenStore(Protocol):
    """The station's own truth. Every method is one transaction; all raise StoreError where the store is unusable."""

    @property
    def store_id(self) -> str: ...

    def issue(self, order: IssueOrder) -> Issued:
        """The patient's live token in the department, or the next one, committed before this returns.

        Raises:
            QuotaReachedError, ClockError, StoreError
        """
        ...

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        """The live tokens of ``patient`` this service day, any department, oldest first."""
        ...

    def reprint(self, token_id: str, language: str, now: datetime, limit: int) -> SlipJob:
        """Queue one more copy, with its event.

        Raises:
            ReprintLimitError: if ``limit`` copies have gone to the printer already.
        """
        ...

    def tokens(self, service_day: date) -> Sequence[TokenRow]:
        """All tokens of the day, in the order they were issued."""
        ...

    def token(self, token_id: str) -> Token | None: ...

    def patient_of(self, token_id: str) -> Patient | None:
        """The details, while this station still keeps them."""
        ...

    def due_slips(self, queued_since: datetime) -> Sequence[SlipJob]:
        """QUEUED jobs not older than ``queued_since``, oldest first: their patients still stand at the kiosk."""
        ...

    def slip_moved(self, job_id: str, state: SlipState, now: datetime, cause: str = "") -> None:
        """Note a job's new state; anything but QUEUED and SENDING also becomes an event."""
        ...

    def doubt_interrupted_slips(self, now: datetime) -> int:
        """After a restart: jobs found SENDING become IN_DOUBT. Returns how many."""
        ...

    def next_push(self, limit: int) -> Push: ...

    def synced(self, pull: Pull, now: datetime) -> None:
        """Write down a round trip: acknowledgement, others' events, cursor, server time."""
        ...

    def note_fork(self, now: datetime) -> None:
        """The server knows another history under this store's name: from now on nothing is issued here."""
        ...

    def unsynced(self) -> int:
        """How many own events the server has not acknowledged."""
        ...

    def last_synced_at(self) -> datetime | None: ...

    def close(self) -> None: ...


# --- server ----------------------------------------------------------------------------------------------------------


class HospitalServer(Protocol):
    """The far end of sync."""

    def exchange(self, push: Push) -> Pull:
        """One round trip, within a finite time.

        Raises:
            ServerError: unreachable, refused, or an answer that makes no sense; nothing is known to have arrived.
            StoreForkError: the server holds other events under our sequence numbers.
        """
        ...
