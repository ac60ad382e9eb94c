"""Places of phones whose holders never came are given up after the time that the hospital has set.

Any worker may do it: who has the facility's lock looks again what is left, so that each token lapses once.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Connection, and_, select

from kiosk.model.events import Kind
from kiosk.model.token import State
from kiosk.server.configuring import in_force
from kiosk.server.database import Database
from kiosk.server.own_ledger import append, hold
from kiosk.server.tables import IS_AWAITED, token

BATCH = 20
"""Tokens of one transaction: stations wait for the same lock."""
SHORTEST = timedelta(minutes=1)
_log = structlog.get_logger()


def lapse_unarrived(database: Database, now: datetime) -> dict[str, int]:
    """Lapse what is overdue in all facilities. Returns the facilities' newest revisions, where they have moved."""
    moved = {}
    for facility_id in _facilities(database, now):
        while revision := database.write(partial(_lapse_some, facility_id=facility_id, now=now)):
            moved[facility_id] = revision
    return moved


def _facilities(database: Database, now: datetime) -> list[str]:
    waiting = select(token.c.facility_id).where(IS_AWAITED, token.c.issued_at < now - SHORTEST).distinct()
    with database.reader.begin() as connection:
        return list(connection.execute(waiting.order_by(token.c.facility_id)).scalars())


def _lapse_some(connection: Connection, facility_id: str, now: datetime) -> int:
    """Returns the newest revision, 0 where nothing was left to do."""
    dated = in_force(connection, facility_id, now) if hold(connection, facility_id) else None
    if dated is None:
        return 0
    before = now - timedelta(minutes=dated.configuration.phone.lapse_min)
    overdue = select(token.c.token_id, token.c.service_day).where(_is_overdue(facility_id, before))
    rows = connection.execute(overdue.order_by(token.c.issued_at).limit(BATCH)).all()
    revision = 0
    for row in rows:
        lapsed = append(connection, facility_id, Kind.TOKEN_LAPSED, row.token_id, now, row.service_day, {})
        revision = lapsed.revision
    if rows:
        _log.info("phone_tokens_lapsed", facility_id=facility_id, count=len(rows))
    return revision


def _is_overdue(facility_id: str, before: datetime) -> ColumnElement[bool]:
    """``moved_at``: a revived one has its time again."""
    return and_(
        token.c.facility_id == facility_id,
        IS_AWAITED,
        token.c.state == State.WAITING.value,
        token.c.issued_at < before,
        token.c.moved_at < before,
    )
