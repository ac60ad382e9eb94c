"""Pairing codes become stations; stations' keys are renewed and revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, and_, delete, insert, select, update

from kiosk.server.alarms import clear_station
from kiosk.server.database import Database, insert_or_replace
from kiosk.server.identity import Caller, Role
from kiosk.server.problems import ProblemError, RefusedError
from kiosk.server.series import Owner
from kiosk.server.stores import Locked, begin_silent_store, begin_store, locked, refuse_left_store
from kiosk.server.tables import pairing, station, station_key
from kiosk.sync.messages import EnrolAnswer, EnrolRequest
from kiosk.sync.signing import fingerprint

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
CODE_CHARS = 8
CODE_LIVES = timedelta(minutes=10)
OLD_KEY_LIVES = timedelta(days=7)
"""After a new one was made known: the answer that named it may have been lost."""
MOST_KEYS = 5
"""Of one station at a time; it needs two. A station run wild is not to fill the database."""
_SALT = b"opd-kiosk pairing code"
_log = structlog.get_logger()


def new_code() -> str:
    """40 random bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARS))


def pair(connection: Connection, facility_id: str, station_id: str, code: str, now: datetime) -> bool:
    """Let ``code`` become this station within ten minutes, in place of any earlier code of it.

    Returns whether there is such a station.
    """
    connection.execute(delete(pairing).where(pairing.c.facility_id == facility_id, pairing.c.expires_at <= now))
    its = select(station.c.station_id).filter_by(facility_id=facility_id, station_id=station_id)
    if connection.execute(its).first() is None:
        return False
    key = {"facility_id": facility_id, "station_id": station_id}
    insert_or_replace(connection, pairing, [{**key, "code_hash": code_hash(code), "expires_at": now + CODE_LIVES}])
    return True


def code_hash(code: str) -> str:
    """Slow on purpose, 50 ms: whoever reads the table may guess for no longer than the code lives.

    One salt for all, as the code alone must find its row.
    """
    return hashlib.scrypt(code.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32).hex()


def enrol(database: Database, request: EnrolRequest, public_url: str, key_id: str, now: datetime) -> EnrolAnswer:
    """Make whoever shows the code the station that it was given for; the code is used up.

    The station's former keys end; its store goes on if it is the same, and is left if it is another. While the code
    lives, the same key and store may show it again and get the same answer: the first one may have been lost.

    Raises:
        ProblemError: 403 CODE_WRONG; 403 STORE_FOREIGN, 409 FACILITY_OTHER, SERIES_TAKEN or SERIES_EXHAUSTED, after
            which the code is still good.
        StoreForkError: so it is after this: the store was left, or is a copy.
    """
    hashed = code_hash(request.code)
    answer = database.write(lambda connection: _enrolled(connection, request, hashed, public_url, key_id, now))
    key = fingerprint(bytes.fromhex(request.public_key))
    _log.info("station_enrolled", facility_id=answer.facility_id, station_id=answer.station_id, fingerprint=key)
    return answer


def _enrolled(
    connection: Connection, request: EnrolRequest, hashed: str, public_url: str, key_id: str, now: datetime
) -> EnrolAnswer:
    owner, is_first = _owner_of(connection, request, hashed, now)
    known = locked(connection, owner)
    if known.station.store_id != owner.store_id:
        refuse_left_store(known, owner)
    series, reserve_series = _series(connection, known, owner, request.series, now)
    if is_first:
        _set_key(connection, owner, key_id, request.public_key, now)
        clear_station(connection, owner.facility_id, owner.station_id, now)
    else:
        key_id = _key_held(connection, owner, request.public_key)
    return EnrolAnswer(
        facility_id=owner.facility_id,
        station_id=owner.station_id,
        kind=known.station.kind,
        key_id=key_id,
        public_url=public_url,
        series=series,
        reserve_series=reserve_series,
        facility_key=known.facility.facility_key,
        server_time=now,
    )


def _owner_of(connection: Connection, request: EnrolRequest, hashed: str, now: datetime) -> tuple[Owner, bool]:
    """Use the code up: whom it was given for, and whether this is the first time that it is shown.

    Of two who show it at once, the second waits for the first, and then finds nothing but what it has used up itself.
    """
    used, lives = used_hash(hashed, request.public_key, request.store_id), pairing.c.expires_at > now
    columns = (pairing.c.facility_id, pairing.c.station_id)
    using = update(pairing).where(pairing.c.code_hash == hashed, lives).values(code_hash=used)
    first = connection.execute(using.returning(*columns)).first()
    row = first or connection.execute(select(*columns).where(pairing.c.code_hash == used, lives)).first()
    if row is None:
        raise RefusedError(403, "CODE_WRONG", "the code is wrong, used or older than ten minutes")
    if request.facility_id not in (None, row.facility_id):
        raise ProblemError(409, "FACILITY_OTHER", "the store has tokens of another facility: set another data_dir")
    return Owner(row.facility_id, row.station_id, request.store_id), first is not None


def used_hash(hashed: str, public_key: str, store_id: str) -> str:
    """In the place of a used code's hash: only who used it finds it again."""
    return hashlib.sha256(f"{hashed} {public_key} {store_id}".encode()).hexdigest()


def _key_held(connection: Connection, owner: Owner, public_key: str) -> str:
    """Raises ProblemError 403, where the key has ended since it enrolled."""
    mine = {"facility_id": owner.facility_id, "station_id": owner.station_id, "public_key": public_key}
    good = select(station_key.c.key_id).filter_by(**mine).where(station_key.c.revoked_at.is_(None))
    held: str | None = connection.execute(good).scalar()
    if held is None:
        raise RefusedError(403, "CODE_WRONG", "the code was used, and its key has ended since")
    return held


def _series(
    connection: Connection, known: Locked, owner: Owner, wanted: str | None, now: datetime
) -> tuple[str | None, str | None]:
    if known.station.kind == Role.BOARD:
        begin_silent_store(connection, owner, known.station.store_id, now)
        return None, None
    granted = begin_store(connection, owner, known.station.store_id, wanted, now)
    return granted.series, granted.reserve_series


def _set_key(connection: Connection, owner: Owner, key_id: str, public_key: str, now: datetime) -> None:
    """The station's only key."""
    revoke_keys(connection, owner.facility_id, owner.station_id, now)
    _insert_key(connection, owner.facility_id, owner.station_id, key_id, public_key, now)
    its = and_(station.c.facility_id == owner.facility_id, station.c.station_id == owner.station_id)
    connection.execute(update(station).where(its).values(enrolled_at=now, revoked_at=None))


def _insert_key(
    connection: Connection, facility_id: str, station_id: str, key_id: str, public_key: str, now: datetime
) -> None:
    row = {"facility_id": facility_id, "station_id": station_id, "key_id": key_id, "public_key": public_key}
    connection.execute(insert(station_key).values(**row, made_at=now))


def revoke_keys(connection: Connection, facility_id: str, station_id: str, now: datetime) -> None:
    good = and_(
        station_key.c.facility_id == facility_id,
        station_key.c.station_id == station_id,
        station_key.c.revoked_at.is_(None),
    )
    connection.execute(update(station_key).where(good).values(revoked_at=now))


def revoke(connection: Connection, facility_id: str, station_id: str, now: datetime) -> bool:
    """Shut a station out until it is enrolled again. Returns whether there is such a station.

    Lock order as in ``enrol``: the code first. Whoever is using it now is let in, and then shut out.
    """
    mine = and_(pairing.c.facility_id == facility_id, pairing.c.station_id == station_id)
    connection.execute(delete(pairing).where(mine))
    its = and_(station.c.facility_id == facility_id, station.c.station_id == station_id)
    if connection.execute(update(station).where(its).values(revoked_at=now)).rowcount != 1:
        return False
    revoke_keys(connection, facility_id, station_id, now)
    return True


def add_station_key(connection: Connection, caller: Caller, public_key: str, key_id: str, now: datetime) -> str:
    """The station's next key; its others go on for a week. The same key again gets the same id. Returns the id.

    Of more than MOST_KEYS those go that would end first, but never the one that has signed this.
    """
    mine = and_(
        station_key.c.facility_id == caller.facility_id,
        station_key.c.station_id == caller.station_id,
        station_key.c.revoked_at.is_(None),
    )
    known = select(station_key.c.key_id).where(mine, station_key.c.public_key == public_key)
    kept: str | None = connection.execute(known).scalar()
    if kept is not None:
        return kept
    ending = update(station_key).where(mine, station_key.c.expires_at.is_(None))
    connection.execute(ending.values(expires_at=now + OLD_KEY_LIVES))
    last = (station_key.c.expires_at.desc(), station_key.c.made_at.desc(), station_key.c.key_id.desc())
    others = and_(mine, station_key.c.key_id != caller.key_id)
    live = select(station_key.c.key_id).where(others, station_key.c.expires_at > now).order_by(*last)
    kept_ones = live.limit(MOST_KEYS - 2).scalar_subquery()  # besides the caller's and the new one
    connection.execute(delete(station_key).where(others, station_key.c.key_id.not_in(kept_ones)))
    _insert_key(connection, caller.facility_id, caller.station_id, key_id, public_key, now)
    return key_id
