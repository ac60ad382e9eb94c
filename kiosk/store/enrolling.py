"""The store becomes an enrolled station's: its series and the facility's key come from the server."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, update

from kiosk.errors import StoreError
from kiosk.model.exchange import Enrolment
from kiosk.store import tables
from kiosk.store.configuring import enrolment as enrolment_of
from kiosk.store.configuring import keep_enrolment
from kiosk.store.ledger import read_meta
from kiosk.store.renewal import begin_anew, claim_again, is_new_series


def enrol(
    connection: Connection,
    new_id: Callable[[], str],
    enrolment: Enrolment,
    series: str | None,
    facility_key: bytes,
    now: datetime,
) -> None:
    """See ``TokenStore.enrol``."""
    meta = read_meta(connection)
    if enrolment_of(connection) is not None:
        claim_again(connection)  # perhaps another server, or the same one with less in it
    if meta.forked:
        begin_anew(connection, new_id, now, None)
        series = series if series is None or is_new_series(connection, series) else None
    elif series is not None and series != meta.series and not is_new_series(connection, series):
        raise StoreError(f"tokens of series {series!r} are known here: it is not new", code="SERIES_USED")
    keep_enrolment(connection, enrolment, now)
    connection.execute(update(tables.meta).values(series=series, facility_key=facility_key))
