"""``kiosk admin pins`` as an administrator types it; nobody sees a PIN twice."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from kiosk.__main__ import cli
from kiosk.pepper import SERVER_FILE, kept_pepper, made_pepper
from kiosk.pins import fits
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database, open_database
from kiosk.server.tables import facility, staff_pin
from tests.migrated import lay_server
from tests.model.hospitals import rampur

RAMPUR = "IN0910000123"


class Office:
    """An administrator at the server's machine, over SQLite, with an imported hospital."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{lay_server(folder / 'server.db')}"
        self.environ = {"KIOSK_DATA_DIR": str(folder / "data"), "KIOSK_DATABASE_URL": url}
        self.pepper_file = folder / "data" / SERVER_FILE
        made_pepper(self.pepper_file, {})
        self.database: Database = open_database(url)
        import_configuration(self.database, rampur(), datetime.now(UTC))

    def run(self, *words: str, typed: str = "") -> Result:
        words = ("admin", "pins", *words)
        return CliRunner().invoke(cli, words, input=typed, env=self.environ, catch_exceptions=False)

    def listed(self) -> dict[str, dict[str, Any]]:
        ended = self.run("list", RAMPUR, "--json")
        assert ended.exit_code == 0, ended.output
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        return {line["staff_id"]: line for line in lines}

    def fits(self, staff_id: str, pin: str) -> bool:
        pepper = kept_pepper(self.pepper_file, {})
        assert pepper is not None
        with self.database.reader.begin() as connection:
            kept = connection.execute(select(staff_pin.c.pin_hash).filter_by(staff_id=staff_id)).scalar_one()
        return fits(pin, kept, pepper)

    def revision(self) -> int:
        with self.database.reader.begin() as connection:
            return int(connection.execute(select(facility.c.config_revision)).scalar_one())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.database.close()


def test_a_pin_is_typed_twice_and_never_shown(office: Office) -> None:
    ended = office.run("set", RAMPUR, "anita", typed="482913\n482913\n")
    assert (ended.exit_code, ended.stdout) == (0, "anita has a PIN\n")
    assert "482913" not in ended.output
    assert office.fits("anita", "482913")
    assert office.revision() == 2


def test_typed_differently_it_is_asked_for_again(office: Office) -> None:
    ended = office.run("set", RAMPUR, "anita", typed="482913\n482914\n730152\n730152\n")
    assert ended.exit_code == 0
    assert office.fits("anita", "730152")


@pytest.mark.parametrize(
    ("pin", "code"), [("123456", "PIN_WEAK"), ("1234", "PIN_INVALID"), ("４８２９１３", "PIN_INVALID")]
)
def test_a_bad_one_is_refused_and_changes_nothing(office: Office, pin: str, code: str) -> None:
    ended = office.run("set", RAMPUR, "anita", typed=f"{pin}\n{pin}\n")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert f"\n{code}: " in ended.stderr
    assert office.revision() == 1
    assert office.listed()["anita"]["pin"] == "none"


def test_a_random_one_is_shown_once(office: Office) -> None:
    ended = office.run("set", RAMPUR, "s-2", "--generate")
    assert ended.exit_code == 0
    match = re.fullmatch(r"([0-9]{6}) is the PIN of s-2; it is not shown again\n", ended.stdout)
    assert match is not None
    assert office.fits("s-2", match[1])
    assert match[1] not in office.run("list", RAMPUR).output


def test_nobody_is_asked_for_a_pin_that_cannot_be_set(office: Office) -> None:
    for words, code in (((RAMPUR, "nobody"), "STAFF_UNKNOWN"), (("IN0000000009", "anita"), "FACILITY_UNKNOWN")):
        ended = office.run("set", *words)
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert ended.stderr.startswith(f"{code}: ")


def test_the_list_tells_who_has_one_and_who_must_have_a_new_one(office: Office) -> None:
    office.run("set", RAMPUR, "anita", typed="482913\n482913\n")
    listed = office.listed()
    assert [(line["role"], line["pin"]) for line in listed.values()] == [("registrar", "set"), ("supervisor", "none")]
    assert listed["anita"]["since"].startswith(f"{datetime.now(UTC):%Y-%m-}")
    office.pepper_file.unlink()
    assert office.listed()["anita"]["pin"] == "lost"
    ended = office.run("set", RAMPUR, "s-2", typed="730152\n730152\n")
    assert ended.stderr.startswith(f"PEPPER_UNUSABLE: there is no {office.pepper_file}: start the server once, or ")
    assert not office.pepper_file.exists(), "in a wrong folder it would be another than the server's"
    made_pepper(office.pepper_file, {})
    office.run("set", RAMPUR, "s-2", typed="730152\n730152\n")
    assert [line["pin"] for line in office.listed().values()] == ["lost", "set"]
    assert "anita, role registrar, pin lost" in office.run("list", RAMPUR).stdout


def test_who_leaves_has_none_any_more(office: Office) -> None:
    office.run("set", RAMPUR, "anita", typed="482913\n482913\n")
    assert office.run("clear", RAMPUR, "anita").stdout == "anita has no PIN any more\n"
    assert office.listed()["anita"]["pin"] == "none"
    again = office.run("clear", RAMPUR, "anita")
    assert (again.exit_code, again.stderr) == (1, "PIN_UNSET: 'anita' has no PIN\n")


def test_the_settings_say_where_the_pepper_lies(office: Office, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "secret"
    office.environ["KIOSK_PIN_PEPPER"] = str(elsewhere)
    made_pepper(elsewhere, {})
    office.run("set", RAMPUR, "anita", typed="482913\n482913\n")
    assert office.listed()["anita"]["pin"] == "set"
    elsewhere.write_text("spoilt")
    ended = office.run("set", RAMPUR, "anita", typed="482913\n482913\n")
    assert (ended.exit_code, ended.stderr.split(":")[0]) == (1, "PEPPER_UNUSABLE")


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_server_makes_its_pepper_when_it_starts(tmp_path: Path, *, spoilt: bool) -> None:
    """One that cannot be read is told and left alone; the server serves kiosks all the same."""
    if spoilt:
        (tmp_path / SERVER_FILE).write_text("spoilt")
    lay_server(tmp_path / "server.db")
    words = [sys.executable, "-m", "kiosk", "server", "--port", "0"]
    environ = {**os.environ, "KIOSK_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environ) as server:
        assert server.stderr is not None
        told = []
        for line in server.stderr:
            told.append(json.loads(line)["event"])
            if told[-1] == "server_listening":
                break
        server.send_signal(signal.SIGTERM)
        server.stderr.read()
    assert (server.returncode, told[-1]) == (0, "server_listening")
    assert ("pepper_unusable" in told) is spoilt
    if not spoilt:
        assert kept_pepper(tmp_path / SERVER_FILE, {}) is not None
