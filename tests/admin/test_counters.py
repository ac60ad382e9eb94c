"""``kiosk admin counters`` and ``kiosk facility-qr`` as an administrator types them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from kiosk.__main__ import cli
from kiosk.model.exchange import DatedConfiguration, Enrolment, PulledConfiguration
from kiosk.server.configuring import import_configuration, newest
from kiosk.server.database import Database, open_database
from kiosk.store.store import open_store
from tests.fakes import shuffled_ids
from tests.migrated import lay_server, lay_store
from tests.model.samples import NINE
from tests.model.test_counter import document

RAMPUR = "IN0910000123"
URL = "https://phrsbx.abdm.gov.in/share-profile?hip-id=IN0910000123&counter-id="


class Office:
    """An administrator at the server's machine, over SQLite, with an imported hospital."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{lay_server(folder / 'server.db')}"
        self.environ = {"KIOSK_DATA_DIR": str(folder / "data"), "KIOSK_DATABASE_URL": url}
        self.database: Database = open_database(url)
        import_configuration(self.database, document(), datetime.now(UTC))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, words, env=self.environ, catch_exceptions=False)

    def counters(self, *words: str) -> Result:
        return self.run("admin", "counters", *words)

    def listed(self) -> dict[str, dict[str, Any]]:
        ended = self.counters("list", RAMPUR, "--json")
        assert ended.exit_code == 0, ended.output
        return {line["counter"]: line for line in map(json.loads, ended.stdout.splitlines())}

    def revision(self) -> int:
        with self.database.reader.begin() as connection:
            dated = newest(connection, RAMPUR)
        assert dated is not None
        return dated.revision


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.database.close()


def test_counters_are_listed_with_what_their_qrs_say(office: Office) -> None:
    listed = office.listed()
    assert list(listed) == ["MED1", "EYE1", "REG1"]
    assert listed["MED1"]["url"] == f"{URL}MED1"
    assert (listed["MED1"]["stations"], listed["EYE1"]["stations"]) == (["K1", "K2"], [])
    assert (listed["REG1"]["registration"], listed["REG1"]["name"]) == (True, "Registration")
    told = office.counters("list", RAMPUR).stdout.splitlines()
    assert "MED Medicine on the screen of K1, K2" in " ".join(told[0].split())
    assert "Registration (registration queue)" in told[2]
    unknown = office.counters("list", "IN1")
    assert (unknown.exit_code, unknown.stderr.split(":")[0]) == (2, "FACILITY_UNKNOWN")


def test_a_counter_is_a_new_revision_of_the_configuration(office: Office) -> None:
    before = office.revision()
    dry = office.counters("set", RAMPUR, "ENT1", "ENT", "--dry-run")
    assert f"revision {before + 1} would be imported" in dry.stdout
    assert office.revision() == before
    assert "is imported" in office.counters("set", RAMPUR, "ENT1", "ENT").stdout
    assert list(office.listed()) == ["MED1", "EYE1", "REG1", "ENT1"]
    office.counters("set", RAMPUR, "MED1", "REG")
    assert office.listed()["MED1"]["department"] == "REG"
    assert "nothing new" in office.counters("set", RAMPUR, "MED1", "REG").stdout
    office.counters("remove", RAMPUR, "EYE1")
    assert list(office.listed()) == ["MED1", "REG1", "ENT1"]
    assert office.revision() == before + 3


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["set", RAMPUR, RAMPUR, "MED"], "FACILITY_INVALID", "own id or name"),
        (["set", RAMPUR, "OPD 1", "MED"], "FACILITY_INVALID", "1 to 20 letters and digits"),
        (["set", RAMPUR, "OPD1", "XYZ"], "FACILITY_INVALID", "a department's code"),
        (["set", RAMPUR, "med1", "EYE"], "FACILITY_INVALID", "stands twice"),
        (["remove", RAMPUR, "OPD9"], "COUNTER_UNKNOWN", "no counter 'OPD9'"),
        (["remove", "IN1", "MED1"], "FACILITY_UNKNOWN", "no facility"),
    ],
)
def test_what_cannot_be_is_refused(office: Office, words: list[str], code: str, sentence: str) -> None:
    before = office.revision()
    ended = office.counters(*words)
    assert (ended.exit_code, ended.stderr.split(":")[0]) == (2, code)
    assert sentence in ended.stderr
    assert office.revision() == before


def test_with_an_account_of_the_production_nothing_of_the_sandbox_is_imported(office: Office) -> None:
    office.environ |= {"KIOSK_ABDM_CLIENT_ID": "HOSPITAL_1", "KIOSK_ABDM_CM_ID": "abdm"}
    ended = office.counters("set", RAMPUR, "OPD1", "MED")
    assert (ended.exit_code, "never mixed" in ended.stderr) == (2, True)
    office.environ["KIOSK_ABDM_CM_ID"] = "sbx"
    assert office.counters("set", RAMPUR, "OPD1", "MED").exit_code == 0


def qr_in(path: Path) -> list[str]:
    with Image.open(path) as image:
        return [each.text for each in zxingcpp.read_barcodes(np.asarray(image.convert("L")))]


@pytest.mark.usefixtures("qapp")
def test_the_poster_of_a_counter_is_two_files(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "posters"
    ended = office.run("facility-qr", "--facility", RAMPUR, "--counter", "EYE1", "--out", str(out))
    assert ended.exit_code == 0, ended.output
    pdf, png = map(Path, ended.stdout.splitlines())
    assert (pdf.name, png.name) == (f"facility-qr-{RAMPUR}-EYE1.pdf", f"facility-qr-{RAMPUR}-EYE1.png")
    assert pdf.read_bytes().startswith(b"%PDF")
    assert f"{URL}EYE1" in qr_in(png)


def test_a_poster_needs_a_counter_and_a_world(office: Office, tmp_path: Path) -> None:
    wrong = office.run("facility-qr", "--facility", RAMPUR, "--counter", "OPD9")
    assert (wrong.exit_code, wrong.stderr.split(":")[0]) == (2, "COUNTER_UNKNOWN")
    plain = document()
    del plain["abdm"]
    import_configuration(office.database, plain, datetime.now(UTC))
    wrong = office.run("facility-qr", "--facility", RAMPUR)
    assert (wrong.exit_code, wrong.stderr.split(":")[0]) == (2, "ABDM_UNSET")
    assert "no address" in office.counters("list", RAMPUR).stdout
    alone = CliRunner().invoke(cli, ["facility-qr"], env={"KIOSK_DATA_DIR": str(tmp_path / "alone")})
    assert (alone.exit_code, alone.stderr.split(":")[0]) == (2, "FACILITY_UNKNOWN")


@pytest.mark.usefixtures("qapp")
def test_a_station_makes_its_own_hospitals_poster(tmp_path: Path) -> None:
    folder = lay_store(tmp_path / "station")
    store = open_store(folder, "A", shuffled_ids(), {})
    store.enrol(
        Enrolment(RAMPUR, "K1", "kiosk", "k1", "http://127.0.0.1:9", "https://h.example", "", None),
        "A",
        bytes(32),
        NINE,
    )
    kept = json.dumps(document(), default=str)
    store.keep_configuration(PulledConfiguration(1, (DatedConfiguration(NINE.date(), kept),)), NINE)
    store.close()
    environ = {"KIOSK_DATA_DIR": str(folder), "KIOSK_PRINTER": "none"}
    ended = CliRunner().invoke(cli, ["facility-qr", "--out", str(tmp_path)], env=environ, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    assert f"{URL}MED1" in qr_in(Path(ended.stdout.splitlines()[1]))
