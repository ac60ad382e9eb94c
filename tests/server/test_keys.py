"""``facility_id`` leads every key and stands in every statement that a station or a desk waits for.

So PostgreSQL answers from one partition; and so the tables could be distributed over machines by it.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import ForeignKeyConstraint, Inspector, UniqueConstraint, inspect, text

from kiosk.model.desk import CallOrder
from kiosk.model.events import Kind
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.queries import changes, day_counts, people_ahead, queue_of, tokens_of_day
from kiosk.server.share_queue import LEASE, claim, sent, settle
from kiosk.server.shares import receive
from kiosk.server.tables import metadata
from kiosk.sync.messages import CallRequest, SyncRequest
from tests.server import shared as shares_of
from tests.server.doors import Device, HandClock, code_for, import_facility, web_of
from tests.server.heard import Heard, hearing, plan_of
from tests.sync.chain import DAY, FACILITY, START, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
COLD = {
    "configuration": "pulled when it has changed, a few times a year",
    "pairing": "asked when a station is enrolled",
    "series": "asked when a store begins",
    "api_key": "asked by other programs",
    "staff_pin": "pulled when it has changed",
    "alarm": "written when a key was copied",
    "audit": "written by administrators; asked about details that come without their token's issue",
}
"""Tables that nobody at a counter waits for. The keys of these too are led by the facility."""
HOT = metadata.tables.keys() - COLD.keys()
NO_FACILITY = {
    ("day_count_day", "service_day"): "counts over a State ask for one day of all facilities",
}
"""The indexes that no facility leads, and why. ``pairing``, found by its code's hash, has none at all: it is small."""
_PAIRING = "UPDATE pairing SET code_hash"
"""A station that enrols knows a code and not yet its facility."""
_LOOKING = "SELECT DISTINCT share.facility_id"
"""Who waits for the gateway, in whichever facility: an index of these alone, which are few."""

_STARTING = "SELECT max(audit.at)"
"""Once by each process that starts: whether the database was brought back from a backup."""


def test_facility_id_leads_every_key_of_the_code() -> None:
    for table in metadata.sorted_tables:
        assert next(iter(table.primary_key)).name == "facility_id"
        keys = [key for key in table.constraints if isinstance(key, UniqueConstraint | ForeignKeyConstraint)]
        assert {next(iter(key.columns)).name for key in keys} <= {"facility_id"}
        indexes = {(str(index.name), next(iter(index.columns)).name) for index in table.indexes}
        assert {key for key in indexes if key[1] != "facility_id"} <= NO_FACILITY.keys()


def test_facility_id_leads_every_key_of_the_database(database: Database) -> None:
    with database.reader.begin() as connection:
        seen = inspect(connection)
        tables = [name for name in seen.get_table_names() if name != "alembic_version"]
        keys = [(name, columns) for name in tables for columns in columns_of_keys(seen, name)]
    assert {name for name, _ in keys} == set(tables)
    assert set(tables) >= set(metadata.tables)
    assert [(name, columns) for name, columns in keys if columns[0] != "facility_id"] == [
        ("day_count", ["service_day"])
    ]


def columns_of_keys(seen: Inspector, table: str) -> Iterator[Sequence[str | None]]:
    """Those of each key and index, in their order."""
    yield seen.get_pk_constraint(table)["constrained_columns"]
    yield from (key["column_names"] for key in seen.get_unique_constraints(table))
    yield from (index["column_names"] for index in seen.get_indexes(table))
    for key in seen.get_foreign_keys(table):
        yield from (key["constrained_columns"], key["referred_columns"])


def work_a_morning(database: Database) -> None:
    """All that stations and desks wait for, signed as they do it.

    Events old, new, moving, unfit, forbidden, repeated, waited for; pulls with and without news; queues and the day's
    list; a department closed; phones.
    """
    clock = HandClock()
    import_facility(database, {"K1": "kiosk", "D1": "desk"})
    with web_of(database, clock) as web:
        kiosk, desk = Device(web, clock), Device(web, clock)
        for device, station_id in ((kiosk, "K1"), (desk, "D1")):
            device.enrol(code_for(database, station_id, clock.now()))
        issued, moved = Chain(store_id=kiosk.store_id), Chain(store_id=desk.store_id)
        for number in range(1, 4):
            issued.issue(number, number_key=f"{number:064}")
        for place in (2, 0):
            moved.write(Kind.TOKEN_CALLED, issued.events[place].token_id)
        for chain in (moved, issued):  # out of turn; and no kiosk's to say
            chain.write(Kind.TOKEN_COMPLETED, issued.events[1].token_id)
        for device, chain in ((kiosk, issued), (desk, moved), (kiosk, issued), (desk, moved)):
            assert device.sync(chain).status_code == 200
        for push in (moved.push(), issued.push(1, 3), issued.push(), issued.push(5)):
            ingest(database, SyncRequest.of(push, FACILITY), START)
        assert device.get(f"/v1/tokens?facility={FACILITY}&service_day={DAY}").status_code == 200
        ask_as_desks_do(database, issued.events[1].token_id)
        moved.write(Kind.OPENING_CHANGED, "", department="EYE", room="", is_open=False)
        assert desk.sync(moved).status_code == kiosk.sync(issued).status_code == 200
        scan_with_phones(database)
        for token_id, called in ((None, True), (None, False), (issued.events[1].token_id, True)):
            answer = desk.post("/v1/calls", call_of(token_id))
            assert (answer.status_code, answer.json()["token"] is not None) == (200, called)


def scan_with_phones(database: Database) -> None:
    """Two who scan, one of them twice; their answers are claimed, and noted."""
    import_configuration(database, shares_of.hospital(), shares_of.NOW)
    for who in ("asha", "ravi", "asha"):
        receive(database, shares_of.profile(who), shares_of.NOW)
    (due, *_) = claim(database, shares_of.NOW + LEASE)
    settle(database, [sent(due, shares_of.NOW)])


def call_of(token_id: str | None) -> bytes:
    order = CallOrder(str(uuid.uuid4()), FACILITY, DAY, ("MED", "EYE"), "4", "anita", token_id)
    return CallRequest.of(order).model_dump_json().encode()


def ask_as_desks_do(database: Database, token_id: str) -> None:
    reader = database.reader
    assert len(changes(reader, FACILITY, "", 0, 500, with_patients=True).events) == 7
    assert len(tokens_of_day(reader, FACILITY, DAY)) == len(queue_of(reader, FACILITY, DAY, "MED")) == 3
    assert people_ahead(reader, FACILITY, token_id) == 0


@pytest.fixture
def heard(database: Database) -> Heard:
    with hearing(database) as heard:
        work_a_morning(database)
    return heard


def test_every_hot_statement_names_its_facility(heard: Heard) -> None:
    said = [statement for statement, _ in heard.said]
    assert {statement.partition(" ")[0] for statement in said} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    about = {name for name in metadata.tables if any(re.search(rf"\b{name}\b", statement) for statement in said)}
    assert about >= HOT
    nameless = [statement for statement in said if not names_facility(statement)]
    assert [statement for statement in nameless if not statement.startswith((_PAIRING, _LOOKING, _STARTING))] == []
    assert len({statement[:20] for statement in nameless}) == 3


def test_counts_over_a_state_read_no_token(database: Database) -> None:
    """The one hot query without a facility."""
    work_a_morning(database)
    with hearing(database) as heard:
        assert day_counts(database.reader, DAY) == [{"state": "", "facilities": 1, "issued": 5}]
    ((statement, _),) = heard.said
    assert not names_facility(statement)
    assert re.search(r"\b(token|event|patient)\b", statement) is None


def names_facility(statement: str) -> bool:
    """Whether each part of it is about one facility, whatever else it asks for."""
    if statement.startswith("INSERT"):
        return re.search(r"\(facility_id, ", statement) is not None
    return all(_is_about_one(part.partition("WHERE")[2]) for part in statement.split("UNION ALL"))


def _is_about_one(where: str) -> bool:
    named = re.search(r"\bfacility_id = (\?|%\()", where) is not None
    while (inner := re.sub(r"\([^()]*\)", "", where)) != where:
        where = inner
    return named and " OR " not in where


def test_one_partition_answers(shared: Database) -> None:
    """By PostgreSQL's own plan."""
    with hearing(shared) as heard:
        work_a_morning(shared)
    asked = [
        (said, given)
        for said, given in heard.said
        if re.match("(SELECT .*(event|token|patient)|UPDATE)", said, re.S) and not said.startswith(_PAIRING)
    ]
    with shared.writer.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plans = [plan_of(connection, said, given) for said, given in asked]
    large = [set(re.findall(r" on ((?:event|token|patient)_[0-9]{2})", plan)) for plan in plans]
    parts = [{name.partition("_")[2] for name in names} for names in large]
    assert {len(each) for each in parts} == {0, 1}
    assert sum(map(bool, parts)) >= 8
    assert [plan for plan in plans if "Seq Scan" in plan] == []
