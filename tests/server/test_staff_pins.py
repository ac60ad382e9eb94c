"""PINs on the server: numbered with the configuration, told to desks alone, and of the staff in force alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from kiosk.errors import KioskError
from kiosk.pepper import PepperError
from kiosk.server.backup import note_restored
from kiosk.server.configuring import configuration_of, import_configuration, listed_facilities
from kiosk.server.database import Database
from kiosk.server.staff_pins import clear_pin, pins_of, set_pin
from kiosk.server.tables import audit, facility
from kiosk.sync.messages import ConfigurationAnswer, SyncAnswer
from tests.model.hospitals import changed, rampur
from tests.server.doors import Device, HandClock, assert_problem, code_for, web_of
from tests.sync.chain import FACILITY

NOON = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
PATH = f"/v1/configuration?facility={FACILITY}"
HASH, OTHER = "0123abcd$argon2id$one", "0123abcd$argon2id$two"
PEPPER = bytes(range(32))


@pytest.fixture
def hospital(database: Database) -> Database:
    import_configuration(database, rampur(facility_id=FACILITY), NOON)
    return database


def given(database: Database, staff_id: str = "anita", pin_hash: str = HASH, now: datetime = NOON) -> int:
    return database.write(partial(set_pin, facility_id=FACILITY, staff_id=staff_id, pin_hash=pin_hash, now=now))


def cleared(database: Database, staff_id: str = "anita") -> int:
    return database.write(partial(clear_pin, facility_id=FACILITY, staff_id=staff_id, now=NOON))


def revision(database: Database) -> int:
    with database.reader.begin() as connection:
        return int(connection.execute(select(facility.c.config_revision)).scalar_one())


def answer(database: Database, now: datetime = NOON, *, tells_pins: bool = True) -> ConfigurationAnswer:
    found = configuration_of(database.reader, FACILITY, now, tells_pins=tells_pins)
    assert found is not None
    return found


def told(database: Database, now: datetime = NOON) -> dict[str, str]:
    pins = answer(database, now).pins
    assert pins is not None
    return {each.staff_id: each.pin_hash for each in pins}


def test_a_pin_moves_the_number_and_not_the_document(hospital: Database) -> None:
    before = answer(hospital)
    assert (before.config_revision, before.pins) == (1, [])
    assert given(hospital) == revision(hospital) == 2
    after = answer(hospital)
    assert (after.config_revision, after.documents) == (2, before.documents)
    assert told(hospital) == {"anita": HASH}
    assert given(hospital, pin_hash=OTHER) == 3
    assert told(hospital) == {"anita": OTHER}
    assert cleared(hospital) == 4
    assert told(hospital) == {}
    assert answer(hospital, tells_pins=False).pins is None


def test_what_an_administrator_did_is_noted_without_the_hash(hospital: Database) -> None:
    given(hospital)
    cleared(hospital)
    with hospital.reader.begin() as connection:
        noted = connection.execute(select(audit).order_by(audit.c.audit_id)).all()
    assert [(row.act, row.subject) for row in noted[1:]] == [("pin_set", "anita"), ("pin_cleared", "anita")]
    assert HASH not in repr(noted)


def test_only_who_works_there_gets_a_pin(hospital: Database) -> None:
    with pytest.raises(KioskError) as unknown:
        given(hospital, "nobody")
    with pytest.raises(KioskError) as unset:
        cleared(hospital)
    with pytest.raises(KioskError) as elsewhere, hospital.writer.begin() as connection:
        set_pin(connection, "IN0000000009", "anita", HASH, NOON)
    codes = [caught.value.code for caught in (unknown, unset, elsewhere)]
    assert codes == ["STAFF_UNKNOWN", "PIN_UNSET", "FACILITY_UNKNOWN"]
    assert revision(hospital) == 1


def test_imports_go_on_from_the_number_that_pins_have_reached(hospital: Database) -> None:
    given(hospital)
    given(hospital, "s-2")
    same = import_configuration(hospital, rampur(facility_id=FACILITY), NOON)
    assert (same.changed, same.revision, revision(hospital)) == (False, 1, 3)
    other = import_configuration(hospital, rampur(facility_id=FACILITY, state="Bihar"), NOON)
    assert (other.changed, other.revision, revision(hospital)) == (True, 4, 4)
    assert answer(hospital).documents[0].document["state"] == "Bihar"
    assert told(hospital) == {"anita": HASH, "s-2": HASH}
    with hospital.reader.begin() as connection:
        assert [each.set_at for each in pins_of(connection, FACILITY, NOON)] == [NOON, NOON]


def test_who_was_removed_is_told_no_more_and_keeps_no_way_in(hospital: Database) -> None:
    given(hospital)
    given(hospital, "s-2")
    document = rampur(facility_id=FACILITY)
    document["staff"] = [each for each in document["staff"] if each["id"] != "anita"]
    import_configuration(hospital, document, NOON)
    assert told(hospital) == {"s-2": HASH}
    with hospital.reader.begin() as connection:
        found = {each.staff_id: (each.role, each.set_at) for each in pins_of(connection, FACILITY, NOON)}
    assert found == {"anita": ("", NOON), "s-2": ("supervisor", NOON)}, "to be cleared, says the list"
    with pytest.raises(KioskError):
        given(hospital)
    cleared(hospital)
    with hospital.reader.begin() as connection:
        assert [each.staff_id for each in pins_of(connection, FACILITY, NOON)] == ["s-2"]


def test_whom_only_the_next_days_configuration_names_is_told_on(hospital: Database) -> None:
    given(hospital)
    tomorrows = changed("departments", 0, prefix="X") | {"facility_id": FACILITY}
    tomorrows["staff"] = [each for each in tomorrows["staff"] if each["id"] != "s-2"]
    given(hospital, "s-2")
    import_configuration(hospital, tomorrows, NOON)
    assert told(hospital).keys() == {"anita", "s-2"}
    assert told(hospital, NOON + timedelta(days=1)).keys() == {"anita"}


def test_a_facility_with_pins_is_listed_by_its_configurations(hospital: Database) -> None:
    given(hospital)
    (listed,) = listed_facilities(hospital.reader, NOON)
    assert (listed.config_revision, listed.dated.revision) == (1, 1)


def test_after_a_restore_the_numbers_go_on_all_the_same(hospital: Database) -> None:
    given(hospital)
    note_restored(hospital, NOON)
    leapt = revision(hospital)
    assert leapt > 1_000_000_000
    assert given(hospital, pin_hash=OTHER) == leapt + 1 == answer(hospital).config_revision
    again = import_configuration(hospital, rampur(facility_id=FACILITY, state="Bihar"), NOON)
    assert again.revision == leapt + 2


def test_pins_set_at_once_are_counted_one_by_one(hospital: Database) -> None:
    start = Barrier(6)

    def give(number: int) -> int:
        start.wait(60)
        return given(hospital, ("anita", "s-2")[number % 2], f"{number:08x}$argon2id$x")

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(give, range(6))) == [2, 3, 4, 5, 6, 7]
    assert told(hospital).keys() == {"anita", "s-2"}


# --- over the wire ---------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def web(hospital: Database, clock: HandClock) -> Iterator[TestClient]:
    with web_of(hospital, clock, pepper=lambda: PEPPER) as client:
        yield client


@pytest.mark.parametrize(("station_id", "is_desk"), [("D1", True), ("K1", False), ("B1", False)])
def test_desks_alone_learn_pepper_and_pins(
    web: TestClient, hospital: Database, clock: HandClock, station_id: str, *, is_desk: bool
) -> None:
    given(hospital)
    device = Device(web, clock)
    enrolled = device.enrol(code_for(hospital, station_id, clock.now()))
    assert enrolled.pin_pepper == (PEPPER.hex() if is_desk else None)
    assert PEPPER.hex() not in repr(enrolled)
    response = device.get(PATH)
    pins = ConfigurationAnswer.model_validate_json(response.content).pins
    assert ([each.pin_hash for each in pins] if pins is not None else None) == ([HASH] if is_desk else None)
    assert (HASH in response.text) is is_desk
    assert HASH not in repr(pins)


def test_a_sync_tells_of_a_new_pin(web: TestClient, hospital: Database, clock: HandClock) -> None:
    device = Device(web, clock)
    device.enrol(code_for(hospital, "D1", clock.now()))
    before = SyncAnswer.model_validate_json(device.sync().content).config_revision
    given(hospital)
    assert SyncAnswer.model_validate_json(device.sync().content).config_revision == before + 1


def test_a_server_whose_pepper_cannot_be_read_lets_the_desk_try_again(hospital: Database, clock: HandClock) -> None:
    readable = False

    def pepper() -> bytes:
        if not readable:
            raise PepperError("cannot read pin.pepper: Permission denied")
        return PEPPER

    with web_of(hospital, clock, pepper=pepper) as web:
        device, code = Device(web, clock), code_for(hospital, "D1", clock.now())
        assert_problem(device.try_code(code), 503, "PEPPER_UNUSABLE")
        assert Device(web, clock).enrol(code_for(hospital, "K1", clock.now())).kind == "kiosk"
        readable = True
        assert device.enrol(code).pin_pepper == PEPPER.hex()


def test_a_server_without_a_pepper_enrols_desks_all_the_same(hospital: Database, clock: HandClock) -> None:
    with web_of(hospital, clock) as web:
        assert Device(web, clock).enrol(code_for(hospital, "D1", clock.now())).pin_pepper is None
