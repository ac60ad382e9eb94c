"""Who a store is when it is opened: a new one gets its identity."""

import secrets
from collections.abc import Callable

from sqlalchemy import Connection, insert, select, update

from kiosk.errors import SettingError
from kiosk.model.events import FIRST_HASH
from kiosk.store import tables
from kiosk.store.key import KEY_BYTES


def found(connection: Connection, series: str | None, new_id: Callable[[], str]) -> None:
    """A new store gets its identity; one that has issued keeps it, and an enrolled one has what the server gave it.

    Raises:
        SettingError: the store has another series.
    """
    known = connection.execute(select(tables.meta.c.series, tables.meta.c.last_seq)).first()
    enrolled = connection.execute(select(tables.enrolment.c.one)).first() is not None
    if known is not None and not enrolled and series is not None and series != known.series:
        if known.last_seq > 0 or connection.execute(select(tables.former_store.c.place)).first() is not None:
            raise SettingError(
                f"series is {series!r}, but this store issues in {known.series!r}:"
                " set that one, or begin anew in another data_dir"
            )
        connection.execute(update(tables.meta).values(series=series))
    if known is None:
        identity = {
            "one": 1,
            "store_id": new_id(),
            "series": series or "",
            "facility_key": secrets.token_bytes(KEY_BYTES),
            "last_seq": 0,
            "last_hash": FIRST_HASH,
        }
        connection.execute(insert(tables.meta).values(identity))
