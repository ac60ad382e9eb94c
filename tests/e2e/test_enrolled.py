"""A hospital set up from nothing with the project's own commands: import, pair, server, enrol, check in, sync, read."""

from datetime import date
from pathlib import Path

import httpx2

from tests.e2e.programs import PATIENCE_S, Station, hospital

CARD = Path(__file__).parent.parent.parent / "resources" / "cards" / "02-hindi-app.png"
FACILITY = """\
facility_id = "IN0910000123"
names = { en = "District Hospital, Testpur" }

[[departments]]
code = "GEN"
prefix = "G"
names = { en = "General medicine" }

[[stations]]
id = "K1"
kind = "kiosk"
name = "Main hall"
"""


def test_a_hospital_from_nothing(tmp_path: Path) -> None:
    facility = tmp_path / "testpur.toml"
    facility.write_text(FACILITY)
    database = tmp_path / "server" / "server.db"
    database.parent.mkdir()
    office = Station(database.parent)
    more = {"KIOSK_DATABASE_URL": f"sqlite:///{database}"}
    assert office.run("admin", "import", facility, more=more).code == 0
    named = ("--facility", "IN0910000123")
    (paired,) = office.run("admin", "pair", *named, "--station", "K1", "--json", more=more).lines
    (reader,) = office.run("admin", "key-add", *named, "--role", "reader", "--name", "test", "--json", more=more).lines
    kiosk = Station(tmp_path / "kiosk")
    with hospital(database) as server:
        told = kiosk.run("enrol", "--server", server.url, "--code", paired["code"].lower())
        assert told.code == 0, told
        assert "station K1 (kiosk) of District Hospital, Testpur" in told.output
        (listed,) = office.run("admin", "stations", *named, "--json", more=more).lines
        assert listed["fingerprint"] in told.output
        (given,) = kiosk.check_in(CARD, department="GEN")
        assert kiosk.sync()["acked_seq"] >= 1
        assert kiosk.run("rotate-key").code == 0
        assert kiosk.sync()["pushed"] == 0
        query = {"facility": "IN0910000123", "service_day": given["service_day"]}
        url = f"{server.url}/v1/tokens"
        refused = httpx2.get(url, params=query, trust_env=False, timeout=PATIENCE_S)
        assert refused.status_code == 403, "nothing is open once a facility is imported"
        bearer = {"Authorization": f"Bearer {reader['key']}"}
        answer = httpx2.get(url, params=query, headers=bearer, trust_env=False, timeout=PATIENCE_S)
        assert [token["token_id"] for token in answer.json()] == [given["token_id"]]
        doctor = kiosk.run("doctor").output
        assert "ok   enrolment station K1 (kiosk) of IN0910000123" in doctor
        assert "ok   server" in doctor
        assert "sample" not in doctor, "its departments are the server's"
    (later,) = kiosk.check_in(CARD, department="GEN")
    assert later["outcome"] == "already_issued", "without the server, too"
    assert date.fromisoformat(later["service_day"])
    assert "FAIL server" in kiosk.run("doctor").output
    assert kiosk.run("enrol", "--server", "http://opd.example.org", "--code", "00000000").code == 2
    assert kiosk.run("enrol", "--server", server.url, "--code", "no code").code == 2
