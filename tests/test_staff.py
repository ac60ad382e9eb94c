"""Staff at a station: PINs of a desk that stands alone, and PINs that come from a real server."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PySide6.QtWidgets import QApplication

from kiosk.__main__ import cli
from kiosk.app import Station, SystemClock, configuring_of, open_server, open_station
from kiosk.doctor_staff import staff_findings
from kiosk.door import signing_in_of, usable_pins
from kiosk.enrol import enrol
from kiosk.errors import PinError
from kiosk.finding import Finding
from kiosk.pepper import DESK_FILE, SERVER_FILE, keep_pepper, kept_pepper, made_pepper
from kiosk.pins import Cost, hash_pin
from kiosk.server.staff_pins import clear_pin, set_pin
from kiosk.settings import Settings
from kiosk.sync.loop import sync_until_done
from tests.campus import HOSPITAL, Campus, campus_of
from tests.fakes import FakeClock
from tests.migrated import lay_store

CHEAP = Cost(rounds=1, memory_kib=8, lanes=1)
TOML = """
facility_id = "IN1"
names = { en = "Small clinic" }
[[departments]]
code = "MED"
prefix = "M"
names = { en = "Medicine" }
[[staff]]
id = "anita"
name = "Anita Verma"
role = "caller"
[[staff]]
id = "meena"
name = "Meena Devi"
role = "supervisor"
"""
STATIONS = [{"id": "D1", "kind": "desk", "name": "Counter"}, {"id": "K1", "kind": "kiosk", "name": "Hall"}]
STAFF = [{"id": "anita", "name": "Anita Verma", "role": "caller"}, {"id": "ravi", "name": "Ravi", "role": "supervisor"}]


def code_of(station: Station, staff_id: str, pin: str) -> str:
    """What comes of trying to sign in: a PinError's code, or the role."""
    try:
        return signing_in_of(station).sign_in(staff_id, pin).role
    except PinError as error:
        return error.code


# --- a desk that stands alone ----------------------------------------------------------------------------------------


class Clinic:
    """A machine with a facility file and no server."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "facility.toml"
        self.file.write_text(TOML, "utf-8")
        self.settings = Settings(data_dir=lay_store(folder / "data"), facility=self.file, printer="none")

    def run(self, *words: str, typed: str = "") -> Result:
        own = {"DATA_DIR": self.settings.data_dir, "FACILITY": self.settings.facility, "PRINTER": "none"}
        environ = {f"KIOSK_{key}": str(value) for key, value in own.items() if value is not None}
        return CliRunner().invoke(cli, ["staff", *words], input=typed, env=environ, catch_exceptions=False)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


def test_staff_of_the_facility_file_get_their_pins_at_the_desk_itself(clinic: Clinic) -> None:
    ended = clinic.run("pin", "anita", typed="482913\n482913\n")
    assert (ended.exit_code, ended.stdout) == (0, "anita has a PIN\n")
    generated = re.match(r"[0-9]{6}", clinic.run("pin", "meena", "--generate").stdout)
    assert generated is not None
    assert clinic.run("list").stdout == "anita, caller, has a PIN\nmeena, supervisor, has a PIN\n"
    with open_station(clinic.settings, {}) as station:
        assert code_of(station, "anita", "482913") == "caller"
        assert code_of(station, "meena", generated[0]) == "supervisor"
        assert (code_of(station, "meena", "482913"), station.shown_pin) == ("PIN_WRONG", "")
    assert kept_pepper(clinic.settings.data_dir / DESK_FILE, {}) is not None


def test_the_first_pin_may_be_set_while_a_desk_runs(clinic: Clinic) -> None:
    with open_station(clinic.settings, {}) as station:
        signing_in = signing_in_of(station)
        with pytest.raises(PinError):
            signing_in.sign_in("anita", "482913")
        clinic.run("pin", "anita", typed="482913\n482913\n")
        assert signing_in.sign_in("anita", "482913").role == "caller"


def test_a_new_pin_takes_the_old_ones_place_and_ends_the_wait(clinic: Clinic) -> None:
    clinic.run("pin", "anita", typed="482913\n482913\n")
    with open_station(clinic.settings, {}) as station:
        told = [code_of(station, "anita", "111111") for _ in range(4)]
        assert told == ["PIN_WRONG"] * 3 + ["PIN_WAIT"]
        clinic.run("pin", "anita", typed="730152\n730152\n")
        assert code_of(station, "anita", "482913") == "PIN_WRONG"
        assert code_of(station, "anita", "730152") == "caller"


def test_who_leaves_the_facility_file_signs_in_no_more(clinic: Clinic) -> None:
    clinic.run("pin", "anita", typed="482913\n482913\n")
    clinic.file.write_text(TOML.replace('"anita"', '"asha"'), "utf-8")
    with open_station(clinic.settings, {}) as station:
        assert code_of(station, "anita", "482913") == "STAFF_UNKNOWN"
        assert code_of(station, "asha", "482913") == "PIN_UNSET"
        assert usable_pins(station) == frozenset()


def test_a_lost_pepper_wants_new_pins_and_breaks_nothing(clinic: Clinic) -> None:
    clinic.run("pin", "anita", typed="482913\n482913\n")
    path = clinic.settings.data_dir / DESK_FILE
    path.write_text("spoilt")
    with open_station(clinic.settings, {}) as station:
        assert code_of(station, "anita", "482913") == "PIN_UNSET"
    assert clinic.run("list").stdout.splitlines()[-2] == "anita, caller, has no PIN"
    assert clinic.run("pin", "anita", typed="482913\n482913\n").stderr.startswith("PEPPER_UNUSABLE: ")
    path.unlink()
    assert clinic.run("pin", "anita", typed="482913\n482913\n").exit_code == 0
    with open_station(clinic.settings, {}) as station:
        assert code_of(station, "anita", "482913") == "caller"


def test_a_weak_pin_and_a_stranger_are_refused(clinic: Clinic) -> None:
    for words, typed, code in (("anita", "111111\n111111\n", "PIN_WEAK"), ("nobody", "", "STAFF_UNKNOWN")):
        ended = clinic.run("pin", words, typed=typed)
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert f"{code}: " in ended.stderr
    assert clinic.run("list").stdout == "anita, caller, has no PIN\nmeena, supervisor, has no PIN\n"


def test_a_facility_file_without_staff_has_no_way_in(clinic: Clinic) -> None:
    """What the demonstration shows on its screen must never open a hospital's desk."""
    clinic.file.write_text(TOML[: TOML.index("[[staff]]")], "utf-8")
    with open_station(clinic.settings, {}) as station:
        assert (station.staff, station.shown_pin) == ((), "")
        assert code_of(station, "demo", "246810") == "STAFF_UNKNOWN"


def test_where_nothing_is_configured_a_demonstration_can_be_shown(clinic: Clinic) -> None:
    clinic.settings = replace(clinic.settings, facility=None)
    with open_station(clinic.settings, {}) as station:
        (member,) = station.staff
        assert code_of(station, member.staff_id, station.shown_pin) == "supervisor"
    assert clinic.run("list").stdout == "demo, supervisor, has the PIN 246810\n"
    assert clinic.run("pin", "demo").stderr.startswith("NO_FACILITY: ")


# --- a desk with a server --------------------------------------------------------------------------------------------


@pytest.fixture
def campus(tmp_path: Path, qapp: QApplication) -> Iterator[Campus]:
    with campus_of(tmp_path) as campus:
        campus.configure(stations=STATIONS, staff=STAFF)
        lay_store(campus.settings("desk").data_dir)
        yield campus


def give(campus: Campus, staff_id: str, pin: str) -> None:
    pin_hash = hash_pin(pin, made_pepper(campus.folder / SERVER_FILE, {}), CHEAP)
    now = SystemClock().now()
    campus.database.write(lambda connection: set_pin(connection, HOSPITAL, staff_id, pin_hash, now))


def paired(campus: Campus, station_id: str = "D1") -> Settings:
    settings = campus.settings("desk")
    assert enrol(settings, {}, campus.url, campus.code(station_id)).trouble == ""
    return settings


def synced(settings: Settings) -> None:
    with open_station(settings, {}) as station, closing(open_server(station)) as server:
        sync_until_done(station.store, server, station.clock, configuring_of(station))


def staff_line(settings: Settings, clock: FakeClock | None = None) -> Finding:
    with open_station(settings, {}, clock, claims_devices=False) as station:
        (found,) = staff_findings(station)
        return found


def test_a_pin_set_on_the_server_opens_the_desk_after_a_sync(campus: Campus) -> None:
    give(campus, "anita", "482913")
    settings = paired(campus)
    assert kept_pepper(settings.data_dir / DESK_FILE, {}) == kept_pepper(campus.folder / SERVER_FILE, {})
    with open_station(settings, {}) as station:
        assert [member.staff_id for member in station.staff] == ["anita", "ravi"]
        assert code_of(station, "anita", "482913") == "PIN_STALE", "it has not synchronised yet"
    synced(settings)
    give(campus, "ravi", "730152")
    with open_station(settings, {}) as station:
        assert code_of(station, "anita", "482913") == "caller"
        assert code_of(station, "ravi", "730152") == "PIN_UNSET"
        document_before = station.document
    synced(settings)
    with open_station(settings, {}) as station:
        assert code_of(station, "ravi", "730152") == "supervisor"
        assert station.document == document_before


def test_a_pin_that_was_cleared_and_a_member_who_was_removed_open_nothing(campus: Campus) -> None:
    settings = paired(campus)
    give(campus, "anita", "482913")
    give(campus, "ravi", "730152")
    synced(settings)
    campus.database.write(lambda connection: clear_pin(connection, HOSPITAL, "anita", SystemClock().now()))
    synced(settings)
    with open_station(settings, {}) as station:
        assert code_of(station, "anita", "482913") == "PIN_UNSET"
        campus.configure(stations=STATIONS, staff=STAFF[:1])
        assert code_of(station, "ravi", "730152") == "supervisor", "the desk has not heard of it yet"
    synced(settings)
    with open_station(settings, {}) as station:
        assert code_of(station, "ravi", "730152") == "STAFF_UNKNOWN"


def test_offline_the_staff_list_is_good_for_two_weeks(campus: Campus) -> None:
    settings = paired(campus)
    give(campus, "anita", "482913")
    synced(settings)
    now = SystemClock().now()
    with open_station(settings, {}, FakeClock(now + timedelta(days=13))) as station:
        assert code_of(station, "anita", "482913") == "caller"
    later = FakeClock(now + timedelta(days=15))
    with open_station(settings, {}, later) as station:
        assert code_of(station, "anita", "482913") == "PIN_STALE"
    longer = replace(settings, staff_valid_days=30)
    with open_station(longer, {}, later) as station:
        assert code_of(station, "anita", "482913") == "caller"


def test_a_server_with_another_pepper_is_told_apart_from_a_wrong_pin(campus: Campus) -> None:
    settings = paired(campus)
    (campus.folder / SERVER_FILE).unlink()
    give(campus, "anita", "482913")
    synced(settings)
    with open_station(settings, {}) as station:
        assert code_of(station, "anita", "482913") == "PIN_UNSET"
    assert staff_line(settings).line() == (
        "FAIL staff     0 of 2 can sign in, list 0 h old"
        " -> on the server: kiosk admin pins set; if they have PINs, kiosk enrol again"
    )
    paired(campus)
    with open_station(settings, {}) as station:
        assert code_of(station, "anita", "482913") == "caller"


def test_a_machine_that_becomes_a_kiosk_keeps_no_pepper(campus: Campus) -> None:
    settings = paired(campus)
    paired(campus, "K1")
    assert not (settings.data_dir / DESK_FILE).exists()
    with open_station(settings, {}) as station:
        assert list(staff_findings(station)) == []


def test_pins_of_an_enrolled_desk_are_set_on_its_server(campus: Campus) -> None:
    settings = paired(campus)
    environ = {"KIOSK_DATA_DIR": str(settings.data_dir), "KIOSK_PRINTER": "none"}
    ended = CliRunner().invoke(cli, ["staff", "pin", "anita"], env=environ, catch_exceptions=False)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == f"PINS_ON_SERVER: PINs are set on the server: kiosk admin pins set {HOSPITAL} anita\n"


def test_doctor_tells_who_can_sign_in(campus: Campus) -> None:
    settings = paired(campus)
    assert staff_line(settings).line().startswith("FAIL staff     PIN_STALE: 0 of 2 can sign in, never synchronised")
    give(campus, "anita", "482913")
    synced(settings)
    assert staff_line(settings).line() == "ok   staff     1 of 2 can sign in, list 0 h old"
    later = FakeClock(SystemClock().now() + timedelta(days=15))
    assert staff_line(settings, later).text == "PIN_STALE: 1 of 2 can sign in, list 360 h old"
    path = settings.data_dir / DESK_FILE
    path.write_text("spoilt")
    assert staff_line(settings).text.startswith("PEPPER_UNUSABLE: ")
    keep_pepper(path, None)
    assert staff_line(settings).text == "desk.pepper is gone: no PIN fits"
    campus.configure(stations=STATIONS, staff=[])
    paired(campus)
    synced(settings)
    assert staff_line(settings).advice == "on the server: kiosk admin import them"
