"""A machine becomes a station of a real server, works for it, changes its key, and comes back after every mishap."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.app import configuring_of, new_id, open_server, open_station
from kiosk.device_key import KEY_FILE, NEXT_FILE, device_key, name_next_key, next_key
from kiosk.enrol import Enrolled, ca_certificate, enrol, parsed_code, rotate_key
from kiosk.errors import DepartmentUnknownError, KioskError, ServerError, SettingError, StoreError
from kiosk.model.exchange import PulledConfiguration
from kiosk.model.patient import Patient
from kiosk.server.app import running_server
from kiosk.server.backup import copy_sqlite, note_restored
from kiosk.server.database import open_database
from kiosk.server.queries import tokens_of_day
from kiosk.settings import Settings
from kiosk.store.store import open_store
from kiosk.sync.loop import SyncReport, sync_until_done
from tests.campus import HOSPITAL, Campus, campus_of, document
from tests.fakes import FakeClock
from tests.migrated import lay_store

_SCRYPT = hashlib.scrypt
PATIENTS = tuple(Patient(f"9100000000{number:04d}") for number in range(18, 30))


def quick_scrypt(password: bytes, *, n: int, **costs: Any) -> bytes:
    return _SCRYPT(password, n=16, **costs)


@pytest.fixture
def campus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Campus]:
    """With codes that are cheap to guess, as none of these tests is about guessing: 50 ms less for each."""
    monkeypatch.setattr("hashlib.scrypt", quick_scrypt)
    with campus_of(tmp_path) as campus:
        lay_store(campus.settings().data_dir)
        yield campus


def enrolled(campus: Campus, machine: str = "kiosk", station_id: str = "K1") -> Enrolled:
    return enrol(campus.settings(machine), {}, campus.url, campus.code(station_id))


def issue(settings: Settings, patient: Patient, department: str = "MED") -> str:
    with open_station(settings, {}) as station:
        return station.registration.check_in(patient, department, "en").token.label


def synced(settings: Settings) -> SyncReport:
    with open_station(settings, {}) as station, closing(open_server(station)) as server:
        return sync_until_done(station.store, server, station.clock, configuring_of(station))


def labels_on_server(campus: Campus, settings: Settings) -> list[str]:
    with open_station(settings, {}) as station:
        day = station.facility.service_day(station.clock.now())
    return sorted(str(token["label"]) for token in tokens_of_day(campus.database.reader, HOSPITAL, day))


def test_a_machine_becomes_a_station_and_works_for_its_hospital(campus: Campus) -> None:
    told = enrolled(campus)
    assert (told.enrolment.station_id, told.hospital, told.trouble) == ("K1", "District Hospital, Testpur", "")
    assert f"fingerprint {told.fingerprint}" in "\n".join(told.lines())
    assert len(told.fingerprint) == 7
    with open_station(campus.settings(), {}) as station:
        assert station.facility.facility_id == HOSPITAL
        assert [department.quota for department in station.facility.departments] == [50, None], (
            "its share of two kiosks"
        )
        assert station.registration.has_server
    label = issue(campus.settings(), PATIENTS[0])
    assert synced(campus.settings()).pushed >= 1
    assert labels_on_server(campus, campus.settings()) == [label]


def test_a_server_url_that_stands_above_the_enrolment_is_told(campus: Campus) -> None:
    same = replace(campus.settings(), server_url=campus.url)
    assert "server_url" not in "\n".join(enrol(same, {}, campus.url + "/", campus.code()).lines())
    elsewhere = replace(campus.settings(), server_url="http://127.0.0.1:1")
    told = enrol(elsewhere, {}, campus.url, campus.code()).lines()
    assert told[-1] == f"server_url is set: this station speaks to http://127.0.0.1:1, not {campus.url}"


def test_two_stations_never_have_one_series(campus: Campus) -> None:
    first, second = enrolled(campus, "one", "K1"), enrolled(campus, "two", "K2")
    series = {first.series, second.series, first.enrolment.reserve_series, second.enrolment.reserve_series}
    assert len(series) == 4
    assert issue(campus.settings("one"), PATIENTS[0]) != issue(campus.settings("two"), PATIENTS[1])


def test_a_station_starts_without_its_server(tmp_path: Path) -> None:
    with campus_of(tmp_path) as campus:
        enrolled(campus)
        settings = campus.settings()
    assert issue(settings, PATIENTS[0]).startswith("M")
    with pytest.raises(ServerError):
        synced(settings)


def test_a_board_has_no_series(campus: Campus) -> None:
    assert enrolled(campus, "board", "B1").series is None


def test_a_store_that_has_issued_keeps_its_series_and_its_tokens(campus: Campus, tmp_path: Path) -> None:
    """Of yesterday, since patients are known by another key from now on."""
    facility = tmp_path / "facility.toml"
    facility.write_text(
        f'facility_id = "{HOSPITAL}"\nnames = {{ en = "H" }}\n[[departments]]\ncode = "MED"\nprefix = "M"\n'
        'names = { en = "Medicine" }\n'
    )
    settings = replace(campus.settings(), facility=facility, series="K")
    with open_station(settings, {}) as station:
        yesterday = station.clock.now() - timedelta(days=1)
    with open_station(settings, {}, FakeClock(yesterday)) as station:
        label = station.registration.check_in(PATIENTS[0], "MED", "en").token.label
    told = enrol(settings, {}, campus.url, campus.code())
    assert (told.series, label) == ("K", "MK-001")
    assert synced(settings).pushed >= 1
    assert issue(settings, PATIENTS[1]) == "MK-001", "of another day"


def test_not_in_the_middle_of_a_working_day(campus: Campus) -> None:
    settings = campus.settings()
    issue(settings, PATIENTS[0])
    with pytest.raises(StoreError) as caught:
        enrol(settings, {}, campus.url, campus.code())
    assert caught.value.code == "ISSUED_TODAY"


def test_who_tried_it_with_another_hospital_is_told_the_way_out(campus: Campus) -> None:
    settings = campus.settings()
    yesterday = FakeClock(datetime.now(UTC) - timedelta(days=1))
    with open_station(settings, {}, yesterday) as station:
        station.registration.check_in(PATIENTS[0], "MED", "en")
    with pytest.raises(ServerError, match="another data_dir") as refused:
        enrolled(campus)
    assert refused.value.code == "FACILITY_OTHER"
    issue(settings, PATIENTS[1])
    with pytest.raises(StoreError, match="another data_dir") as caught:
        enrolled(campus)
    assert caught.value.code == "ISSUED_TODAY"


def test_a_wrong_code_changes_nothing(campus: Campus) -> None:
    settings = campus.settings()
    with pytest.raises(ServerError) as caught:
        enrol(settings, {}, campus.url, "00000000")
    assert caught.value.code == "CODE_WRONG"
    with open_station(settings, {}) as station:
        assert station.enrolment is None
    assert enrolled(campus).trouble == ""


def test_a_code_works_once(campus: Campus) -> None:
    code = campus.code()
    enrol(campus.settings("one"), {}, campus.url, code)
    with pytest.raises(ServerError):
        enrol(campus.settings("two"), {}, campus.url, code)


def test_not_while_a_kiosk_runs(campus: Campus) -> None:
    with open_station(campus.settings(), {}), pytest.raises(StoreError) as caught:
        enrolled(campus)
    assert caught.value.code == "STATION_BUSY"


def test_systemd_may_give_the_key(campus: Campus, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / KEY_FILE).write_text("42" * 32)
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    enrol(campus.settings(), environ, campus.url, campus.code())
    assert not (campus.settings().data_dir / KEY_FILE).exists()
    with open_station(campus.settings(), environ) as station, closing(open_server(station)) as server:
        assert sync_until_done(station.store, server, station.clock).pushed == 0
    with pytest.raises(KioskError) as caught:
        rotate_key(campus.settings(), environ)
    assert caught.value.code == "KEY_IS_GIVEN"


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_new_key_takes_the_old_ones_place(campus: Campus) -> None:
    told, folder = enrolled(campus), campus.settings().data_dir
    old = (folder / KEY_FILE).read_text()
    fingerprint = rotate_key(campus.settings(), {})
    assert fingerprint != told.fingerprint
    assert (folder / KEY_FILE).read_text() != old
    assert not (folder / NEXT_FILE).exists()
    assert synced(campus.settings()).pushed == 0


@pytest.mark.parametrize("steps", ["written", "sent", "named"])
def test_a_rotation_cut_short_anywhere_still_signs_and_is_repeated(campus: Campus, steps: str) -> None:
    enrolled(campus)
    settings, folder = campus.settings(), campus.settings().data_dir
    key = next_key(folder, takes_named=True)
    if steps != "written":
        with open_station(settings, {}) as station, closing(open_server(station)) as server:
            key_id = server.renew_key(key.public_bytes)
        if steps == "named":
            name_next_key(folder, key, key_id)
    assert synced(settings).pushed == 0
    rotate_key(settings, {})
    with open_station(settings, {}) as station:
        assert station.enrolment is not None
        assert device_key(folder, {}, station.enrolment.key_id).public_bytes == key.public_bytes
    assert synced(settings).pushed == 0


def test_who_is_not_enrolled_has_no_key_to_rotate(campus: Campus) -> None:
    with pytest.raises(KioskError) as caught:
        rotate_key(campus.settings(), {})
    assert caught.value.code == "NOT_ENROLLED"


def test_a_revoked_station_goes_on_issuing_and_comes_back_by_a_new_code(campus: Campus) -> None:
    enrolled(campus)
    campus.revoke()
    label = issue(campus.settings(), PATIENTS[0])
    with pytest.raises(ServerError) as caught:
        synced(campus.settings())
    assert caught.value.code == "KEY_UNKNOWN"
    enrolled(campus)
    synced(campus.settings())
    assert labels_on_server(campus, campus.settings()) == [label], "enrolling again is no new hospital: any time of day"


# --- copies ----------------------------------------------------------------------------------------------------------


def copied(campus: Campus, machine: str) -> Settings:
    """As a disk image would be."""
    shutil.copytree(campus.settings().data_dir, campus.folder / machine)
    return campus.settings(machine)


def test_of_two_copies_one_goes_on_and_the_other_must_be_enrolled_anew(campus: Campus) -> None:
    enrolled(campus)
    issue(campus.settings(), PATIENTS[0])
    synced(campus.settings())
    copy = copied(campus, "copy")
    issue(campus.settings(), PATIENTS[1])
    synced(campus.settings())
    assert issue(copy, PATIENTS[2]) == "M-002", "nobody could know yet"
    synced(copy)  # finds out, and goes on in another series
    assert issue(copy, PATIENTS[3]) not in ("M-002", "M-003")
    issue(campus.settings(), PATIENTS[4])
    codes = set()
    for _ in range(2):
        for machine in (campus.settings(), copy):
            try:
                synced(machine)
            except KioskError as error:
                codes.add(error.code)
    assert codes == {"STATION_CLONED"}
    with pytest.raises(StoreError):
        issue(campus.settings(), PATIENTS[5])
    enrolled(campus, station_id="K2")
    synced(campus.settings())
    labels = labels_on_server(campus, campus.settings())
    assert labels == ["M-001", "M-002", "M-003", "MB-001"], "the number that both gave out is held once"


def test_a_copy_of_a_kiosk_s_disk_becomes_the_next_kiosk(campus: Campus) -> None:
    enrolled(campus)
    issue(campus.settings(), PATIENTS[0])
    synced(campus.settings())
    copy = copied(campus, "copy")
    told = enrolled(campus, "copy", "K2")
    assert told.enrolment.station_id == "K2"
    assert [issue(machine, PATIENTS[place]) for place, machine in enumerate((campus.settings(), copy), 1)] == [
        "M-002",
        f"M{told.series}-001",
    ]
    assert told.series
    for machine in (campus.settings(), copy):
        synced(machine)
    assert labels_on_server(campus, campus.settings()) == ["M-001", "M-002", f"M{told.series}-001"]


def test_a_server_restored_from_before_a_new_store_takes_its_tokens(tmp_path: Path) -> None:
    """It knows the station and its key, but not the store in which the station goes on."""
    restored_url = f"sqlite:///{tmp_path / 'copy.db'}"
    with campus_of(tmp_path) as campus:
        enrolled(campus)
        settings = campus.settings()
        labels = [issue(settings, PATIENTS[0])]
        synced(settings)
        copy_sqlite(campus.database, tmp_path / "copy.db")
        labels.append(issue(settings, PATIENTS[1]))
        with closing(open_store(settings.data_dir, None, new_id, {})) as store:
            store.begin_anew(datetime.now(UTC))
        synced(settings)
        labels.append(issue(settings, PATIENTS[2]))
        synced(settings)
    with closing(open_database(restored_url)) as database:
        note_restored(database, datetime.now(UTC))
        with running_server(restored_url, public_url=campus.url) as server:
            settings = replace(settings, server_url=server.url)
            labels.append(issue(settings, PATIENTS[3]))
            synced(settings)
        assert labels_on_server(replace(campus, database=database), settings) == sorted(labels)


# --- configuration ---------------------------------------------------------------------------------------------------


def test_a_changed_configuration_comes_with_the_next_sync(campus: Campus) -> None:
    enrolled(campus)
    more = [*document()["departments"], {"code": "ENT", "prefix": "N", "names": {"en": "Ear"}, "room": "7"}]
    campus.configure(departments=[{**more[0], "room": "12"}, *more[1:2]])
    synced(campus.settings())
    with open_station(campus.settings(), {}) as station:
        assert station.facility.departments[0].room == "12"
        assert station.store.config_revision() == 2


def test_what_changes_labels_waits_for_the_next_service_day(campus: Campus) -> None:
    enrolled(campus)
    more = [*document()["departments"], {"code": "ENT", "prefix": "N", "names": {"en": "Ear"}}]
    campus.configure(departments=more)
    synced(campus.settings())
    with open_station(campus.settings(), {}) as station:
        assert len(station.facility.departments) == 2
        tomorrow = FakeClock(station.clock.now() + timedelta(days=1))
    with open_station(campus.settings(), {}, tomorrow) as station:
        assert len(station.facility.departments) == 3


def test_without_a_configuration_there_are_no_departments_yet(campus: Campus) -> None:
    enrolled(campus)
    settings = campus.settings()
    with closing(open_store(settings.data_dir, None, new_id, {})) as store:
        store.keep_configuration(PulledConfiguration(0, ()), datetime.now(UTC))
    with open_station(settings, {}) as station, pytest.raises(DepartmentUnknownError):
        station.registration.check_in(PATIENTS[0], "MED", "en")
    synced(settings)
    assert issue(settings, PATIENTS[0]).startswith("M")


# --- what is typed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["7Q2MX9RT", "7q2m-x9rt", " 7Q2M X9RT ", "7Q2M\u2013X9RT"])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert parsed_code(typed) == "7Q2MX9RT"


def test_letters_that_look_like_digits_are_read_as_such() -> None:
    assert parsed_code("OIL0-abcd") == "0110ABCD"


@pytest.mark.parametrize("typed", ["", "7Q2MX9R", "7Q2MX9RTT", "7Q2MX9RU", "७Q2MX9RT", "7Q2M_X9R"])
def test_what_is_no_code_is_told_before_anybody_is_asked(typed: str) -> None:
    with pytest.raises(SettingError, match="8 letters and digits"):
        parsed_code(typed)


def test_a_certificate_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert ca_certificate(None) == ""
    with pytest.raises(SettingError, match="certificate"):
        ca_certificate(tmp_path / "none.pem")
    for content in (b"", b"-----BEGIN PRIVATE KEY-----", "प्रमाण".encode()):
        (tmp_path / "other.pem").write_bytes(content)
        with pytest.raises(SettingError, match="holds no certificate"):
            ca_certificate(tmp_path / "other.pem")
    (tmp_path / "big.pem").write_bytes(b"a" * 200_000)
    with pytest.raises(SettingError, match="too long"):
        ca_certificate(tmp_path / "big.pem")
