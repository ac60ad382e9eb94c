"""``kiosk admin import``, ``facilities`` and ``departments`` by the command line."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import cli
from kiosk.model.configuration import parse_configuration
from kiosk.server.configuring import configuration_of
from kiosk.server.database import Database, open_database
from kiosk.server.notices import CHANNEL
from tests.model.hospitals import RAMPUR, rampur

FACILITY = "IN0910000123"
_LOGGED = re.compile(r"[0-9-]{10} [0-9:]{8} \[")


class Office:
    """An administrator at the server's machine, with a folder of files."""

    def __init__(self, url: str, folder: Path) -> None:
        self.environ = {"KIOSK_DATABASE_URL": url, "KIOSK_DATA_DIR": str(folder / "data")}
        self.folder = folder
        self.database: Database = open_database(url)

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["admin", *words], env=self.environ, catch_exceptions=False)

    def text(self, *words: str) -> str:
        ended = self.run(*words)
        assert (ended.exit_code, ended.stderr) == (0, ""), ended.output
        # What is logged goes to standard output here: the logging is not configured as in the real program.
        return "".join(line for line in ended.stdout.splitlines(keepends=True) if not _LOGGED.match(line))

    def lines(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text(*words, "--json").splitlines()]


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = Office(database_url, tmp_path)
    yield made
    made.database.close()


def test_a_hospital_is_imported_and_listed(office: Office) -> None:
    file = office.write("facility.toml", RAMPUR)
    today = parse_configuration(rampur()).facility.service_day(datetime.now(UTC))
    told = office.text("import", file)
    assert f"{FACILITY}: revision 1 is imported\n  applies from service day {today}\n" in told
    assert "  3 departments, 4 stations, 2 staff\n" in told
    assert "nothing new, revision 1 says the same" in office.text("import", file)
    assert office.text("facilities") == (
        f"{FACILITY}: District Hospital, Rampur, Uttar Pradesh, 3 departments, 4 stations (0 enrolled), revision 1\n"
    )
    assert office.text("departments", "--facility", FACILITY) == (
        "MED          M  Medicine, room 12, mon-sat 08:00-14:00, quota 200\n"
        "EYE          E  Eye, 00:00-24:00, quota 101\n"
        "ENT          N  Ear, nose and throat, 00:00-24:00\n"
    )


def test_programs_read_json(office: Office) -> None:
    file = office.write("facility.toml", RAMPUR)
    today = parse_configuration(rampur()).facility.service_day(datetime.now(UTC))
    (imported,) = office.lines("import", file)
    assert imported == {
        "facility_id": FACILITY,
        "revision": 1,
        "applies_from": today.isoformat(),
        "changed": True,
        "departments": 3,
        "stations": 4,
        "staff": 2,
        "unplanned": [],
        "dry_run": False,
    }
    (listed,) = office.lines("facilities")
    assert (listed["names"]["hi"], listed["config_revision"], listed["in_force"]) == ("ज़िला अस्पताल, रामपुर", 1, 1)
    medicine, *_ = office.lines("departments", "--facility", FACILITY)
    assert medicine == {
        "code": "MED",
        "prefix": "M",
        "names": {"en": "Medicine", "hi": "मेडिसिन"},
        "room": "12",
        "rooms": ["12"],
        "priority": ["disability", "elderly", "infant", "pregnant"],
        "open": ["mon-sat 08:00-14:00"],
        "holidays": ["2026-11-30", "2026-12-25", "2027-01-26"],
        "quota": 200,
        "shares": {"K1": 120, "K2": 60, "D1": 20},
    }


def test_rooms_are_listed_where_there_are_several(office: Office) -> None:
    rooms = RAMPUR.replace("room = 12\n", 'room = 12\nrooms = [12, "14 A"]\npriority = ["infant"]\n')
    office.text("import", office.write("facility.toml", rooms))
    assert "Medicine, room 12, called to 12 and 14 A, mon-sat" in office.text("departments", "--facility", FACILITY)
    medicine, *_ = office.lines("departments", "--facility", FACILITY)
    assert (medicine["rooms"], medicine["priority"]) == (["12", "14 A"], ["infant"])


def test_a_new_prefix_is_told_to_wait_for_the_next_day(office: Office) -> None:
    office.text("import", office.write("facility.toml", RAMPUR))
    today = parse_configuration(rampur()).facility.service_day(datetime.now(UTC))
    told = office.text("import", office.write("facility.toml", RAMPUR.replace('prefix = "M"', 'prefix = "X"')))
    assert f"applies from service day {today + timedelta(days=1)}" in told
    assert "revision 1, revision 2 from the next service day" in office.text("facilities")
    assert office.text("departments", "--facility", FACILITY).startswith("MED          M ")


def test_a_station_that_left_is_named(office: Office) -> None:
    office.text("import", office.write("facility.toml", RAMPUR))
    without = RAMPUR.partition('[[stations]]\nid = "B1"')[0]
    assert "no longer planned, but not revoked: B1" in office.text("import", office.write("facility.toml", without))


def test_a_folder_of_csv_is_imported(office: Office) -> None:
    office.write("plan/departments.csv", "code,prefix,name_en,name_hi\nMED,M,Medicine,मेडिसिन\n")
    office.write("plan/stations.csv", "\ufeffid,kind,name\nK1,kiosk,मुख्य हॉल\n")
    office.write("plan/notes.txt", "not ours")
    told = office.text("import", str(office.folder / "plan"), "--facility-id", "IN1", "--name", "Rampur")
    assert "IN1: revision 1 is imported" in told
    found = configuration_of(office.database.reader, "IN1", datetime.now(UTC))
    assert found is not None
    stations = parse_configuration(found.documents[0].document).stations
    assert [(each.station_id, each.name) for each in stations] == [("K1", "मुख्य हॉल")]


def test_a_dry_run_imports_nothing(office: Office) -> None:
    assert "revision 1 would be imported" in office.text("import", office.write("f.toml", RAMPUR), "--dry-run")
    assert office.text("facilities") == ""


def test_every_mistake_is_told_and_the_exit_code_is_2(office: Office) -> None:
    bad = RAMPUR.replace('code = "ENT"', 'code = "ent"').replace('kind = "board"', 'kind = "tv"')
    ended = office.run("import", office.write("facility.toml", bad))
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        "FACILITY_INVALID: nothing was imported:",
        "facility.toml:27: department 3: code must be 1 to 12 capital letters and digits, not 'ent'",
        "facility.toml:49: station 4: kind must be one of kiosk, desk, board, not 'tv'",
    ]
    assert office.text("facilities") == ""


def test_what_only_the_server_knows_to_be_wrong_has_its_line_too(office: Office) -> None:
    office.text("import", office.write("facility.toml", RAMPUR))
    with office.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE station SET enrolled_at = '2026-11-22 04:00:00.000000'")
    ended = office.run("import", office.write("facility.toml", RAMPUR.replace('kind = "board"', 'kind = "desk"')))
    assert ended.exit_code == 2
    told = "facility.toml:49: station 4: kind of B1 is board since it enrolled; revoke it first"
    assert ended.stderr.splitlines()[1:] == [told]


@pytest.mark.parametrize("name", ["empty", "missing.toml"])
def test_what_is_not_there_is_wrong_use(office: Office, name: str) -> None:
    (office.folder / "empty").mkdir()
    ended = office.run("import", str(office.folder / name))
    assert ended.exit_code == 2
    assert name in ended.stderr


def test_a_file_that_is_far_too_large_is_not_read(office: Office) -> None:
    ended = office.run("import", office.write("facility.toml", "#" * (4 * 1024 * 1024 + 1)))
    assert ended.exit_code == 2
    assert "is larger than 4194304 bytes" in ended.stderr


def test_departments_of_an_unknown_facility(office: Office) -> None:
    ended = office.run("departments", "--facility", "IN9")
    assert (ended.exit_code, ended.stderr) == (2, "FACILITY_UNKNOWN: there is no facility 'IN9' here\n")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_running_servers_are_told_of_an_import(office: Office) -> None:
    url = office.environ["KIOSK_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}".encode())
        office.text("import", office.write("facility.toml", RAMPUR))
        (notice,) = listener.notifies(timeout=60, stop_after=1)
    assert notice.payload == f"{FACILITY} 0 1"
