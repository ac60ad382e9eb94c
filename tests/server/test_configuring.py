"""Imports of facilities: dated, numbered, in one transaction, and what a station is told of them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Table, select, update

from kiosk.model.configuration import parse_configuration
from kiosk.model.facility_file import FacilityError
from kiosk.server.configuring import Imported, configuration_of, import_configuration, in_force, listed_facilities
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.tables import audit, configuration, facility, metadata, station
from kiosk.sync.messages import ConfigurationAnswer, SyncRequest
from tests.model.hospitals import changed, rampur
from tests.sync.chain import FACILITY, Chain

RAMPUR = "IN0910000123"
NOON = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
"""In India."""


def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    with database.reader.begin() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def everything(database: Database) -> list[list[dict[str, Any]]]:
    return [rows(database, table) for table in metadata.sorted_tables]


def answer(database: Database, now: datetime) -> ConfigurationAnswer:
    found = configuration_of(database.reader, RAMPUR, now)
    assert found is not None
    return found


def told(database: Database, now: datetime) -> list[tuple[date, str]]:
    """What a station is told: first days, and the first department's prefix and room."""
    departments = [(each.applies_from, each.document["departments"]) for each in answer(database, now).documents]
    return [(day, f"{rows[0]['prefix']} {rows[0]['room']}") for day, rows in departments]  # type: ignore[index,call-overload]


def prefix(letter: str, room: int = 12) -> dict[str, Any]:
    return changed("departments", 0, prefix=letter, room=room)


def test_the_first_import_makes_the_facility(database: Database) -> None:
    imported = import_configuration(database, rampur(), NOON)
    assert imported == Imported(RAMPUR, 1, TODAY, changed=True, departments=3, stations=4, staff=2, unplanned=())
    (row,) = rows(database, facility)
    assert (row["facility_id"], row["config_revision"], row["revision"], row["state"]) == (
        RAMPUR,
        1,
        0,
        "Uttar Pradesh",
    )
    assert len(bytes.fromhex(row["facility_key"])) == 32
    assert {(row["station_id"], row["kind"], row["name"], row["enrolled_at"]) for row in rows(database, station)} == {
        ("K1", "kiosk", "Main hall", None),
        ("K2", "kiosk", "गेट 2", None),
        ("D1", "desk", "Registration", None),
        ("B1", "board", "Waiting hall", None),
    }
    assert [(row["act"], row["subject"], row["at"]) for row in rows(database, audit)] == [
        ("configuration_imported", "revision 1", NOON)
    ]


def test_a_station_is_told_what_was_imported(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    found = answer(database, NOON)
    assert (found.config_revision, found.server_time, [each.applies_from for each in found.documents]) == (
        1,
        NOON,
        [TODAY],
    )
    over_the_wire = ConfigurationAnswer.model_validate_json(found.model_dump_json())
    assert parse_configuration(over_the_wire.documents[0].document) == parse_configuration(rampur())


def test_the_same_again_changes_nothing(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    before = everything(database)
    again = import_configuration(database, json.loads(json.dumps(rampur(), default=str)), NOON + timedelta(days=3))
    assert (again.changed, again.revision, again.applies_from) == (False, 1, TODAY)
    assert everything(database) == before


def test_a_dry_run_tells_the_same_and_changes_nothing(database: Database) -> None:
    dry = import_configuration(database, rampur(), NOON, dry_run=True)
    assert everything(database) == [[]] * len(metadata.sorted_tables)
    assert import_configuration(database, rampur(), NOON) == dry


def test_a_bad_document_changes_nothing(database: Database) -> None:
    with pytest.raises(FacilityError) as caught:
        import_configuration(database, rampur(facility_id="", state=[], surprise=1), NOON)
    assert len(caught.value.problems) == 3
    letters = "abcdefghijkl"
    notice = {f"{one}{two}{three}": "x" * 600 for one in letters for two in letters for three in letters + "mn"}
    with pytest.raises(FacilityError, match="larger than 1048576 bytes"):
        import_configuration(database, rampur(notice=notice | {"en": "We read your name"}), NOON)
    assert everything(database) == [[]] * len(metadata.sorted_tables)


def test_sandbox_and_production_are_never_mixed(database: Database) -> None:
    plan = rampur() | {"abdm": {"host": "phrsbx.abdm.gov.in"}}
    for dry_run in (True, False):
        with pytest.raises(FacilityError) as caught:
            import_configuration(database, plan, NOON, dry_run=dry_run, world="abdm")
        (mistake,) = caught.value.mistakes
        assert (mistake.place, "never mixed" in mistake.text) == (("abdm", "host"), True)
    assert import_configuration(database, plan, NOON, world="sbx").changed
    assert import_configuration(database, rampur(), NOON, world="abdm").changed, "no part in either"


def test_the_key_stays_and_the_revision_counts_up(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    key = rows(database, facility)[0]["facility_key"]
    second = import_configuration(database, rampur(state="Bihar"), NOON)
    assert (second.changed, second.revision, second.applies_from) == (True, 2, TODAY)
    (row,) = rows(database, facility)
    assert (row["facility_key"], row["state"], row["config_revision"]) == (key, "Bihar", 2)
    assert [row["subject"] for row in rows(database, audit)] == ["revision 1", "revision 2"]


def test_a_facility_that_synchronised_before_gets_its_key_and_keeps_its_events(database: Database) -> None:
    ingest(database, SyncRequest.of(Chain().issue_many(3).push(), FACILITY), NOON)
    import_configuration(database, rampur(facility_id=FACILITY), NOON)
    (row,) = rows(database, facility)
    assert (row["revision"], row["config_revision"], len(row["facility_key"])) == (3, 1, 64)


def test_labels_change_from_the_next_service_day_and_rooms_at_once(database: Database) -> None:
    import_configuration(database, prefix("M", 12), NOON)
    assert import_configuration(database, prefix("M", 13), NOON).applies_from == TODAY
    assert told(database, NOON) == [(TODAY, "M 13")]
    assert import_configuration(database, prefix("X", 14), NOON).applies_from == TOMORROW
    assert told(database, NOON) == [(TODAY, "M 13"), (TOMORROW, "X 14")]
    assert answer(database, NOON).config_revision == 3
    assert told(database, MIDNIGHT - timedelta(seconds=1)) == [(TODAY, "M 13"), (TOMORROW, "X 14")]
    assert told(database, MIDNIGHT) == [(TOMORROW, "X 14")]


def test_what_was_planned_for_tomorrow_is_replaced_or_dropped_by_a_later_import(database: Database) -> None:
    import_configuration(database, prefix("M"), NOON)
    import_configuration(database, prefix("X"), NOON)
    assert import_configuration(database, prefix("Y"), NOON).applies_from == TOMORROW
    assert told(database, NOON) == [(TODAY, "M 12"), (TOMORROW, "Y 12")]
    back = import_configuration(database, prefix("M"), NOON)
    assert (back.changed, back.revision, back.applies_from) == (True, 4, TODAY)
    assert told(database, NOON) == told(database, MIDNIGHT) == [(TODAY, "M 12")]
    assert answer(database, MIDNIGHT).config_revision == 4


def test_the_service_day_is_the_facilitys_own(database: Database) -> None:
    night_opd = rampur(day_starts="05:00")
    before_five = datetime(2026, 11, 22, 23, 29, tzinfo=UTC)
    assert import_configuration(database, night_opd, before_five).applies_from == TODAY
    changed_again = changed("departments", 0, prefix="X") | {"day_starts": "05:00"}
    assert import_configuration(database, changed_again, before_five).applies_from == TOMORROW


def test_a_later_start_of_the_day_never_goes_back(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    assert import_configuration(database, rampur(day_starts="05:00"), NOON).applies_from == TOMORROW
    days = []
    for minutes in range(0, 48 * 60, 30):
        now = NOON + timedelta(minutes=minutes)
        with database.reader.begin() as connection:
            dated = in_force(connection, RAMPUR, now)
        assert dated is not None
        days.append(dated.configuration.facility.service_day(now))
    assert days == sorted(days)
    assert days[-1] == TODAY + timedelta(days=2)


def test_a_clock_that_went_back_still_finds_a_configuration(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    yesterday = NOON - timedelta(days=1)
    assert [each.applies_from for each in answer(database, yesterday).documents] == [TODAY]
    assert import_configuration(database, rampur(state="Bihar"), yesterday).applies_from == TODAY - timedelta(days=1)


def test_a_station_that_left_the_plan_stays_and_is_told(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    fewer = changed("departments", 0, shares=...)
    fewer["stations"] = [each for each in fewer["stations"] if each["id"] in ("K1", "D1")]
    assert import_configuration(database, fewer, NOON).unplanned == ("B1", "K2")
    assert len(rows(database, station)) == 4


def enrol(database: Database, station_id: str, *, revoked_at: datetime | None = None) -> None:
    mine = station.c.station_id == station_id
    with database.writer.begin() as connection:
        connection.execute(
            update(station).where(mine).values(enrolled_at=NOON, store_id="x" * 36, revoked_at=revoked_at)
        )


def test_an_enrolled_station_keeps_its_kind(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    enrol(database, "B1")
    before = everything(database)
    with pytest.raises(FacilityError) as caught:
        import_configuration(database, changed("stations", 3, kind="desk"), NOON)
    (mistake,) = caught.value.mistakes
    assert (mistake.place, mistake.text) == (
        ("stations", 3, "kind"),
        "station 4: kind of B1 is board since it enrolled; revoke it first",
    )
    assert everything(database) == before


def test_an_enrolled_station_is_renamed_and_stays_enrolled(database: Database) -> None:
    import_configuration(database, rampur(), NOON)
    enrol(database, "B1")
    enrol(database, "D1", revoked_at=NOON)
    document = changed("stations", 3, name="Corridor")
    document["stations"][2]["kind"] = "kiosk"
    import_configuration(database, document, NOON)
    found = {row["station_id"]: row for row in rows(database, station)}
    assert (found["B1"]["name"], found["B1"]["enrolled_at"], found["B1"]["store_id"]) == ("Corridor", NOON, "x" * 36)
    assert found["D1"]["kind"] == "kiosk"


def test_a_facility_that_nobody_imported_has_no_configuration(database: Database) -> None:
    ingest(database, SyncRequest.of(Chain().issue_many(1).push(), FACILITY), NOON)
    assert configuration_of(database.reader, FACILITY, NOON) is None
    assert list(listed_facilities(database.reader, NOON)) == []


def test_facilities_are_listed_with_what_is_in_force(database: Database) -> None:
    import_configuration(database, rampur(facility_id="B"), NOON)
    import_configuration(database, rampur(facility_id="A"), NOON)
    import_configuration(database, prefix("X") | {"facility_id": "A"}, NOON)
    with database.writer.begin() as connection:
        connection.execute(update(station).where(station.c.station_id == "K1").values(enrolled_at=NOON))
    found = [
        (each.facility_id, each.config_revision, each.dated.revision, each.enrolled)
        for each in listed_facilities(database.reader, NOON)
    ]
    assert found == [("A", 2, 1, 1), ("B", 1, 1, 1)]


def test_imports_at_once_are_numbered_one_after_the_other(database: Database) -> None:
    start = Barrier(4)

    def load(number: int) -> Imported:
        start.wait(60)
        return import_configuration(database, prefix("M", number), NOON)

    with ThreadPoolExecutor(4) as threads:
        imported = list(threads.map(load, range(1, 5)))
    assert sorted(each.revision for each in imported) == [1, 2, 3, 4]
    newest = max(imported, key=lambda each: each.revision)
    assert told(database, NOON) == [(TODAY, f"M {imported.index(newest) + 1}")]
    assert [row["revision"] for row in sorted(rows(database, configuration), key=lambda row: row["revision"])] == [
        1,
        2,
        3,
        4,
    ]
