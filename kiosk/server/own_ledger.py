"""The server's own events of a facility: a chain like any station's, in a store that belongs to none.

Stations pull them as they pull each other's. Its row in ``store`` has OWNER as its station, so that no station can take
it for its own. A new one is begun where the present one cannot go on: see ``leave`` and ``append``.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import uuid_utils
from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from kiosk.model.clock import BRIDGED, TICK
from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.moves import IllegalMoveError
from kiosk.server.database import insert_new
from kiosk.server.parked import retry
from kiosk.server.projection import project
from kiosk.server.revisions import next_revisions
from kiosk.server.rows import event_row
from kiosk.server.tables import event, facility, store

OWNER = ""
"""The station of the server's own stores; no station's id is empty."""


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
    mine = select(facility.c.revision).filter_by(facility_id=facility_id).with_for_update(key_share=True)
    return connection.execute(mine).first() is not None


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
    """Write the facility's next own event and apply it. As ``append_all``."""
    draft = Draft(kind, token_id, service_day, body, event_id or "")
    (written,), revision = append_all(connection, facility_id, [draft], at)
    return Appended(written, revision)


def append_all(
    connection: Connection, facility_id: str, drafts: Sequence[Draft], at: datetime
) -> tuple[list[Event], int]:
    """Write the facility's next own events and apply them, within the caller's transaction. Tells the newest revision.

    Their time never runs back: it is held as stations hold theirs. A clock that was set back by more than that is
    bridged goes on in a new store, so that a server whose clock was once wrong does not write its time for ever.

    Raises:
        IllegalMoveError: one does not fit its token; the transaction must be undone.
    """
    if not hold(connection, facility_id):
        insert_new(connection, facility, {"facility_id": facility_id, "revision": 0})
        hold(connection, facility_id)
    own = _present(connection, facility_id, at)
    last_at = _last_at(connection, own)
    if last_at is not None and last_at - at > BRIDGED:
        leave(connection, facility_id, at)
        own, last_at = _present(connection, facility_id, at), None
    written = list(_chained(own, last_at, drafts, at))
    return written, _write(connection, facility_id, written, at)


def _chained(
    own: Row[str, str, int, str], last_at: datetime | None, drafts: Sequence[Draft], at: datetime
) -> Iterator[Event]:
    previous = own.last_hash
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
    connection.execute(update(store).where(_is_own(facility_id)).values(superseded_at=now))


def _write(connection: Connection, facility_id: str, written: Sequence[Event], now: datetime) -> int:
    """Returns the newest revision."""
    first = next_revisions(connection, facility_id, len(written))
    rows = [event_row(facility_id, each, first + place, now) for place, each in enumerate(written)]
    connection.execute(insert(event), rows)
    for unfit, code in project(connection, facility_id, written):
        raise IllegalMoveError(code, f"{unfit.kind} does not fit")
    last = written[-1]
    mine = update(store).filter_by(facility_id=facility_id, store_id=last.store_id)
    connection.execute(mine.values(acked_seq=last.seq, last_hash=last.hash))
    issued = {each.token_id for each in written if each.kind == Kind.TOKEN_ISSUED}
    return first + len(written) - 1 + (retry(connection, facility_id, issued) if issued else 0)


def _present(connection: Connection, facility_id: str, now: datetime) -> Row[str, str, int, str]:
    """The store that is written in, begun if there is none; with the facility's lock held."""
    columns = (store.c.facility_id, store.c.store_id, store.c.acked_seq, store.c.last_hash)
    mine = select(*columns).where(_is_own(facility_id))
    found = connection.execute(mine).first()
    if found is not None:
        return found
    own = {"facility_id": facility_id, "store_id": str(uuid.uuid4()), "station_id": OWNER}
    connection.execute(insert(store).values(**own, acked_seq=0, last_hash=FIRST_HASH, registered_at=now))
    return connection.execute(mine).one()


def _is_own(facility_id: str) -> ColumnElement[bool]:
    is_good = and_(store.c.superseded_at.is_(None), store.c.quarantined_at.is_(None))
    return and_(store.c.facility_id == facility_id, store.c.station_id == OWNER, is_good)


def _last_at(connection: Connection, own: Row[str, str, int, str]) -> datetime | None:
    mine = {"facility_id": own.facility_id, "store_id": own.store_id, "seq": own.acked_seq}
    found: datetime | None = connection.execute(select(event.c.at).filter_by(**mine)).scalar()
    return found
