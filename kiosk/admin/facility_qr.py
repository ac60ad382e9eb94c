"""``kiosk facility-qr``: the poster that patients scan with their phones, for paper and for screens."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiosk.admin.group import opened_database, unknown_facility
from kiosk.command import calm, print_texts, settings_of
from kiosk.errors import KioskError, SettingError

if TYPE_CHECKING:
    from kiosk.abdm.poster import Poster
    from kiosk.model.configuration import Configuration

LANGUAGES = ("hi", "en")


@click.command("facility-qr")
@click.option("--facility", "facility_id", help="On the server's machine: whose. A station without it takes its own.")
@click.option("--counter", "counter_id", help="Whose QR; without it the first counter's.")
@click.option("--out", default=Path(), type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@click.option("--language", "languages", multiple=True, help="Up to three, the most important first: hi, en, gu.")
@click.pass_context
@calm
def facility_qr(
    context: click.Context, facility_id: str | None, counter_id: str | None, out: Path, languages: tuple[str, ...]
) -> None:
    """Make the poster of a counter of Scan & Share, as PDF and as PNG, and print the files' names."""
    from kiosk.app import gui_application

    configuration = _on_server(context, facility_id) if facility_id else _at_station(context)
    poster = _poster(configuration, counter_id, languages or LANGUAGES)
    _painting = gui_application(os.environ)
    print_texts(str(path) for path in _written(poster, out))


def _on_server(context: click.Context, facility_id: str) -> "Configuration":
    from kiosk.server.configuring import in_force

    with opened_database(context) as database, database.reader.begin() as connection:
        dated = in_force(connection, facility_id, datetime.now(UTC))
    if dated is None:
        raise unknown_facility(facility_id)
    return dated.configuration


def _at_station(context: click.Context) -> "Configuration":
    from kiosk.app import open_station
    from kiosk.model.configuration import parse_configuration

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        document = station.document
    if not document:
        message = "this station has no configuration of a server: enrol it, or name --facility on the server's machine"
        raise SettingError(message, code="FACILITY_UNKNOWN")
    return parse_configuration(json.loads(document))


def _poster(configuration: "Configuration", counter_id: str | None, languages: tuple[str, ...]) -> "Poster":
    from kiosk.abdm.poster import Poster

    counter = configuration.counter(counter_id) if counter_id else next(iter(configuration.counters), None)
    if counter is None:
        known = ", ".join(each.counter_id for each in configuration.counters) or "none: see kiosk admin counters set"
        raise SettingError(f"there is no such counter here; there are {known}", code="COUNTER_UNKNOWN")
    url = configuration.share_url(counter)
    if not url:
        raise SettingError("the facility's configuration has no [abdm]: say its host", code="ABDM_UNSET")
    department = configuration.facility.department(counter.department)
    assert department is not None  # the configuration has been parsed
    facility_id = configuration.facility.facility_id
    return Poster(url, configuration.facility.names, department.names, f"{facility_id} {counter.counter_id}", languages)


def _written(poster: "Poster", out: Path) -> list[Path]:
    """Both files, named after facility and counter. Raises KioskError, FILE_FAILED."""
    from kiosk.abdm.poster import poster_pdf, poster_png

    stem = "-".join(["facility-qr", *poster.footnote.split()])
    drawn = {out / f"{stem}.pdf": poster_pdf(poster), out / f"{stem}.png": poster_png(poster)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, content in drawn.items():
            path.write_bytes(content)
    except OSError as error:
        raise KioskError(f"cannot write to {out}: {error.strerror}", code="FILE_FAILED") from error
    return list(drawn)
