"""Tokens of phones lapse: where nobody comes within the time that the hospital has set, and with the end of the day.

Any worker may do it: who has the facility's lock looks again what is left, so that each token lapses once. Stations
lapse their own tokens alone, see ``store.issuing``; these are the server's.
"""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from kiosk.model.configuration import Configuration
from kiosk.model.events import Kind
from kiosk.model.token import State
from kiosk.server.configuring import in_force
from kiosk.server.database import Database
from kiosk.server.own_ledger import Draft, append_all, hold
from kiosk.server.projection import token_of
from kiosk.server.tables import IS_OPEN_PHONES, token

BATCH = 20
"""Tokens of one transaction: stations wait for the same lock."""
SHORTEST = timedelta(minutes=1)
_INDIA = ZoneInfo("Asia/Kolkata")
_UNDER_WAY = (State.CALLED.value, State.SERVING.value)
_log = structlog.get_logger()


def lapse_phones(database: Database, now: datetime) -> dict[str, int]:
    """Lapse what is overdue in all facilities. Returns the facilities' newest revisions, where they have moved."""
    moved = {}
    for facility_id in _facilities(database, now):
        while revision := database.write(partial(_lapse_some, facility_id=facility_id, now=now)):
            moved[facility_id] = revision
    return moved


def _facilities(database: Database, now: datetime) -> list[str]:
    """Where something may be overdue, by the shortest of times and the earliest of midnights; others are not locked."""
    overdue = or_(_is_unarrived(now - SHORTEST), _is_left_over(now.astimezone(_INDIA).date()))
    waiting = select(token.c.facility_id).where(IS_OPEN_PHONES, overdue).distinct()
    with database.reader.begin() as connection:
        return list(connection.execute(waiting.order_by(token.c.facility_id)).scalars())


def _lapse_some(connection: Connection, facility_id: str, now: datetime) -> int:
    """Returns the newest revision, 0 where nothing was left to do."""
    dated = in_force(connection, facility_id, now) if hold(connection, facility_id) else None
    if dated is None:
        return 0
    mine = select(token).where(token.c.facility_id == facility_id, IS_OPEN_PHONES)
    overdue = mine.where(_is_overdue(dated.configuration, now)).order_by(token.c.issued_at).limit(BATCH)
    tokens = {row["token_id"]: token_of(row) for row in connection.execute(overdue).mappings()}
    if not tokens:
        return 0
    drafts = [Draft(Kind.TOKEN_LAPSED, each.token_id, each.service_day, {}) for each in tokens.values()]
    _, revision = append_all(connection, facility_id, drafts, now, tokens)
    _log.info("phone_tokens_lapsed", facility_id=facility_id, count=len(tokens))
    return revision


def _is_overdue(plan: Configuration, now: datetime) -> ColumnElement[bool]:
    unarrived = _is_unarrived(now - timedelta(minutes=plan.phone.lapse_min))
    return or_(unarrived, _is_left_over(plan.facility.service_day(now)))


def _is_unarrived(before: datetime) -> ColumnElement[bool]:
    """``moved_at``: a revived one has its time again."""
    is_awaited = and_(not_(token.c.arrived), token.c.state == State.WAITING.value)
    return and_(is_awaited, token.c.issued_at < before, token.c.moved_at < before)


def _is_left_over(today: date) -> ColumnElement[bool]:
    """Of an earlier day. Who was called by its end may be with the doctor still, so those lapse a day later."""
    is_done = or_(token.c.state.not_in(_UNDER_WAY), token.c.service_day < today - timedelta(days=1))
    return and_(token.c.service_day < today, is_done)
