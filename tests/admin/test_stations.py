"""The commands for stations, keys and alarms, as an administrator types them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from kiosk.__main__ import cli
from kiosk.server.alarms import CLONED, raise_alarm
from kiosk.server.api_keys import known_program
from kiosk.server.database import Database, open_database
from kiosk.server.tables import audit
from kiosk.sync.signing import fingerprint
from tests.server.doors import Device, HandClock, assert_problem, import_facility, web_of
from tests.sync.chain import FACILITY


class Desk:
    """An administrator at the server's machine."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._environ = {"KIOSK_DATA_DIR": str(folder), "KIOSK_DATABASE_URL": database_url}

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["admin", *words], env=self._environ, catch_exceptions=False)

    def lines(self, *words: str) -> list[dict[str, Any]]:
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    def line(self, *words: str) -> dict[str, Any]:
        (only,) = self.lines(*words)
        return only


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database, database_url: str, tmp_path: Path) -> Desk:
    import_facility(database, {"K1": "kiosk", "B1": "board"})
    return Desk(tmp_path, database_url)


K1 = ("--facility", FACILITY, "--station", "K1")
OF_FACILITY = ("--facility", FACILITY)


def acts(database: Database) -> list[tuple[str, str]]:
    with database.reader.begin() as connection:
        return [(row.act, row.subject) for row in connection.execute(select(audit).order_by(audit.c.audit_id))]


def test_a_station_from_pairing_to_its_end(desk: Desk, database: Database) -> None:
    clock = HandClock(datetime.now(UTC))
    with web_of(database, clock, is_open=False) as web:
        device = Device(web, clock)
        paired = desk.line("pair", *K1)
        assert "once" in paired["note"]
        device.enrol(paired["code"].replace("-", ""))

        board, kiosk = desk.lines("stations", *OF_FACILITY)
        assert (board["station_id"], board["kind"], board["enrolled_at"], board["series"]) == (
            "B1",
            "board",
            None,
            None,
        )
        assert (kiosk["store_id"], kiosk["series"], kiosk["alarm"]) == (device.store_id, "", None)
        assert kiosk["fingerprint"] == fingerprint(bytes.fromhex(device.public_key))

        desk.line("revoke", *K1)
        assert_problem(device.sync(), 401, "KEY_UNKNOWN")
    _, kiosk = desk.lines("stations", *OF_FACILITY)
    assert kiosk["revoked_at"] is not None
    assert kiosk["fingerprint"] is None
    assert acts(database) == [("station_paired", "K1"), ("station_revoked", "K1")]


def test_alarms_are_listed_until_they_are_cleared(desk: Desk, database: Database) -> None:
    store_id = "00000000-0000-0000-0000-000000000001"
    database.write(
        lambda connection: raise_alarm(connection, FACILITY, "K1", store_id, CLONED, datetime(2026, 11, 22, tzinfo=UTC))
    )
    listed = desk.line("alarms", *OF_FACILITY)
    assert (listed["station_id"], listed["store_id"], listed["kind"]) == ("K1", store_id, "station_key_cloned")
    assert listed["raised_at"] == "2026-11-22T00:00:00.000000Z"
    assert desk.lines("stations", *OF_FACILITY)[1]["alarm"] == "station_key_cloned"
    assert desk.lines("alarms", *OF_FACILITY, "--clear", listed["alarm_id"]) == []
    assert acts(database) == [("alarm_cleared", listed["alarm_id"])]


def test_an_api_key_is_shown_once(desk: Desk, database: Database) -> None:
    added = desk.line("key-add", *OF_FACILITY, "--role", "reader", "--name", "the ward's screen")
    assert known_program(database, added["key"]) is not None
    listed = desk.line("keys", *OF_FACILITY)
    assert (listed["name"], listed["role"], listed["revoked_at"]) == ("the ward's screen", "reader", None)
    assert added["key"].rpartition(".")[2] not in str(listed)
    assert "secret_hash" not in listed
    desk.line("key-revoke", *OF_FACILITY, "--key", added["key_id"])
    assert known_program(database, added["key"]) is None
    assert [act for act, _ in acts(database)] == ["api_key_added", "api_key_revoked"]


def test_a_key_for_counts_over_all(desk: Desk, database: Database) -> None:
    added = desk.line("key-add", "--role", "statistics", "--name", "the State")
    program = known_program(database, added["key"])
    assert program is not None
    assert program.facility_id == ""
    assert desk.line("keys")["key_id"] == added["key_id"]


@pytest.mark.parametrize(
    "words",
    [
        ("pair", *OF_FACILITY, "--station", "K9"),
        ("revoke", *OF_FACILITY, "--station", "K9"),
        ("key-revoke", *OF_FACILITY, "--key", "nothing"),
    ],
)
def test_what_is_not_there_is_said(desk: Desk, words: tuple[str, ...]) -> None:
    result = desk.run(*words)
    assert (result.exit_code, result.stderr.splitlines()[-1].partition(":")[0]) == (1, "UNKNOWN_ID")


def test_an_alarm_that_is_not_there_is_said(desk: Desk) -> None:
    result = desk.run("alarms", *OF_FACILITY, "--clear", "nothing")
    assert (result.exit_code, result.stderr.splitlines()[-1].partition(":")[0]) == (1, "UNKNOWN_ID")


@pytest.mark.parametrize(
    "words",
    [
        ("stations",),
        ("alarms",),
        ("keys",),
        ("key-add", "--role", "reader", "--name", "board"),
        ("key-revoke", "--key", "any"),
        ("pair", "--station", "K1"),
        ("revoke", "--station", "K1"),
        ("departments",),
        ("parked",),
        ("parked", "--retry"),
        ("export", "--token", "any"),
        ("erase", "--token", "any", "--reason", "letter 17"),
    ],
)
def test_a_facility_that_is_mistyped_is_not_an_empty_one(desk: Desk, words: tuple[str, ...]) -> None:
    result = desk.run(*words, "--facility", "IN9999999999")
    assert (result.exit_code, result.stderr.splitlines()[-1].partition(":")[0]) == (2, "FACILITY_UNKNOWN")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "reader"), "facility is missing: a reader sees the tokens of one"),
        (("--role", "statistics", *OF_FACILITY), "statistics are over all facilities, so name none"),
    ],
)
def test_a_key_that_would_open_nothing_is_refused(
    desk: Desk, database: Database, words: tuple[str, ...], said: str
) -> None:
    result = desk.run("key-add", *words, "--name", "x")
    assert result.exit_code == 2
    assert "SETTING_INVALID" in result.stderr
    assert said in result.stderr
    assert acts(database) == []


def test_people_read_plain_lines(desk: Desk) -> None:
    code, _, rest = desk.run("pair", *K1).stdout.splitlines()[-1].partition(", ")
    assert code.startswith("code ")
    assert rest.startswith(f"station_id K1, facility_id {FACILITY}, note works once, within ten minutes;")
    assert desk.run("stations", *OF_FACILITY).stdout.splitlines()[-1] == "station_id K1, kind kiosk, name K1"
