"""``kiosk admin facilities`` and ``departments``: what hospitals there are and how they are set up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kiosk.admin.group import opened_database, unknown_facility
from kiosk.command import calm, print_lines, print_texts
from kiosk.model.facility_file import opening_text
from kiosk.model.opd import ENGLISH, Department

if TYPE_CHECKING:
    from kiosk.server.configuring import Listed

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON lines for programs.")


@click.command()
@_AS_JSON
@click.pass_context
@calm
def facilities(context: click.Context, as_json: bool) -> None:
    """List the facilities that have been imported."""
    from kiosk.server.configuring import listed_facilities

    with opened_database(context) as database:
        listed = listed_facilities(database.reader, datetime.now(UTC))
        if as_json:
            print_lines(map(_facility_line, listed))
        else:
            print_texts(map(_facility_text, listed))


def _facility_line(listed: "Listed") -> dict[str, object]:
    configuration = listed.dated.configuration
    return {
        "facility_id": listed.facility_id,
        "names": configuration.facility.names,
        "state": configuration.state,
        "config_revision": listed.config_revision,
        "in_force": listed.dated.revision,
        "departments": len(configuration.facility.departments),
        "stations": len(configuration.stations),
        "enrolled": listed.enrolled,
    }


def _facility_text(listed: "Listed") -> str:
    configuration = listed.dated.configuration
    parts = [
        configuration.facility.name(ENGLISH),
        *([configuration.state] if configuration.state else []),
        f"{len(configuration.facility.departments)} departments",
        f"{len(configuration.stations)} stations ({listed.enrolled} enrolled)",
        f"revision {listed.dated.revision}",
    ]
    if listed.config_revision != listed.dated.revision:
        parts.append(f"revision {listed.config_revision} from the next service day")
    return f"{listed.facility_id}: {', '.join(parts)}"


@click.command()
@click.option("--facility", "facility_id", required=True, help="The facility's id.")
@_AS_JSON
@click.pass_context
@calm
def departments(context: click.Context, facility_id: str, as_json: bool) -> None:
    """List a facility's departments as they are in force now."""
    from kiosk.server.configuring import in_force

    with opened_database(context) as database, database.reader.begin() as connection:
        dated = in_force(connection, facility_id, datetime.now(UTC))
    if dated is None:
        raise unknown_facility(facility_id)
    shares = dated.configuration.shares
    found = dated.configuration.facility.departments
    if as_json:
        print_lines(_department_line(each, shares.get(each.code, {})) for each in found)
    else:
        print_texts(map(_department_text, found))


def _department_line(department: Department, shares: Mapping[str, int]) -> dict[str, object]:
    return {
        "code": department.code,
        "prefix": department.prefix,
        "names": department.names,
        "room": department.room,
        "rooms": department.rooms,
        "priority": sorted(department.priority),
        "open": [opening_text(opening) for opening in department.openings],
        "holidays": sorted(day.isoformat() for day in department.holidays),
        "quota": department.quota,
        "shares": shares,
    }


def _department_text(department: Department) -> str:
    parts = [
        f"{department.code:12} {department.prefix:2} {department.name(ENGLISH)}",
        *([f"room {department.room}"] if department.room else []),
        *([f"called to {' and '.join(department.rooms)}"] if department.rooms[1:] else []),
        " and ".join(opening_text(opening) for opening in department.openings),
        *([f"quota {department.quota}"] if department.quota is not None else []),
    ]
    return ", ".join(parts)
