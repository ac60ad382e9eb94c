"""Series of token numbers: each is given to one store, once in the life of its facility.

Whoever gives one holds the facility's row lock, so that two stations at once get two.

A server that was restored from a backup has forgotten which series it gave since then, and whether it was restored
from that backup before. So it sets the next ones of its order aside, and goes on in a block of series that depends on
the time of the restore: see ``pass_over``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from kiosk.server.problems import ProblemError
from kiosk.server.tables import series, store, token

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which look like digits."""
OF_SERVER = "S"
"""The server's own, for Scan & Share."""
SET_ASIDE = ""
"""The station of a series that a restored server does not know to be given."""
_MARK = ""
"""The store of the one series of SET_ASIDE after which a restored server goes on."""
BLOCK = 12
"""Series of two letters: six stations with their reserves, between two restores. There are 48 blocks."""
BLOCK_LASTS = timedelta(minutes=15)
"""Restores from one backup take different blocks unless both are within one such time, or 48 of them apart."""


@dataclass(frozen=True)
class Owner:
    """Who is given a series."""

    facility_id: str
    station_id: str
    store_id: str


def in_order() -> Iterator[str]:
    """All series: the empty one, 23 of one letter, 576 of two."""
    yield ""
    yield from (letter for letter in _LETTERS if letter != OF_SERVER)
    yield from map("".join, product(_LETTERS, repeat=2))


def series_for(connection: Connection, owner: Owner, wanted: str | None, now: datetime) -> str:
    """The store's series: the one that it has, else ``wanted`` where that is free or its station's reserve.

    Raises:
        ProblemError: 409 SERIES_TAKEN or SERIES_EXHAUSTED.
    """
    own = _series_of(connection, owner)
    if own is None:
        return _granted(connection, owner, wanted, now)
    if wanted not in (None, own):
        raise ProblemError(409, "SERIES_TAKEN", "the store has another series")
    return own


def reserve_for(connection: Connection, owner: Owner, now: datetime) -> str | None:
    """What the station may begin a new store in without the server; None when no series is left."""
    kept: str | None = connection.execute(select(series.c.series).where(*_reserve_of(owner))).scalar()
    if kept is None:
        kept = _next_free(connection, owner)
        if kept is not None:
            _give(connection, owner, kept, None, now)
    return kept


def retire_reserve(connection: Connection, owner: Owner) -> None:
    """Once its station has left the store ``owner.store_id``: a copy of that store may know the reserve too."""
    connection.execute(update(series).where(*_reserve_of(owner)).values(store_id=owner.store_id))


def pass_over(connection: Connection, facility_id: str, count: int, now: datetime) -> None:
    """After a restore: go on where this facility has given nothing, in this database's past or in any other one.

    The next ``count`` series are kept for stores that say they have them already: what this database gave and has
    forgotten. What another restore of the same backup gave is in that restore's block. Once a station comes with a
    series of the forgotten ones, it keeps it.
    """
    nobody = Owner(facility_id, SET_ASIDE, _MARK)
    for _ in range(count):
        free = _next_free(connection, nobody)
        if free is not None:
            _give(connection, nobody, free, None, now)
    blocks = _free_blocks(_taken(connection, nobody))
    if blocks:
        connection.execute(update(series).where(_is_mark(facility_id)).values(store_id=None))
        _give(connection, nobody, blocks[int(now.timestamp() / BLOCK_LASTS.total_seconds()) % len(blocks)], _MARK, now)


def _free_blocks(taken: set[str]) -> list[str]:
    """The first series of each block of which none was given."""
    pairs = [each for each in in_order() if len(each) == 2]
    blocks = [pairs[first : first + BLOCK] for first in range(0, len(pairs), BLOCK)]
    return [block[0] for block in blocks if taken.isdisjoint(block)]


def _is_mark(facility_id: str) -> ColumnElement[bool]:
    return and_(series.c.facility_id == facility_id, series.c.station_id == SET_ASIDE, series.c.store_id == _MARK)


def _reserve_of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    mine = (series.c.facility_id == owner.facility_id, series.c.station_id == owner.station_id)
    return (*mine, series.c.store_id.is_(None))


def _series_of(connection: Connection, owner: Owner) -> str | None:
    mine = select(series.c.series).filter_by(facility_id=owner.facility_id, store_id=owner.store_id)
    found: str | None = connection.execute(mine).scalar()
    return found


def _granted(connection: Connection, owner: Owner, wanted: str | None, now: datetime) -> str:
    if wanted is not None and _takes_kept(connection, owner, wanted):
        return wanted
    if wanted in _taken(connection, owner):
        raise ProblemError(409, "SERIES_TAKEN", "another store has this series")
    granted = _next_free(connection, owner) if wanted is None else wanted
    if granted is None:
        raise ProblemError(409, "SERIES_EXHAUSTED", "the facility has given all its series away")
    _give(connection, owner, granted, owner.store_id, now)
    return granted


def _takes_kept(connection: Connection, owner: Owner, wanted: str) -> bool:
    """Its station's reserve, or one that was set aside."""
    mine = (series.c.facility_id == owner.facility_id, series.c.series == wanted, series.c.store_id.is_(None))
    kept = update(series).where(*mine, series.c.station_id.in_([owner.station_id, SET_ASIDE]))
    return connection.execute(kept.values(station_id=owner.station_id, store_id=owner.store_id)).rowcount == 1


def _give(connection: Connection, owner: Owner, granted: str, store_id: str | None, now: datetime) -> None:
    row = {"facility_id": owner.facility_id, "series": granted, "station_id": owner.station_id, "store_id": store_id}
    connection.execute(insert(series).values(**row, granted_at=now))


def _next_free(connection: Connection, owner: Owner) -> str | None:
    """In the order, from its beginning or from where a restore has left off, and round."""
    taken, order = _taken(connection, owner), list(in_order())
    mark = connection.execute(select(series.c.series).where(_is_mark(owner.facility_id))).scalar()
    start = 0 if mark is None else order.index(mark)
    return next((free for free in order[start:] + order[:start] if free not in taken), None)


def _taken(connection: Connection, owner: Owner) -> set[str]:
    """What was given, what is the server's own, and what stores use that were here before stations enrolled."""
    given = select(series.c.series).filter_by(facility_id=owner.facility_id)
    loose = select(store.c.store_id).where(
        store.c.facility_id == owner.facility_id, store.c.station_id.is_(None), store.c.store_id != owner.store_id
    )
    used = {OF_SERVER, *connection.execute(given).scalars()}
    loose_ids = connection.execute(loose).scalars().all()
    if loose_ids:
        issued = select(token.c.series).where(token.c.facility_id == owner.facility_id, token.c.store_id.in_(loose_ids))
        used.update(connection.execute(issued.distinct()).scalars())
    return used
