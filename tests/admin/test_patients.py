"""What administrators do for a patient, and for the law, by the command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import cli
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import ingest
from kiosk.server.queries import tokens_of_day
from kiosk.sync.messages import SyncRequest
from tests.sync.chain import DAY, FACILITY, INVENTED, Chain

LONG_AGO = datetime.now(UTC) - timedelta(days=366)
NUMBER = "91-0000-0000-0018"


class Hospital:
    """The commands, on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environ = {"KIOSK_DATABASE_URL": url, "KIOSK_DATA_DIR": str(folder)}
        self.database: Database = open_database(url)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["admin", *words], env=self._environ, catch_exceptions=False)

    def lines(self, *words: str) -> list[dict[str, Any]]:
        ended = self.run(*words)
        assert (ended.exit_code, ended.stderr) == (0, "")
        return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]

    def take(self, chain: Chain, at: datetime) -> None:
        ingest(self.database, SyncRequest.of(chain.push(), FACILITY), at)


@pytest.fixture
def hospital(database_url: str, tmp_path: Path) -> Iterator[Hospital]:
    made = Hospital(database_url, tmp_path / "data")
    yield made
    made.database.close()


def test_retention_tells_first_and_deletes_when_told(hospital: Hospital) -> None:
    hospital.take(Chain("A").issue_many(3), LONG_AGO)
    hospital.take(Chain("B").issue_many(1), datetime.now(UTC))
    told = {"facility_id": FACILITY, "patients": 3}
    for _ in range(2):
        assert hospital.lines("retention") == [{**told, "applied": False}]
    assert hospital.lines("retention", "--apply") == [{**told, "applied": True}]
    assert hospital.lines("retention") == []
    assert len(tokens_of_day(hospital.database.reader, FACILITY, DAY)) == 4


def test_export_prints_all_as_one_line(hospital: Hospital) -> None:
    chain = Chain().issue_many(2)
    hospital.take(chain, LONG_AGO)
    (exported,) = hospital.lines("export", "--facility", FACILITY, "--abha-number", NUMBER, "--reason", "letter 4")
    assert {each["token_id"] for each in exported["tokens"]} == {event.token_id for event in chain.events}
    assert {each["details"]["name"] for each in exported["tokens"]} == {INVENTED.name}


def test_erase_tells_first_and_erases_when_told(hospital: Hospital) -> None:
    chain = Chain().issue_many(2)
    hospital.take(chain, LONG_AGO)
    tokens = sorted(event.token_id for event in chain.events)
    words = ("erase", "--facility", FACILITY, "--abha-address", "ASHA.test@abdm", "--reason", "letter 5")
    (told,) = hospital.lines(*words)
    assert (told["token_ids"], told["details"], told["applied"]) == (tokens, 2, False)
    assert "cannot be changed" in told["stays"]
    (erased,) = hospital.lines(*words, "--apply")
    assert (erased["token_ids"], erased["details"], erased["applied"]) == (tokens, 2, True)
    (again,) = hospital.lines("erase", "--facility", FACILITY, "--token", tokens[0], "--reason", "letter 5", "--apply")
    assert (again["token_ids"], again["details"]) == ([tokens[0]], 0)
    (exported,) = hospital.lines("export", "--facility", FACILITY, "--token", tokens[1])
    (held,) = exported["tokens"]
    assert held["details"] is None
    assert [row["act"] for row in held["audit"]] == ["patient_searched", "patient_erased"]


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--facility", FACILITY),
        ("export", "--facility", FACILITY, "--abha-number", "91-0000-0000-001"),
        ("export", "--facility", FACILITY, "--abha-address", "Asha Devi"),
        ("export", "--facility", FACILITY, "--abha-number", NUMBER, "--token", "x"),
        ("export", "--abha-number", NUMBER),
        ("erase", "--facility", FACILITY, "--abha-number", NUMBER),
        ("erase", "--facility", FACILITY, "--abha-number", NUMBER, "--reason", "x" * 201),
        ("erase", "--facility", FACILITY, "--abha-number", NUMBER, "--reason", "for 9100 0000 0000 18"),
    ],
)
def test_wrong_use_is_told_without_what_was_typed(tmp_path: Path, words: tuple[str, ...]) -> None:
    hospital = Hospital(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)
    ended = hospital.run(*words)
    hospital.database.close()
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "0000" not in ended.stderr
    assert "Asha" not in ended.stderr


def test_a_facility_that_is_not_there(hospital: Hospital) -> None:
    ended = hospital.run("export", "--facility", "IN9", "--abha-number", NUMBER)
    assert ended.exit_code == 2
    assert ended.stderr == "FACILITY_UNKNOWN: there is no facility 'IN9' here\n"


def test_backup_and_restored(tmp_path: Path) -> None:
    hospital = Hospital(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)
    hospital.take(Chain().issue_many(3), LONG_AGO)
    copy = tmp_path / "copy.db"
    assert hospital.lines("backup", str(copy)) == [{"file": str(copy), "bytes": copy.stat().st_size}]
    assert hospital.run("backup", str(copy)).exit_code == 2
    hospital.database.close()
    later = Hospital(f"sqlite:///{copy}", tmp_path)
    (told,) = later.lines("restored")
    assert told["facilities"] == [FACILITY]
    assert "revoked" in told["again"]
    later.database.close()
