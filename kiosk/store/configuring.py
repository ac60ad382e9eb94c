"""What the station is told by its server and keeps: who it is, and the facility's configuration."""

from datetime import date, datetime

from sqlalchemy import Connection, delete, func, insert, select

from kiosk.model.events import instant_text
from kiosk.model.exchange import Enrolment, PulledConfiguration
from kiosk.store import tables

_c = tables.configuration.c


def enrolment(connection: Connection) -> Enrolment | None:
    """See ``TokenStore.enrolment``."""
    row = connection.execute(select(tables.enrolment)).first()
    if row is None:
        return None
    fields = dict(row._mapping)
    del fields["one"], fields["enrolled_at"]
    return Enrolment(**fields)


def keep_enrolment(connection: Connection, told: Enrolment, now: datetime) -> None:
    connection.execute(delete(tables.enrolment))
    connection.execute(insert(tables.enrolment), {"one": 1, **vars(told), "enrolled_at": instant_text(now)})


def config_revision(connection: Connection) -> int:
    """See ``TokenStore.config_revision``."""
    return connection.execute(select(func.max(_c.revision))).scalar() or 0


def keep_configuration(connection: Connection, pulled: PulledConfiguration, now: datetime) -> None:
    """See ``TokenStore.keep_configuration``."""
    connection.execute(delete(tables.configuration))
    rows = [
        {
            "applies_from": each.applies_from.isoformat(),
            "revision": pulled.revision,
            "document": each.untrusted_document,
            "pulled_at": instant_text(now),
        }
        for each in pulled.documents
    ]
    if rows:
        connection.execute(insert(tables.configuration), rows)


def configuration(connection: Connection, service_day: date) -> str | None:
    """See ``TokenStore.configuration``."""
    applying = (
        select(_c.document).where(_c.applies_from <= service_day.isoformat()).order_by(_c.applies_from.desc()).limit(1)
    )
    return connection.execute(applying).scalar()
