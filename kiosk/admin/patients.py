"""``kiosk admin retention``, ``export`` and ``erase``: what is held on patients, and its end."""

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from kiosk.admin.group import opened_database
from kiosk.command import calm, print_lines, settings_of
from kiosk.model.abha import parse_address, parse_number

if TYPE_CHECKING:
    from kiosk.server.finding import Asked

_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){13}")
STAYS = (
    "the events of these tokens, which hold a keyed digest of the patient for one day each: they are chained and"
    " cannot be changed; copies at stations until 24 hours after their acknowledgement; backups of this database:"
    " after a restore, erase again"
)


@click.command()
@click.option("--apply", is_flag=True, help="Delete them. Without this word nothing changes.")
@click.pass_context
@calm
def retention(context: click.Context, apply: bool) -> None:
    """Delete patients' details that have been here for longer than the setting retention_days.

    One JSON line for each facility that has such: facility_id, patients, applied. Tokens and events stay.
    """
    from kiosk.server.retention import expired, purge

    days = settings_of(context).retention_days
    with opened_database(context) as database:
        found = (purge if apply else expired)(database, datetime.now(UTC), days)
    print_lines({**asdict(each), "applied": apply} for each in found)


def _number(context: click.Context, parameter: click.Parameter, untrusted: str | None) -> str | None:
    return _parsed(untrusted, parse_number, "an ABHA number has 14 digits")


def _address(context: click.Context, parameter: click.Parameter, untrusted: str | None) -> str | None:
    return _parsed(untrusted, parse_address, "an ABHA address is like name@abdm")


def _parsed(untrusted: str | None, parse: Callable[[str], str | None], allowed: str) -> str | None:
    """The message never repeats what was typed."""
    parsed = parse(untrusted) if untrusted is not None else None
    if untrusted is not None and parsed is None:
        raise click.BadParameter(allowed)
    return parsed


def _reason(context: click.Context, parameter: click.Parameter, reason: str) -> str:
    from kiosk.server.audit import MAX_REASON

    if len(reason) > MAX_REASON or _NUMBER.search(reason):
        raise click.BadParameter(f"at most {MAX_REASON} characters, and no ABHA number")
    return reason


def _whose(command: Callable[..., None]) -> Callable[..., None]:
    """The options that name a patient."""
    for option in (
        click.option("--token", "token_id", metavar="ID", help="Any of the patient's tokens."),
        click.option("--abha-address", metavar="ADDRESS", callback=_address),
        click.option("--abha-number", metavar="NUMBER", callback=_number, help="14 digits, with or without dashes."),
        click.option("--facility", "facility_id", required=True, metavar="ID"),
    ):
        command = option(command)
    return command


def _asked(**whose: Any) -> "Asked":
    from kiosk.server.finding import Asked

    if sum(value is not None for value in whose.values()) != 1:
        raise click.UsageError("name the patient by one of --abha-number, --abha-address and --token")
    return Asked(**whose)


@click.command()
@_whose
@click.option("--reason", default="", callback=_reason, help="For the audit, such as a letter's number; no names.")
@click.pass_context
@calm
def export(context: click.Context, /, facility_id: str, reason: str, **whose: Any) -> None:
    """Print everything held on one patient, as one line of JSON: tokens, details, events, audit.

    The output is as secret as the patient's file. Each use is noted in the audit.
    """
    from kiosk.server.rights import export as export_patient

    asked = _asked(**whose)
    with opened_database(context) as database:
        print_lines([export_patient(database, facility_id, asked, datetime.now(UTC), reason)])


@click.command()
@_whose
@click.option("--reason", required=True, callback=_reason, help="For the audit, such as a letter's number; no names.")
@click.option("--apply", is_flag=True, help="Erase. Without this word it only tells what would be erased.")
@click.pass_context
@calm
def erase(context: click.Context, /, facility_id: str, reason: str, apply: bool, **whose: Any) -> None:
    """Erase one patient's details for ever. Prints one line of JSON: token_ids, details, applied, stays.

    Keep the token ids: after a restore from an older backup each of them must be erased again, by --token.
    """
    from kiosk.server import rights

    asked = _asked(**whose)
    with opened_database(context) as database:
        found = (rights.erase if apply else rights.find)(database, facility_id, asked, datetime.now(UTC), reason)
    print_lines([{**asdict(found), "applied": apply, "stays": STAYS}])
