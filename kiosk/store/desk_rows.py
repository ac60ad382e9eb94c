"""What the desk's list shows, in one look, or what is new in it since another look."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from kiosk.model.desk import DeskRow, DeskRows
from kiosk.model.token import AT_DESK
from kiosk.store import tables
from kiosk.store.rows import patient_of, token_of
from kiosk.store.syncing import ACKED

BEFORE = timedelta(days=7)
"""So far back is looked for who is at a desk still: a station that issues lets them lapse after a day, if it lives."""
_t = tables.token.c
_c = tables.cursor.c
_WIDTH = len(_t)
_POSITION = select(func.max(_c.value)).where(_c.name == ACKED).scalar_subquery()
_SYNCED: ColumnElement[bool] = _t.last_seq <= func.coalesce(_POSITION, 0)
_ROWS = select(tables.token, _SYNCED, tables.patient).join_from(
    tables.token, tables.patient, tables.patient.c.token_id == _t.token_id, isouter=True
)
_OF_DAY = _ROWS.where(_t.facility_id == bindparam("facility_id"), _t.service_day == bindparam("day"))
_LEFT = _ROWS.where(
    _t.facility_id == bindparam("facility_id"),
    _t.service_day.between(bindparam("first"), bindparam("last")),
    _t.state.in_(sorted(AT_DESK)),
)
# The mark alone, which has an index: with any other condition SQLite reads the whole day instead.
_SINCE = _ROWS.where(_t.touched > bindparam("since"))


def desk_rows(connection: Connection, facility_id: str, service_day: date, since: int) -> DeskRows:
    """See ``DeskStore.desk_rows``.

    A token counts as written with each event of it, its slip's way, its patient's details, and the acknowledgement of
    its events. Two things show with its next change only: that its details were deleted, and that a server restored
    from a copy has lost what it had acknowledged.
    """
    day, first = service_day.isoformat(), (service_day - BEFORE).isoformat()
    if since:
        found = connection.execute(_SINCE, {"since": since}).all()
    else:
        last = (service_day - timedelta(days=1)).isoformat()
        left = connection.execute(_LEFT, {"facility_id": facility_id, "first": first, "last": last})
        found = [*left, *connection.execute(_OF_DAY, {"facility_id": facility_id, "day": day})]
    fresh = [row for row in found if first <= row.service_day <= day and row.facility_id == facility_id]
    rows = [
        DeskRow(token_of(row), patient_of(row[_WIDTH + 1 :]) if row[_WIDTH + 1] else None, bool(row[_WIDTH]))
        for row in fresh
    ]
    return DeskRows(rows, max((row.touched for row in fresh), default=since))
