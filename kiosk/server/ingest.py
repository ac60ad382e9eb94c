"""A station's push becomes rows: one transaction a batch, each event at most once, none holding up another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, and_, select, update

from kiosk.errors import KioskError, StoreForkError
from kiosk.model.events import FIRST_HASH, TELLS_DETAILS, Event, Kind, is_chained
from kiosk.server.audit import erased_tokens
from kiosk.server.database import Database, insert_all_new, insert_new, insert_or_replace
from kiosk.server.parked import FORBIDDEN, forbidden, is_waited_for, park, retry
from kiosk.server.projection import project
from kiosk.server.revisions import next_revisions
from kiosk.server.rows import event_row, patient_row
from kiosk.server.tables import event, facility, parked, patient, store
from kiosk.sync.messages import ParkedMessage, SyncRequest

_log = structlog.get_logger()
"""With these events a patient's details come, as stations send them."""
_TELL_NOTHING = frozenset({FORBIDDEN, "TOKEN_EXISTS"})
"""What was parked so comes true at no time, and its details with it."""
_QUARANTINED = "this store is quarantined: a copy of it was here before"


class EventRefusedError(KioskError):
    """A whole push is refused, because one event is not what its station wrote; ``seq`` says which."""

    code = "EVENT_TAMPERED"

    def __init__(self, message: str, seq: int, *, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.seq = seq


@dataclass(frozen=True)
class Ingested:
    """How far a store's events are held without a gap, and which of those just sent could not be applied.

    ``acked_hash`` is that of the last one held. ``revision`` is the newest that this push made; None if it brought
    nothing new, so that nobody need be told.
    """

    acked_seq: int
    acked_hash: str
    parked: tuple[ParkedMessage, ...] = ()
    revision: int | None = None


def ingest(database: Database, request: SyncRequest, now: datetime) -> Ingested:
    """Take what is new in a push; what came before is a success again.

    Raises:
        EventRefusedError: nothing of the push was taken.
        StoreForkError: nor here, and the store is quarantined from now on.
    """
    if not request.events:
        with database.reader.begin() as connection:
            return _standing(connection, request)
    try:
        return database.write(lambda connection: _Batch(connection, request, now).taken())
    except StoreForkError:
        database.write(lambda connection: _quarantine(connection, request, now))
        raise


def _standing(connection: Connection, request: SyncRequest) -> Ingested:
    """What is held of a store that brings nothing; most round trips are such, and none of them waits for a writer."""
    mine = select(store.c.acked_seq, store.c.last_hash, store.c.quarantined_at)
    row = connection.execute(mine.filter_by(facility_id=request.facility_id, store_id=request.store_id)).first()
    if row is not None and row.quarantined_at is not None:
        raise StoreForkError(_QUARANTINED)
    return Ingested(row.acked_seq, row.last_hash) if row is not None else Ingested(0, FIRST_HASH)


def _quarantine(connection: Connection, request: SyncRequest, now: datetime) -> None:
    mine = and_(store.c.facility_id == request.facility_id, store.c.store_id == request.store_id)
    fresh = connection.execute(update(store).where(mine, store.c.quarantined_at.is_(None)).values(quarantined_at=now))
    if fresh.rowcount:
        _log.error("store_fork", facility_id=request.facility_id, store_id=request.store_id)


class _Batch:
    """One push within its transaction."""

    def __init__(self, connection: Connection, request: SyncRequest, now: datetime) -> None:
        self._connection, self._request, self._now = connection, request, now
        self._key = {"facility_id": request.facility_id, "store_id": request.store_id}
        self._events = [message.event() for message in request.events]
        self._has_unfit = False

    def taken(self) -> Ingested:
        acked_seq, last_hash = self._locked_store()
        fresh = self._fresh(acked_seq, last_hash)
        sent_again = self._events[0].seq <= acked_seq
        revision = self._store_events(fresh) if fresh else None
        acked_seq, last_hash = (fresh[-1].seq, fresh[-1].hash) if fresh else (acked_seq, last_hash)
        unfit = self._parked() if sent_again or self._has_unfit else ()
        said = self._telling(acked_seq, {each.seq for each in unfit if each.code in _TELL_NOTHING})
        self._store_patients(said, {new.token_id for new in fresh if new.kind == Kind.TOKEN_ISSUED})
        return Ingested(acked_seq, last_hash, unfit, revision)

    def _locked_store(self) -> tuple[int, str]:
        """Lock order everywhere: the store, then the facility.

        SQLite has locked all at BEGIN. PostgreSQL locks for no change of keys: whoever writes a row that refers to this
        one, as each new store does to its facility, holds a lock that any stronger one would wait for, in a circle.
        """
        standing = (store.c.acked_seq, store.c.last_hash, store.c.quarantined_at, store.c.superseded_at)
        mine = select(*standing).filter_by(**self._key).with_for_update(key_share=True)
        row = self._connection.execute(mine).first()
        if row is None:
            self._register()
            row = self._connection.execute(mine).one()
        if row.quarantined_at is not None or row.superseded_at is not None:
            raise StoreForkError(_QUARANTINED)
        return row.acked_seq, row.last_hash

    def _register(self) -> None:
        insert_new(self._connection, facility, {"facility_id": self._request.facility_id, "revision": 0})
        new = {**self._key, "acked_seq": 0, "last_hash": FIRST_HASH, "registered_at": self._now}
        insert_new(self._connection, store, new)

    def _fresh(self, acked_seq: int, last_hash: str) -> list[Event]:
        """The events that follow what is held, checked; from a gap on nothing is taken."""
        held = self._held_hashes(self._events[0].seq, min(acked_seq, self._events[-1].seq))
        fresh: list[Event] = []
        before: Event | None = None
        for sent in self._events:
            _check_against_sent(sent, before)
            if sent.seq <= acked_seq and held.get(sent.seq) != sent.hash:
                raise StoreForkError("another event is held under this number")
            if sent.seq == acked_seq + len(fresh) + 1:
                if not fresh:  # else it was checked against the one before it, which is what will be held
                    _check_against_held(sent, last_hash)
                fresh.append(sent)
            before = sent
        return fresh

    def _held_hashes(self, first: int, last: int) -> dict[int, str]:
        if last < first:
            return {}
        rows = select(event.c.seq, event.c.hash).filter_by(**self._key).where(event.c.seq.between(first, last))
        return {row.seq: row.hash for row in self._connection.execute(rows)}

    def _store_events(self, fresh: Sequence[Event]) -> int:
        """Returns the newest revision."""
        facility_id = self._request.facility_id
        first = next_revisions(self._connection, facility_id, len(fresh))
        self._insert(fresh, first)
        unfit = forbidden(self._connection, facility_id, fresh)
        refused = {each.seq for each, _ in unfit}
        unfit += project(self._connection, facility_id, [new for new in fresh if new.seq not in refused])
        park(self._connection, facility_id, unfit, self._now)
        self._has_unfit = bool(unfit)
        issued = {new.token_id for new in fresh if new.kind == Kind.TOKEN_ISSUED}
        revived = retry(self._connection, facility_id, issued) if self._reach(fresh[-1], issued) else 0
        return first + len(fresh) - 1 + revived

    def _insert(self, fresh: Sequence[Event], first: int) -> None:
        """An event id is written once in its life."""
        rows = [event_row(self._request.facility_id, new, first + place, self._now) for place, new in enumerate(fresh)]
        if insert_all_new(self._connection, event, rows) < len(fresh):
            held = self._held_hashes(fresh[0].seq, fresh[-1].seq)
            seq = next(new.seq for new in fresh if new.seq not in held)
            raise EventRefusedError("an event id is used twice", seq, code="EVENT_REPEATED")

    def _reach(self, last: Event, issued: set[str]) -> bool:
        """Move the store on. Returns whether parked events wait for the tokens, as that costs no further round trip."""
        reached = update(store).filter_by(**self._key).values(acked_seq=last.seq, last_hash=last.hash)
        waiting = is_waited_for(self._connection, self._request.facility_id, issued)
        return bool(self._connection.execute(reached.returning(waiting)).scalar_one())

    def _telling(self, acked_seq: int, void: Collection[int]) -> set[str]:
        """The tokens of whose holders this push may tell: nobody writes another name over a token by calling it."""
        telling = (sent for sent in self._events if sent.seq <= acked_seq and sent.kind in TELLS_DETAILS)
        return {sent.token_id for sent in telling if sent.seq not in void}

    def _store_patients(self, tokens: set[str], issued: set[str]) -> None:
        """Only with the events they belong to: the station sends the others again. Who was erased stays so."""
        older = {details.token_id for details in self._request.patients} - issued
        tokens -= erased_tokens(self._connection, self._request.facility_id, older)
        known = [details for details in self._request.patients if details.token_id in tokens]
        known.sort(key=lambda details: details.token_id)  # one order of locks, whoever sends them
        rows = [patient_row(self._request.facility_id, details, self._now) for details in known]
        insert_or_replace(self._connection, patient, rows)

    def _parked(self) -> tuple[ParkedMessage, ...]:
        """Also those parked at an earlier try: that answer may have been lost."""
        sent = parked.c.seq.between(self._events[0].seq, self._events[-1].seq)
        rows = select(parked.c.seq, parked.c.code).filter_by(**self._key).where(sent).order_by(parked.c.seq)
        return tuple(ParkedMessage(seq=row.seq, code=row.code) for row in self._connection.execute(rows))


def _check_against_sent(sent: Event, before: Event | None) -> None:
    """Against the neighbour in the same push: a wrong hash here is damage or tampering, whatever is held."""
    if sent.seq == 1:
        previous_hash = FIRST_HASH
    elif before is not None and before.seq == sent.seq - 1:
        previous_hash = before.hash
    else:
        return
    if not is_chained(sent, previous_hash):
        raise EventRefusedError("an event does not have the hash of its content", sent.seq)


def _check_against_held(sent: Event, previous_hash: str) -> None:
    """Against what is held: the station went on from another past than ours."""
    if not is_chained(sent, previous_hash):
        raise StoreForkError("the event does not follow the last one held")
