"""PINs of the staff: set and cleared by administrators, pulled by desks with the configuration."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from kiosk.errors import KioskError
from kiosk.server.audit import note
from kiosk.server.configuring import in_force
from kiosk.server.database import insert_or_replace
from kiosk.server.tables import facility, staff_pin


@dataclass(frozen=True)
class PinLine:
    """Somebody's PIN, as far as an administrator may see it.

    Attributes:
        role: empty where the configuration in force names nobody of this id: the PIN opens nothing.
        set_at: None where there is no PIN.
    """

    staff_id: str
    role: str
    set_at: datetime | None
    pin_hash: str = field(repr=False, default="")


def set_pin(connection: Connection, facility_id: str, staff_id: str, pin_hash: str, now: datetime) -> int:
    """Let the PIN be this one. Returns the number under which desks ask for the configuration again.

    Raises:
        KioskError: FACILITY_UNKNOWN, STAFF_UNKNOWN
    """
    expect_member(connection, facility_id, staff_id, now)
    row = {"facility_id": facility_id, "staff_id": staff_id, "pin_hash": pin_hash, "set_at": now}
    insert_or_replace(connection, staff_pin, [row])
    note(connection, facility_id, now, "pin_set", staff_id)
    return _counted(connection, facility_id)


def clear_pin(connection: Connection, facility_id: str, staff_id: str, now: datetime) -> int:
    """Let there be no PIN. Returns as ``set_pin``. Raises KioskError, PIN_UNSET, where there was none."""
    mine = delete(staff_pin).where(staff_pin.c.facility_id == facility_id, staff_pin.c.staff_id == staff_id)
    if connection.execute(mine).rowcount != 1:
        raise KioskError(f"{staff_id!r} has no PIN", code="PIN_UNSET")
    note(connection, facility_id, now, "pin_cleared", staff_id)
    return _counted(connection, facility_id)


def pins_of(connection: Connection, facility_id: str, now: datetime) -> Iterator[PinLine]:
    """All of the staff, and whoever else still has a PIN, by their ids. Raises KioskError, FACILITY_UNKNOWN."""
    roles = _staff_of(connection, facility_id, now)
    kept = {row.staff_id: row for row in connection.execute(select(staff_pin).filter_by(facility_id=facility_id))}
    for staff_id in sorted(roles.keys() | kept.keys()):
        row = kept.get(staff_id)
        role = roles.get(staff_id, "")
        yield PinLine(staff_id, role, row.set_at, row.pin_hash) if row else PinLine(staff_id, role, None)


def expect_member(connection: Connection, facility_id: str, staff_id: str, now: datetime) -> None:
    """Raises KioskError: FACILITY_UNKNOWN, STAFF_UNKNOWN."""
    if staff_id not in _staff_of(connection, facility_id, now):
        message = (
            f"the configuration in force today has no member of the staff {staff_id!r}: import them first; "
            "a revision that applies from the next service day is in force only then"
        )
        raise KioskError(message, code="STAFF_UNKNOWN")


def _staff_of(connection: Connection, facility_id: str, now: datetime) -> dict[str, str]:
    """The roles of those who work there now, by their ids."""
    dated = in_force(connection, facility_id, now)
    if dated is None:
        raise KioskError(f"no facility {facility_id!r} has been imported", code="FACILITY_UNKNOWN")
    return {member.staff_id: member.role for member in dated.configuration.staff}


def _counted(connection: Connection, facility_id: str) -> int:
    mine = update(facility).where(facility.c.facility_id == facility_id)
    counted = mine.values(config_revision=facility.c.config_revision + 1).returning(facility.c.config_revision)
    return int(connection.execute(counted).scalar_one())
