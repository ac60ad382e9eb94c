"""``kiosk admin import``: files of an administrator become a facility's newest configuration."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.admin.facility_files import TABLES, Source, read_source, read_together, refused
from kiosk.admin.group import opened_database
from kiosk.command import calm, print_lines, print_texts, settings_of
from kiosk.errors import SettingError
from kiosk.model.facility_file import FacilityError

if TYPE_CHECKING:
    from kiosk.server.configuring import Imported

MOST_BYTES = 4 * 1024 * 1024
"""Of one file; far above what a hospital has to say."""


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--facility-id", default="", help="Where no TOML file says it.")
@click.option("--name", default="", help="The hospital's English name, where no TOML file says it.")
@click.option("--dry-run", is_flag=True, help="Check, and tell what would be done; nothing changes.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for programs.")
@click.pass_context
@calm
def import_(
    context: click.Context, files: tuple[Path, ...], facility_id: str, name: str, dry_run: bool, as_json: bool
) -> None:
    """Import a facility: a TOML FILE, or departments.csv, stations.csv, staff.csv and counters.csv, or their folder.

    All files together are the whole configuration. Stations get it with their next exchange; changes of departments'
    prefixes or of the day's limits apply from the next service day. Exit code 2 with every mistake by file and line.
    """
    from kiosk.server.configuring import import_configuration
    from kiosk.server.hub import Standing
    from kiosk.server.notices import announce

    sources = [_source(path) for path in _expanded(files)]
    document = read_together(sources, facility_id, name)
    world = settings_of(context).abdm_world
    with opened_database(context) as database:
        try:
            imported = import_configuration(database, document, datetime.now(UTC), dry_run=dry_run, world=world)
        except FacilityError as error:
            raise refused(sources, error.mistakes) from error
        if imported.changed and not dry_run:
            announce(database, {imported.facility_id: Standing(config_revision=imported.revision)})
    if as_json:
        applies_from = imported.applies_from.isoformat()
        print_lines([{**vars(imported), "applies_from": applies_from, "dry_run": dry_run}])
    else:
        print_texts(told(imported, "would be imported" if dry_run else "is imported"))


def _expanded(paths: Iterable[Path]) -> list[Path]:
    """Files as they are; of folders, what can be imported."""
    found: list[Path] = []
    for path in paths:
        inside = [each for each in sorted(path.iterdir()) if _is_importable(each)] if path.is_dir() else [path]
        if not inside:
            raise SettingError(f"there is nothing to import in {path}", code="FACILITY_INVALID")
        found += inside
    return found


def _is_importable(path: Path) -> bool:
    return path.suffix.lower() == ".toml" or path.name.lower() in {f"{table}.csv" for table in TABLES}


def _source(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            untrusted = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingError(f"cannot read {path}: {error.strerror}", code="FACILITY_INVALID") from error
    if len(untrusted) > MOST_BYTES:
        raise SettingError(f"{path} is larger than {MOST_BYTES} bytes", code="FACILITY_INVALID")
    return read_source(path.name, untrusted)


def told(imported: "Imported", outcome: str) -> Iterable[str]:
    """What an import did, for the terminal."""
    if imported.changed:
        yield f"{imported.facility_id}: revision {imported.revision} {outcome}"
    else:
        yield f"{imported.facility_id}: nothing new, revision {imported.revision} says the same"
    yield f"  applies from service day {imported.applies_from}"
    yield f"  {imported.departments} departments, {imported.stations} stations, {imported.staff} staff"
    if imported.unplanned:
        yield f"  no longer planned, but not revoked: {', '.join(imported.unplanned)}"
