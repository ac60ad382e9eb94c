"""The command line. Each command parses its words, puts the parts together and prints; the work is done elsewhere.

Exit codes: 0 done, 1 something in the environment failed (the message says what to do), 2 wrong use or wrong settings.
"""

import logging
import os
import sys
from datetime import date
from functools import partial
from pathlib import Path

import click

from kiosk import __version__
from kiosk.admin.abdm import abdm
from kiosk.admin.counters import counters
from kiosk.admin.database import backup, restored
from kiosk.admin.facilities import departments, facilities
from kiosk.admin.facility_qr import facility_qr
from kiosk.admin.group import admin
from kiosk.admin.importing import import_
from kiosk.admin.parked import parked
from kiosk.admin.patients import erase, export, retention
from kiosk.admin.pins import pins
from kiosk.admin.stations import COMMANDS as STATION_COMMANDS
from kiosk.backup import backup_store, restore_store
from kiosk.command import EXIT_CODES, calm, print_lines, settings_of
from kiosk.model.slip_words import WORDS
from kiosk.slips import slips
from kiosk.slips_preview import preview
from kiosk.staff import staff

SLIP_LANGUAGES = sorted(WORDS["token"])
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


def main() -> None:
    """The entry point ``kiosk``."""
    from kiosk.app import configure_logging

    configure_logging()
    cli(prog_name="kiosk")


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"Settings stand in a TOML file and in KIOSK_... environment variables; see the README. {EXIT_CODES}",
)
@click.option("--config", type=click.Path(path_type=Path), help="The settings file (TOML). Usually not needed.")
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """OPD token kiosk: an ABHA QR before the camera becomes a printed token, without a network."""
    context.obj = config


@cli.command()
@click.option("--windowed", is_flag=True, help="In a window instead of the full screen, for trying out.")
@click.pass_context
@calm
def run(context: click.Context, windowed: bool) -> None:
    """The patient kiosk, full screen."""
    from kiosk.app import configure_logging
    from kiosk.window import run_kiosk

    configure_logging(logging.INFO)

    sys.exit(run_kiosk(settings_of(context), os.environ, windowed=windowed))


@cli.command()
@click.option("--windowed", is_flag=True, help="In a window instead of the full screen, for trying out.")
@click.pass_context
@calm
def desk(context: click.Context, windowed: bool) -> None:
    """The front desk: staff call patients, register walk-ins and see the queue, full screen."""
    from kiosk.app import configure_logging
    from kiosk.desk import run_desk

    configure_logging(logging.INFO)
    sys.exit(run_desk(settings_of(context), os.environ, windowed=windowed))


@cli.command()
@click.option("--camera", help="A real camera instead of the sample cards: auto, 0, /dev/v4l/by-id/...")
@click.option("--printer", help="A real printer instead of a folder: auto, usblp:/dev/usb/lp0, network:HOST ...")
@click.option("--offscreen", is_flag=True, help="Run the journey without a window, even where there is a display.")
@click.pass_context
@calm
def demo(context: click.Context, camera: str | None, printer: str | None, offscreen: bool) -> None:
    """Everything on this machine, with no hardware: server, kiosk, sample cards, slips in a folder.

    Without a display the same journey runs off screen, says what it did, and ends.
    """
    from kiosk.demo import run_demo

    sys.exit(run_demo(settings_of(context), os.environ, camera, printer, offscreen=offscreen))


@cli.command()
@click.option("--database", help="Database address; without one an SQLite file in the data folder.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Any but this machine's own needs a certificate.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; with PostgreSQL.")
@click.pass_context
@calm
def server(context: click.Context, database: str | None, host: str, port: int, workers: int) -> None:
    """The hospital server, to which stations send their tokens."""
    from kiosk.app import configure_logging
    from kiosk.pepper import made_pepper
    from kiosk.server.abdm_account import account_of
    from kiosk.server.app import database_url_of, run_server
    from kiosk.server.listening import tls_of

    configure_logging(logging.INFO)
    settings = settings_of(context)
    run_server(
        database or database_url_of(settings),
        host,
        port,
        tls=tls_of(settings),
        public_url=settings.public_url,
        pepper=partial(made_pepper, settings.pepper_file, dict(os.environ)),
        abdm=account_of(settings, os.environ),
        workers=workers,
        prepare_worker=partial(configure_logging, logging.INFO),
    )


@cli.command()
@FILES
@click.option("--explain", is_flag=True, help="Each step of looking too: its name, its ms, what came of it.")
@calm
def decode(files: tuple[Path, ...], *, explain: bool) -> None:
    """Read the QR in each picture FILE; print one JSON line each: source, text, kind, ms.

    Text is null where nothing was read; kind is abha, aadhaar, facility or other. Nothing is stored.
    """
    from datetime import UTC, datetime

    from kiosk.batch import decode_files
    from kiosk.scanner.files import FileReader

    with FileReader() as reader:
        print_lines(decode_files(reader, files, datetime.now(UTC).date(), explain=explain))


@cli.command()
@FILES
@click.option("--department", required=True, metavar="CODE", help="The department's code, such as MED.")
@click.option("--language", type=click.Choice(SLIP_LANGUAGES), help="The slip's; else the first screen's.")
@click.pass_context
@calm
def checkin(context: click.Context, files: tuple[Path, ...], department: str, language: str | None) -> None:
    """Give the patient in each picture FILE a token, print the slip, and print one JSON line each.

    The same as at the window, without a screen: source, outcome (issued, already_issued, rejected), label, token_id,
    service_day, reason, print, ms. A rejected picture is no failure: the exit code stays 0.
    """
    from kiosk.app import open_station, spool_of
    from kiosk.batch import BatchCheckIn
    from kiosk.scanner.files import FileReader

    settings = settings_of(context)
    with FileReader() as reader, open_station(settings, os.environ) as station:
        spool = spool_of(station)
        print_lines(BatchCheckIn(station, spool, reader, department, language or settings.language).lines(files))
        if station.facility.department(department) is None:
            known = ", ".join(each.code for each in station.facility.departments)
            raise click.UsageError(f"there is no department {department!r}; there are {known}")


@cli.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The service day; today without it.")
@click.pass_context
@calm
def tokens(context: click.Context, day: date | None) -> None:
    """The store's tokens of a day, one JSON line each, in the order they were issued."""
    from kiosk.app import open_station
    from kiosk.model.token import listed

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        today = station.facility.service_day(station.clock.now())
        rows = station.store.tokens(date(day.year, day.month, day.day) if day else today)
        print_lines(listed(row.token, synced=row.synced) for row in rows)


@cli.command()
@click.pass_context
@calm
def sync(context: click.Context) -> None:
    """Exchange with the server now; print one JSON line: pushed, pulled, parked, acked_seq."""
    from kiosk.app import open_station
    from kiosk.batch import synced_line
    from kiosk.upkeep import purge

    with open_station(settings_of(context), os.environ) as station:
        print_lines([synced_line(station)])
        purge(station)


@cli.command()
@click.option("--server", "server_url", required=True, metavar="URL", help="https://..., or http:// on this machine.")
@click.option("--code", required=True, help="The pairing code that `kiosk admin pair` showed; it lives ten minutes.")
@click.option("--ca", type=click.Path(path_type=Path), help="The hospital's own certificate authority (PEM).")
@click.pass_context
@calm
def enrol(context: click.Context, server_url: str, code: str, ca: Path | None) -> None:
    """Pair this station with a hospital's server: it gets a series, and the configuration."""
    from kiosk.enrol import ca_certificate, enrol

    for line in enrol(settings_of(context), os.environ, server_url, code, ca_certificate(ca)).lines():
        print(line)


@cli.command()
@click.pass_context
@calm
def rotate_key(context: click.Context) -> None:
    """Replace the key that this station signs with by a new one; safe to repeat."""
    from kiosk.enrol import rotate_key

    print(f"fingerprint {rotate_key(settings_of(context), os.environ)}")


@cli.command()
@click.option(
    "--accept-clock", is_flag=True, help="Say that this machine's date and time are right, after a CLOCK_ code."
)
@click.option(
    "--print-test", is_flag=True, help="Print a ruler, all scripts, grays and what the printer can tell, asked anew."
)
@click.option("--camera", is_flag=True, help="Look through the camera alone: rate, latency, focus, light, a test card.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    default="camera.jpg",
    show_default=True,
    help="Where --camera writes what it sees.",
)
@click.pass_context
@calm
def doctor(context: click.Context, accept_clock: bool, print_test: bool, camera: bool, picture: Path) -> None:
    """Check camera, printer, store, clock, fonts and server: one line each, with what to do."""
    from kiosk.doctor import Orders, examine
    from kiosk.doctor_camera import camera_findings

    settings = settings_of(context)
    if camera:
        findings = camera_findings(settings.camera, picture)
    else:
        findings = examine(settings, os.environ, Orders(accept_clock, print_test))
    for finding in findings:
        print(finding.line())
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


_OF_SERVER = (
    import_,
    facilities,
    departments,
    counters,
    parked,
    retention,
    export,
    erase,
    backup,
    restored,
    pins,
    abdm,
    *STATION_COMMANDS,
)
for administration in _OF_SERVER:
    admin.add_command(administration)
cli.add_command(admin)
cli.add_command(facility_qr)
cli.add_command(backup_store)
cli.add_command(restore_store)
cli.add_command(staff)
cli.add_command(slips)
slips.add_command(preview)

if __name__ == "__main__":
    main()
