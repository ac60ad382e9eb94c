"""``kiosk admin counters``: where ABDM's Scan & Share gives tokens, and what their QRs say."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

import click

from kiosk.admin.facility_files import Source, refused
from kiosk.admin.group import opened_database, unknown_facility
from kiosk.admin.importing import told
from kiosk.admin.stations import AS_JSON
from kiosk.command import calm, print_lines, print_texts, settings_of
from kiosk.errors import SettingError
from kiosk.model.facility_file import FacilityError
from kiosk.model.opd import ENGLISH

if TYPE_CHECKING:
    from kiosk.model.configuration import Configuration
    from kiosk.server.database import Database

_Row: TypeAlias = Mapping[str, object]
FACILITY = click.argument("facility_id", metavar="FACILITY")
COUNTER = click.argument("counter_id", metavar="COUNTER")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Check, and tell what would be done; nothing changes.")


@click.group()
def counters() -> None:
    """Counters of ABDM's Scan & Share: each has a QR, and a department whose queue its tokens wait in."""


@counters.command("list")
@FACILITY
@AS_JSON
@click.pass_context
@calm
def list_(context: click.Context, facility_id: str, as_json: bool) -> None:
    """The counters in force now, one line each, with what their QRs say."""
    from kiosk.server.configuring import in_force

    with opened_database(context) as database, database.reader.begin() as connection:
        dated = in_force(connection, facility_id, datetime.now(UTC))
    if dated is None:
        raise unknown_facility(facility_id)
    lines = list(_lines(dated.configuration))
    if as_json:
        print_lines(lines)
    else:
        print_texts(" ".join([f"{line['counter']:20} {line['department']:12}", *_more(line)]) for line in lines)


def _lines(configuration: "Configuration") -> Iterator[_Row]:
    for counter in configuration.counters:
        department = configuration.facility.department(counter.department)
        shown = (each for each in configuration.stations if configuration.counter_at(each.station_id) == counter)
        yield {
            "counter": counter.counter_id,
            "department": counter.department,
            "name": department.name(ENGLISH) if department else "",
            "registration": department is not None and department.registration,
            "url": configuration.share_url(counter),
            "stations": [each.station_id for each in shown],
            "arrives_at_once": configuration.arrives_at_once(counter),
        }


def _more(line: _Row) -> Iterator[str]:
    yield f"{line['name']}{' (registration queue)' if line['registration'] else ''}"
    if isinstance(line["stations"], list) and line["stations"]:
        yield f"on the screen of {', '.join(line['stations'])}"
    if line["arrives_at_once"]:
        yield "at an attended desk"
    yield str(line["url"] or "no address: the facility has no [abdm]")


@counters.command("set")
@FACILITY
@COUNTER
@click.argument("department", metavar="DEPARTMENT")
@_DRY_RUN
@click.pass_context
@calm
def set_(context: click.Context, facility_id: str, counter_id: str, department: str, dry_run: bool) -> None:
    """Have COUNTER give tokens of DEPARTMENT, as a new revision of the configuration; a new COUNTER comes last.

    COUNTER is on posters that hang: with another id, a poster that was printed before gives no tokens.
    """
    wanted = {"id": counter_id, "department": department}

    def change(rows: Sequence[_Row]) -> list[_Row]:
        changed = [wanted if row.get("id") == counter_id else row for row in rows]
        return changed if wanted in changed else [*changed, wanted]

    with opened_database(context) as database:
        _change(database, settings_of(context).abdm_world, facility_id, change, dry_run=dry_run)


@counters.command("remove")
@FACILITY
@COUNTER
@_DRY_RUN
@click.pass_context
@calm
def remove(context: click.Context, facility_id: str, counter_id: str, dry_run: bool) -> None:
    """Take COUNTER away, as a new revision of the configuration. Its tokens of today stay."""

    def change(rows: Sequence[_Row]) -> list[_Row]:
        left = [row for row in rows if row.get("id") != counter_id]
        if len(left) == len(rows):
            raise SettingError(f"there is no counter {counter_id!r} here", code="COUNTER_UNKNOWN")
        return left

    with opened_database(context) as database:
        _change(database, settings_of(context).abdm_world, facility_id, change, dry_run=dry_run)


def _change(
    database: "Database", world: str, facility_id: str, change: Callable[[Sequence[_Row]], list[_Row]], *, dry_run: bool
) -> None:
    """Import the newest document with its counters changed, and tell stations and terminal."""
    from kiosk.server.configuring import import_configuration, newest
    from kiosk.server.hub import Standing
    from kiosk.server.notices import announce

    with database.reader.begin() as connection:
        dated = newest(connection, facility_id)
    if dated is None:
        raise unknown_facility(facility_id)
    document = json.loads(dated.document)
    document["counters"] = change(document.get("counters", []))
    try:
        imported = import_configuration(database, document, datetime.now(UTC), dry_run=dry_run, world=world)
    except FacilityError as error:
        raise refused([Source(facility_id, document, {})], error.mistakes) from error
    if imported.changed and not dry_run:
        announce(database, {facility_id: Standing(config_revision=imported.revision)})
    print_texts(told(imported, "would be imported" if dry_run else "is imported"))
