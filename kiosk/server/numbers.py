"""The server's own numbers: one row for each day and department counts them, within the transaction that issues."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from kiosk.model.configuration import Configuration
from kiosk.model.opd import SERVER_SERIES, Department
from kiosk.model.token import MAX_NUMBER
from kiosk.server.configuring import in_force
from kiosk.server.database import insert_or_replace
from kiosk.server.tables import day_count, number, token

PASSED_OVER = 1_000
"""Numbers that a restored server leaves out: more than a department gives on phones between a backup and its end."""

_LAST = select(number.c.last).where(
    *(number.c[name] == bindparam(name) for name in ("facility_id", "service_day", "department", "series"))
)


class Numbers:
    """Of one facility and day within one transaction that holds the facility's lock; ``keep`` writes them down."""

    def __init__(self, connection: Connection, facility_id: str, day: date) -> None:
        self._connection = connection
        self._key = {"facility_id": facility_id, "service_day": day, "series": SERVER_SERIES}
        self._last: dict[str, int] = {}

    def next(self, department: str, count: int = 1) -> int:
        """The next one, or the last of the next ``count``."""
        if department not in self._last:
            self._last[department] = (
                self._connection.execute(_LAST, {**self._key, "department": department}).scalar() or 0
            )
        self._last[department] += count
        return self._last[department]

    def keep(self) -> None:
        rows = [{**self._key, "department": department, "last": last} for department, last in self._last.items()]
        insert_or_replace(self._connection, number, rows)


def pass_over_numbers(connection: Connection, facility_id: str, now: datetime) -> None:
    """After a restore: labels that phones were told since the backup are not given to others, today or tomorrow."""
    dated = in_force(connection, facility_id, now)
    if dated is None or not (dated.configuration.counters or dated.configuration.abdm):
        return
    today = dated.configuration.facility.service_day(now)
    for day in (today, today + timedelta(days=1)):
        numbers = Numbers(connection, facility_id, day)
        for department in dated.configuration.facility.departments:
            numbers.next(department.code, PASSED_OVER)
        numbers.keep()


def phone_tokens_left(connection: Connection, plan: Configuration, department: Department, day: date) -> int:
    """Of the department's quota for ``day``.

    Where the hospital has shared it out over stations, what they were not given is the phones'. Else phones get on
    until the tokens that this server knows of, from everywhere, are as many as the quota.
    """
    if department.quota is None:
        return MAX_NUMBER
    about = {"facility_id": plan.facility.facility_id, "service_day": day, "department": department.code}
    shares = plan.shares.get(department.code)
    if shares is None:
        issued = connection.execute(select(day_count.c.issued).filter_by(**about)).scalar()
        return department.quota - (issued or 0)
    # Not the last number: after a restore many are left out.
    own = connection.execute(select(func.count()).select_from(token).filter_by(**about, series=SERVER_SERIES)).scalar()
    return department.quota - sum(shares.values()) - (own or 0)
