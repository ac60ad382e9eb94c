"""What crosses the border between a station, its store and the hospital server, as values."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from kiosk.model.desk import PinHash
from kiosk.model.events import Event
from kiosk.model.patient import Patient
from kiosk.model.token import Token

FRESH = timedelta(minutes=5)
"""As old as what is known of other stations may be before people ahead are told no more."""


def synced_since(now: datetime, *, has_server: bool) -> datetime | None:
    """When the last sync must have been for a station to know whole queues; None for one that stands alone."""
    return now - FRESH if has_server else None


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
    """What came back: how far the server holds our events without a gap, and what others did since the cursor.

    Attributes:
        acked_hash: of the event ``acked_seq`` as the server holds it: a copy of this store may have been faster.
        tokens: as the server has them, each token that any event up to the new cursor has touched, our own events
            included. Where two stations acted on one token, this is what became of it.
    """

    acked_seq: int
    parked: tuple[Parked, ...]
    events: tuple[Event, ...]
    patients: tuple[PatientDetails, ...]
    cursor: int
    more: bool
    server_time: datetime
    config_revision: int = 0
    tokens: tuple[Token, ...] = ()
    acked_hash: str | None = None


@dataclass(frozen=True)
class Enrolment:
    """What enrolment made of this station.

    Attributes:
        kind: what it does there, ``kiosk``, ``desk`` or ``board``.
        server_url: where the server is reached; ``public_url`` is the address under which requests are signed.
        ca_pem: the certificate authority to trust alone, or empty for the system's.
        reserve_series: for a restore without the server; None when it is used up.
    """

    facility_id: str
    station_id: str
    kind: str
    key_id: str
    server_url: str
    public_url: str
    ca_pem: str = ""
    reserve_series: str | None = None


@dataclass(frozen=True)
class DatedConfiguration:
    """One configuration, as JSON of ``model.configuration``'s shape, and the first service day that it is for."""

    applies_from: date
    untrusted_document: str = field(repr=False)


@dataclass(frozen=True)
class PulledConfiguration:
    """All of the server's configuration: the one in force, and the next one if there is one already.

    Attributes:
        pins: of the staff, for a desk; None where nothing is told of PINs.
    """

    revision: int
    documents: tuple[DatedConfiguration, ...]
    pins: tuple[PinHash, ...] | None = None


@dataclass(frozen=True)
class StoreClaim:
    """A station began a new store (its old one was copied or restored) and makes it known to the server.

    Attributes:
        series: the reserve series, where the new store has begun to issue in it; None asks for one.
        orphans: ids of the former store's events that the server is not known to hold.
    """

    store_id: str
    former_store_id: str
    series: str | None
    orphans: tuple[str, ...]


@dataclass(frozen=True)
class StoreGrant:
    """The new store's series, a new reserve, and which of the orphans the server holds after all."""

    series: str
    reserve_series: str | None
    held: frozenset[str]
