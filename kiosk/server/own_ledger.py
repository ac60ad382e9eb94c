"""The server's own events of a facility: a chain like any station's, in a store that belongs to none.

Stations pull them as they pull each other's. Its row in ``store`` has OWNER as its station, so that no station can take
it for its own. A new one is begun where the present one cannot go on: see ``leave`` and ``append``.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import uuid_utils
from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update

from kiosk.model.clock import BRIDGED, TICK
from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.moves import IllegalMoveError
from kiosk.model.token import Token
from kiosk.server.database import insert_new
from kiosk.server.parked import retry
from kiosk.server.projection import project
from kiosk.server.revisions import next_revisions
from kiosk.server.rows import event_row
from kiosk.server.tables import event, facility, store

OWNER = ""
"""The station of the server's own stores; no station's id is empty."""


_IS_OWN = and_(
    store.c.facility_id == bindparam("of_facility"),
    store.c.station_id == OWNER,
    store.c.superseded_at.is_(None),
    store.c.quarantined_at.is_(None),
)
_LAST = and_(
    event.c.facility_id == store.c.facility_id, event.c.store_id == store.c.store_id, event.c.seq == store.c.acked_seq
)
_HELD = (select(facility.c.facility_key).where(facility.c.facility_id == bindparam("of_facility"))).with_for_update(
    key_share=True
)
_PRESENT = (
    select(store.c.store_id, store.c.acked_seq, store.c.last_hash, event.c.at.label("last_at"))
    .outerjoin(event, _LAST)
    .where(_IS_OWN)
)
_MOVE = (
    update(store)
    .where(store.c.facility_id == bindparam("of_facility"), store.c.store_id == bindparam("of_store"))
    .values(acked_seq=bindparam("new_seq"), last_hash=bindparam("new_hash"))
)


@dataclass(frozen=True)
class Appended:
    """An event that was written, and the facility's newest revision, of which ``hub.moved`` is to be told."""

    event: Event
    revision: int


@dataclass(frozen=True)
class Draft:
    """What an event is to say."""

    kind: Kind
    token_id: str
    service_day: date
    body: Mapping[str, Json]
    event_id: str = ""


def hold(connection: Connection, facility_id: str) -> bool:
    """Lock the facility, and with it its own store, until the transaction ends. False where nobody knows it.

    The store's row is never locked before: where it is only just begun, those who saw it and those who did not would
    wait for each other.
    """
    return held(connection, facility_id) is not None


def held(connection: Connection, facility_id: str) -> Row[str | None] | None:
    """As ``hold``. Returns the facility's key, which is None where nobody has imported the facility."""
    return connection.execute(_HELD, {"of_facility": facility_id}).first()


def append(
    connection: Connection,
    facility_id: str,
    kind: Kind,
    token_id: str,
    at: datetime,
    service_day: date,
    body: Mapping[str, Json],
    event_id: str | None = None,
) -> Appended:
    """Write the facility's next own event and apply it, also where it is not held or known yet. As ``append_all``."""
    if not hold(connection, facility_id):
        insert_new(connection, facility, {"facility_id": facility_id, "revision": 0})
        hold(connection, facility_id)
    draft = Draft(kind, token_id, service_day, body, event_id or "")
    (written,), revision = append_all(connection, facility_id, [draft], at)
    return Appended(written, revision)


def append_all(
    connection: Connection,
    facility_id: str,
    drafts: Sequence[Draft],
    at: datetime,
    tokens: Mapping[str, Token] | None = None,
) -> tuple[list[Event], int]:
    """Write the facility's next own events and apply them, within the caller's transaction that holds the facility.

    Tells the newest revision. ``tokens``: those that the events are about, as they are now, by their ids, where the
    caller knows them; what is not among them was made in this transaction, so that nobody has heard of it.

    Their time never runs back: it is held as stations hold theirs. A clock that was set back by more than that is
    bridged goes on in a new store, so that a server whose clock was once wrong does not write its time for ever.

    Raises:
        IllegalMoveError: one does not fit its token; the transaction must be undone.
    """
    own = _present(connection, facility_id, at)
    if own.last_at is not None and own.last_at - at > BRIDGED:
        leave(connection, facility_id, at)
        own = _present(connection, facility_id, at)
    written = list(_chained(own, drafts, at))
    return written, _write(connection, facility_id, written, at, tokens)


def _chained(own: Row[str, int, str, datetime | None], drafts: Sequence[Draft], at: datetime) -> Iterator[Event]:
    previous, last_at = own.last_hash, own.last_at
    for seq, draft in enumerate(drafts, own.acked_seq + 1):
        last_at = at if last_at is None else max(at, last_at + TICK)
        written = chained(
            previous,
            event_id=draft.event_id or str(uuid_utils.uuid7()),
            store_id=own.store_id,
            seq=seq,
            kind=draft.kind,
            token_id=draft.token_id,
            at=last_at,
            service_day=draft.service_day,
            body=dict(draft.body),
        )
        previous = written.hash
        yield written


def leave(connection: Connection, facility_id: str, now: datetime) -> None:
    """The next event begins a new store. After a restore it must: stations may know the old one further than this."""
    connection.execute(update(store).where(_IS_OWN).values(superseded_at=now), {"of_facility": facility_id})


def _write(
    connection: Connection,
    facility_id: str,
    written: Sequence[Event],
    now: datetime,
    tokens: Mapping[str, Token] | None,
) -> int:
    """Returns the newest revision."""
    first = next_revisions(connection, facility_id, len(written))
    rows = [event_row(facility_id, each, first + place, now) for place, each in enumerate(written)]
    connection.execute(insert(event), rows)
    for unfit, code in project(connection, facility_id, written, held=tokens):
        raise IllegalMoveError(code, f"{unfit.kind} does not fit")
    last = written[-1]
    moved = {"of_facility": facility_id, "of_store": last.store_id, "new_seq": last.seq, "new_hash": last.hash}
    connection.execute(_MOVE, moved)
    issued = {each.token_id for each in written if each.kind == Kind.TOKEN_ISSUED and tokens is None}
    return first + len(written) - 1 + (retry(connection, facility_id, issued) if issued else 0)


def _present(connection: Connection, facility_id: str, now: datetime) -> Row[str, int, str, datetime | None]:
    """The store that is written in, begun if there is none, and the time of its last event."""
    found = connection.execute(_PRESENT, {"of_facility": facility_id}).first()
    if found is not None:
        return found
    own = {"facility_id": facility_id, "store_id": str(uuid.uuid4()), "station_id": OWNER}
    connection.execute(insert(store).values(**own, acked_seq=0, last_hash=FIRST_HASH, registered_at=now))
    return connection.execute(_PRESENT, {"of_facility": facility_id}).one()
