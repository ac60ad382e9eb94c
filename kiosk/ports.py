"""What the stories need of the outside world, as Protocols, with the values that cross the border."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from kiosk.model.aiming import GuidanceChanged
from kiosk.model.desk import OpeningChange
from kiosk.model.events import Json, Kind
from kiosk.model.exchange import Enrolment, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.model.opd import Department, Facility
from kiosk.model.patient import Patient
from kiosk.model.printer import Printed, PrinterStatus
from kiosk.model.qr import Reason
from kiosk.model.slip import Slip
from kiosk.model.token import Priority, SlipState, Token

NO_REMARKS: Mapping[str, Json] = {}
"""What an event says besides its own words, where there is nothing."""


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
    """``code`` says why it has FAILED, or what is not as it should be while it is RUNNING."""

    state: DeviceState
    code: str = ""


@dataclass(frozen=True)
class GunStateChanged:
    """Of a scanner gun; ``code`` as in GunError."""

    state: DeviceState
    code: str = ""


@dataclass(frozen=True)
class CodeSpoiled:
    """A gun has read something that is no text, or too much of it; nothing of it is kept."""

    reason: Reason


ScannerReport: TypeAlias = (
    CodeRead | TwoCodesSeen | CodeSpoiled | PreviewFrame | GuidanceChanged | CameraStateChanged | GunStateChanged
)


class Scanner(Protocol):
    """Watches for codes from ``start`` until ``stop``; reports come on threads of its own, the GUI's for a wedge."""

    def start(self, report: Callable[[ScannerReport], None]) -> None: ...

    def stop(self) -> None: ...


# --- slips -----------------------------------------------------------------------------------------------------------


class SlipPrinter(Protocol):
    """Turns what a slip says into paper, or into a file. One thread owns it."""

    @property
    def name(self) -> str:
        """The device, for people: ``network:10.0.0.7:9100``; for ``auto`` also what it has found."""
        ...

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        """Print one slip, within a finite time, if the printer is ready.

        Raises:
            PrinterError: where the slip is not known to be out; ``sent`` says whether it may be. One that is not ready
                gets nothing: code of the gravest problem, as in ``model.printer.PROBLEMS``.
        """
        ...

    def status(self) -> PrinterStatus:
        """How it is now, told within a second; one that cannot be reached has a problem, and raises nothing."""
        ...

    def finished_ids(self) -> frozenset[str]:
        """``process_id`` of jobs that it still tells as printed; empty where it cannot tell.

        To be asked after a restart, before anything is sent.
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
    synced_since: datetime | None = None  # people ahead are told only where the last sync is no older
    priority: Priority = Priority.ROUTINE
    ignores_quota: bool = False
    remarks: Mapping[str, Json] = field(default_factory=dict)
    """What else the event says: at a desk, who issued it and who allowed it."""
    judge: Callable[[Sequence[Token], Sequence[OpeningChange]], None] | None = field(default=None, compare=False)
    """Told first of the patient's tokens today and what was said of openings; if it raises, nothing is written."""


@dataclass(frozen=True)
class ArrivalOrder:
    """The holder of a phone token stands here at ``now``.

    Attributes:
        patient: who has shown a card; None where the token was proved otherwise.
        remarks: what the events say: who answers for it, or how it was proved.
    """

    token_id: str
    facility: Facility
    now: datetime
    language: str
    patient: Patient | None = None
    wants_slip: bool = True
    synced_since: datetime | None = None  # people ahead are told only where the last sync is no older
    remarks: Mapping[str, Json] = field(default_factory=dict)


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


class CheckInStore(Protocol):
    """What the story of a check-in needs of the store. Each method is one transaction; all raise StoreError."""

    def issue(self, order: IssueOrder) -> Issued:
        """The patient's live token in the department, or the next one, committed before this returns.

        Raises:
            QuotaReachedError, ClockError, StoreError
        """
        ...

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        """The live tokens of ``patient`` this service day, any department, oldest first."""
        ...

    def expected_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        """The phone tokens of ``patient`` this service day that nobody has come with yet, lapsed ones too."""
        ...

    def claimed_token(self, facility: Facility, label: str, last_digits: str, now: datetime) -> Token | None:
        """Today's phone token with this label whose holder's mobile number ends so; None where nothing proves that."""
        ...

    def arrive(self, order: ArrivalOrder) -> Issued:
        """Write down that a token's holder has come, and queue its slip if none was ever printed: the original.

        A phone token of today that has lapsed is revived, and queues by arrival.

        Raises:
            IllegalMoveError: nobody can come with it (any more).
            ClockError, StoreForkError
        """
        ...

    def reprint(self, token_id: str, language: str, now: datetime, limit: int) -> SlipJob:
        """Queue one more copy, with its event.

        Raises:
            ReprintLimitError: if ``limit`` copies have gone to the printer already.
        """
        ...

    def openings(self, facility_id: str, service_day: date) -> Sequence[OpeningChange]:
        """What supervisors have said of departments and rooms for this day; of each place the newest word."""
        ...


class TokenStore(CheckInStore, Protocol):
    """The station's own truth. Every method is one transaction; all raise StoreError where the store is unusable."""

    @property
    def store_id(self) -> str: ...

    def last_synced_at(self) -> datetime | None: ...

    def act(self, kind: Kind, token_id: str, now: datetime, body: Mapping[str, Json]) -> Token:
        """Write one act of the staff: the event, and what it makes of the token.

        Raises:
            IllegalMoveError: the act does not fit the token's state, or there is no such token.
            ClockError, StoreForkError
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

    def slip_moved(
        self, job_id: str, state: SlipState, now: datetime, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS
    ) -> None:
        """Note a job's new state; anything but QUEUED and SENDING also becomes an event, with ``remarks``."""
        ...

    def interrupted_slips(self) -> Sequence[SlipJob]:
        """After a restart: jobs found SENDING."""
        ...

    def next_push(self, limit: int) -> Push: ...

    def synced(self, pull: Pull, now: datetime) -> None:
        """Write down a round trip: acknowledgement, others' events, cursor, server time."""
        ...

    def note_fork(self, now: datetime) -> None:
        """The server knows another history under this store's name: from now on nothing is issued here.

        Until ``begin_anew`` and a series for the new store. What the server was known to hold is in doubt from now on.
        """
        ...

    def begin_anew(self, now: datetime, reserve: str | None = None) -> None:
        """Go on as a new store, with a new id and an empty history; tokens and others' events stay.

        Issues at once in the series ``reserve``, or only when ``granted`` has brought one.
        """
        ...

    def claim(self) -> StoreClaim | None:
        """What the server must be told before the next push, or None: since ``begin_anew``, until ``granted``."""
        ...

    def granted(self, grant: StoreGrant, now: datetime) -> None:
        """Take the series, and write the orphans that the server does not hold anew into this history.

        With the ids that they had, so that no event exists twice; ahead of what was written here since, as they
        happened before it. The same grant for every part of a claim: until ``claim`` is None.
        """
        ...

    def claim_again(self) -> None:
        """The server does not know this store: it was restored from a backup of before. Tell it once more.

        With all events of former stores, as it may have lost those too. Nothing to tell where there was no former one.
        """
        ...

    def config_revision(self) -> int:
        """Of the configuration that is kept; 0 where there is none."""
        ...

    def keep_configuration(self, pulled: PulledConfiguration, now: datetime) -> None:
        """In place of what was kept. The caller has parsed it: what makes no sense never gets here."""
        ...

    def configuration(self, service_day: date) -> str | None:
        """The kept document for ``service_day``: of those that apply by then, the latest."""
        ...

    def enrolment(self) -> Enrolment | None: ...

    def enrol(self, enrolment: Enrolment, series: str | None, facility_key: bytes, now: datetime) -> None:
        """Become the station that the server has made of this store, also anew.

        ``series`` None issues nothing. A store that has issued may go on in another series, whose numbers begin at 1.
        A forked store begins anew with this: better do so before asking the server, so that it learns the new id.

        Raises:
            StoreError: code SERIES_USED, tokens of another series by this name are known here.
        """
        ...

    def purge_details(self, now: datetime) -> int:
        """Delete patients' details whose time is over, from the file too; returns of how many tokens.

        24 hours after the server has acknowledged the events that they belong to; in a store that was never
        enrolled and has never synchronised, 7 days after issue. Never what the server may still need.
        """
        ...

    def unsynced(self) -> int:
        """How many own events the server has not acknowledged."""
        ...

    def close(self) -> None: ...
