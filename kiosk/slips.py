"""``kiosk slips``: which slips came out and which did not, one more of one, paper left, and a new roll."""

import os
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from kiosk.command import calm, print_lines, settings_of
from kiosk.model.desk import SlipRow
from kiosk.model.events import instant_text
from kiosk.model.health import paper_is_low
from kiosk.model.slip_words import WORDS

if TYPE_CHECKING:
    from kiosk.app import Station

BY: dict[str, str] = {"by": "kiosk slips"}
"""Who answers for a reprint: whoever may use this machine's command line."""


@click.group(invoke_without_command=True)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The service day; today without it.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not known to be out, nor dealt with.")
@click.pass_context
@calm
def slips(context: click.Context, day: datetime | None, only_open: bool) -> None:
    """The slips of a day, one JSON line each, the oldest first.

    label, token_id, copy (0 the original, others are marked DUPLICATE), state (queued, sending, printed, failed,
    in_doubt, resolved), since, cause, confirmation (sent, processed, printed), by. How much paper is left: slips paper.
    """
    if context.invoked_subcommand is not None:
        return
    from kiosk.app import open_station

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        rows = station.store.slip_rows(date(day.year, day.month, day.day) if day else _today(station))
        print_lines(listed(row) for row in rows if not (only_open and row.is_settled))


@slips.command()
@click.argument("label")
@click.option("--language", type=click.Choice(sorted(WORDS["token"])), help="The slip's; else the first screen's.")
@click.pass_context
@calm
def reprint(context: click.Context, label: str, language: str | None) -> None:
    """Print the slip of today's token LABEL (such as MA-017) once more, marked DUPLICATE; one JSON line, as above.

    A kiosk or desk that runs on the same data folder prints it. Exit code 1 where it did not come out.
    """
    from kiosk.app import open_station
    from kiosk.reprinting import reprinted

    settings = settings_of(context)
    with open_station(settings, os.environ) as station:
        token = next((row.token for row in station.store.tokens(_today(station)) if row.token.label == label), None)
        if token is None:
            raise click.UsageError(f"there is no token {label!r} today; see kiosk tokens")
        row = reprinted(station, token, language or settings.language, BY)
        print_lines([listed(row)])
    sys.exit(0 if row.is_settled else 1)


@slips.command()
@click.pass_context
@calm
def paper(context: click.Context) -> None:
    """How much paper should be left on the roll: left_m (null where nobody told of one), low, at. One JSON line."""
    from kiosk.app import open_station

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        print_lines([_paper_line(station)])


@slips.command()
@click.pass_context
@calm
def new_roll(context: click.Context) -> None:
    """Say that a new roll of paper was put in: what is left is reckoned from now. One JSON line, as of ``paper``."""
    from kiosk.app import open_station
    from kiosk.rolls import RollNotes

    with open_station(settings_of(context), os.environ, claims_devices=False) as station:
        RollNotes(station.settings.data_dir).note(station.clock.now(), BY["by"])
        print_lines([_paper_line(station)])


def _paper_line(station: "Station") -> dict[str, object]:
    from kiosk.app import paper_roll
    from kiosk.rolls import RollNotes

    at, left_mm = RollNotes(station.settings.data_dir).last(), paper_roll(station).left_mm()
    return {
        "left_m": None if left_mm is None else round(left_mm / 1000, 1),
        "low": paper_is_low(left_mm),
        "at": at and instant_text(at),
    }


def listed(row: SlipRow) -> dict[str, object]:
    """One slip as a line; other programs rely on it."""
    return {
        "label": row.label,
        "token_id": row.token_id,
        "copy": row.copy,
        "state": row.state.value,
        "since": instant_text(row.since),
        "cause": row.cause,
        "confirmation": row.confirmation,
        "by": row.by,
    }


def _today(station: "Station") -> date:
    return station.facility.service_day(station.clock.now())
