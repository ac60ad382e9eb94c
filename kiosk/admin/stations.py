"""``kiosk admin stations``, ``pair``, ``revoke``, ``alarms``, and ``keys`` with ``key-add`` and ``key-revoke``.

Each act is noted in the audit; nothing that could let anybody in is ever noted or logged.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kiosk.admin.group import expect_facility, opened_database
from kiosk.command import calm, print_lines, print_texts
from kiosk.errors import KioskError
from kiosk.model.events import instant_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

FACILITY = click.option("--facility", "facility_id", required=True, metavar="ID", help="The facility's HFR id.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON lines for programs.")
STATION = click.option("--station", "station_id", required=True, metavar="ID", help="The station's id, such as K1.")


@click.command()
@FACILITY
@AS_JSON
@click.pass_context
@calm
def stations(context: click.Context, facility_id: str, as_json: bool) -> None:
    """The facility's stations, one line each: what they are, since when, and whether there is an alarm.

    The fingerprint of a station's key must be the one that `kiosk enrol` showed on its own screen.
    """
    from kiosk.server.station_list import stations_of

    with _transaction(context, facility_id) as connection:
        listed = [asdict(each) for each in stations_of(connection, facility_id)]
    _print(listed, as_json)


@click.command()
@FACILITY
@STATION
@AS_JSON
@click.pass_context
@calm
def pair(context: click.Context, facility_id: str, station_id: str, as_json: bool) -> None:
    """Print a code for `kiosk enrol` on the station's machine. It works once, within ten minutes."""
    from kiosk.server import audit, enrolling

    now, code = datetime.now(UTC), enrolling.new_code()
    with _transaction(context, facility_id) as connection:
        _expect(enrolling.pair(connection, facility_id, station_id, code, now), "there is no such station: import it")
        audit.note(connection, facility_id, now, "station_paired", station_id)
    note = "works once, within ten minutes; `kiosk admin stations` then shows the fingerprint to compare"
    _print(
        [{"code": f"{code[:4]}-{code[4:]}", "station_id": station_id, "facility_id": facility_id, "note": note}],
        as_json,
    )


@click.command()
@FACILITY
@STATION
@AS_JSON
@click.pass_context
@calm
def revoke(context: click.Context, facility_id: str, station_id: str, as_json: bool) -> None:
    """Shut a station out at once, until it is paired and enrolled again."""
    from kiosk.server import audit, enrolling

    now = datetime.now(UTC)
    with _transaction(context, facility_id) as connection:
        _expect(enrolling.revoke(connection, facility_id, station_id, now), "there is no such station")
        audit.note(connection, facility_id, now, "station_revoked", station_id)
    _print([{"station_id": station_id, "facility_id": facility_id, "revoked_at": now}], as_json)


@click.command()
@FACILITY
@click.option("--clear", "alarm_id", metavar="ALARM", help="Let the store that this alarm names be the station's.")
@AS_JSON
@click.pass_context
@calm
def alarms(context: click.Context, facility_id: str, alarm_id: str | None, as_json: bool) -> None:
    """The facility's open alarms, one line each: two machines claimed to be one station.

    Find out which machine is the true one. Either enrol it again, which shuts the other out; or, where the alarm names
    the store of the true one, clear it.
    """
    from kiosk.server import alarms as raised
    from kiosk.server import audit

    now = datetime.now(UTC)
    with _transaction(context, facility_id) as connection:
        if alarm_id is not None:
            _expect(raised.clear_alarm(connection, facility_id, alarm_id, now), "there is no such open alarm")
            audit.note(connection, facility_id, now, "alarm_cleared", alarm_id)
        listed = [dict(row._mapping) for row in raised.alarms_of(connection, facility_id)]
    _print(listed, as_json)


@click.command()
@click.option("--facility", "facility_id", default="", metavar="ID", help="Without it: keys for all facilities.")
@AS_JSON
@click.pass_context
@calm
def keys(context: click.Context, facility_id: str, as_json: bool) -> None:
    """The API keys of a facility, one line each, without their secrets."""
    from kiosk.server.api_keys import keys_of

    with _transaction(context, facility_id) as connection:
        rows = [dict(row._mapping) for row in keys_of(connection, facility_id)]
    _print([{name: row[name] for name in row if name != "secret_hash"} for row in rows], as_json)


@click.command("key-add")
@click.option("--facility", "facility_id", default="", metavar="ID", help="Of a reader's key; statistics have none.")
@click.option("--role", required=True, type=click.Choice(["reader", "statistics"]))
@click.option("--name", required=True, metavar="TEXT", help="Which program it is for.")
@AS_JSON
@click.pass_context
@calm
def key_add(context: click.Context, facility_id: str, role: str, name: str, as_json: bool) -> None:
    """Make an API key and print it, this once: `Authorization: Bearer KEY`.

    A reader sees one facility's tokens; statistics see counts only, over all facilities.
    """
    import uuid_utils

    from kiosk.server import api_keys, audit

    now, key_id, secret = datetime.now(UTC), str(uuid_utils.uuid7()), secrets.token_urlsafe(api_keys.SECRET_BYTES)
    with _transaction(context, facility_id) as connection:
        key = api_keys.add_key(connection, facility_id, role, name, key_id, secret, now)
        audit.note(connection, facility_id, now, "api_key_added", key_id)
    _print(
        [{"key": key, "key_id": key_id, "role": role, "facility_id": facility_id, "note": "not shown again"}], as_json
    )


@click.command("key-revoke")
@click.option("--facility", "facility_id", default="", metavar="ID", help="Without it: a key for all facilities.")
@click.option("--key", "key_id", required=True, metavar="ID", help="As `kiosk admin keys` lists it.")
@AS_JSON
@click.pass_context
@calm
def key_revoke(context: click.Context, facility_id: str, key_id: str, as_json: bool) -> None:
    """End an API key at once."""
    from kiosk.server import api_keys, audit

    now = datetime.now(UTC)
    with _transaction(context, facility_id) as connection:
        _expect(api_keys.revoke_key(connection, facility_id, key_id, now), "there is no such key")
        audit.note(connection, facility_id, now, "api_key_revoked", key_id)
    _print([{"key_id": key_id, "facility_id": facility_id, "revoked_at": now}], as_json)


COMMANDS = (stations, pair, revoke, alarms, keys, key_add, key_revoke)


@contextmanager
def _transaction(context: click.Context, facility_id: str = "") -> "Iterator[Connection]":
    """What is printed after it is committed. Raises as ``expect_facility``, where one is named."""
    with opened_database(context) as database, database.writer.begin() as connection:
        if facility_id:
            expect_facility(connection, facility_id)
        yield connection


def _expect(is_there: bool, otherwise: str) -> None:
    if not is_there:
        raise KioskError(otherwise, code="UNKNOWN_ID")


def _print(lines: Sequence[Mapping[str, object]], as_json: bool) -> None:
    readable = [{name: _text(value) for name, value in line.items()} for line in lines]
    if as_json:
        print_lines(readable)
    else:
        print_texts(", ".join(f"{name} {value}" for name, value in line.items() if value) for line in readable)


def _text(value: object) -> object:
    return instant_text(value) if isinstance(value, datetime) else value
