"""Queues and counts: what they say, and that the database finds it by their index alone."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from starlette.testclient import TestClient

from kiosk.model.events import Kind
from kiosk.model.queue import CallingRule
from kiosk.model.token import Token, label_of
from kiosk.server.api_keys import add_key
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.queries import changes, day_counts, people_ahead, queue_of
from kiosk.server.tables import day_count, facility, token
from kiosk.server.waiting import busy_keys, heads_of, last_called, next_of
from kiosk.sync.messages import SyncRequest
from tests.server.doors import HandClock, assert_problem, web_of
from tests.server.heard import hearing, plan_of
from tests.sync.chain import DAY, FACILITY, START, Chain

OTHER_FACILITY = "IN0000000001"
QUEUES = ("MED", "EYE", "ORT", "ENT")
DAYS, EACH = 10, 60


def take(database: Database, chain: Chain, first: int = 1) -> None:
    ingest(database, SyncRequest.of(chain.push(first), chain.facility_id), START)


def labels(tokens: list[Token]) -> list[str]:
    return [each.label for each in tokens]


@pytest.fixture
def hall(database: Database) -> Chain:
    """Six tokens of MED: called, completed, no-show, transferred to EYE, and two that wait."""
    chain = Chain().issue_many(6)
    called, completed, gone, transferred, _, _ = (issued.token_id for issued in chain.events)
    for token_id in (called, completed, gone):
        chain.write(Kind.TOKEN_CALLED, token_id)
    chain.write(Kind.TOKEN_COMPLETED, completed)
    chain.write(Kind.TOKEN_NO_SHOW, gone)
    chain.write(Kind.TOKEN_TRANSFERRED, transferred, queue_department="EYE")
    take(database, chain)
    return chain


def test_a_queue_is_what_is_live_in_the_order_of_issue(database: Database, hall: Chain) -> None:
    assert labels(queue_of(database.reader, FACILITY, DAY, "MED")) == ["MA-001", "MA-005", "MA-006"]
    assert labels(queue_of(database.reader, FACILITY, DAY, "EYE")) == ["MA-004"]
    assert queue_of(database.reader, FACILITY, DAY + timedelta(1), "MED") == []
    assert queue_of(database.reader, OTHER_FACILITY, DAY, "MED") == []


def test_people_ahead_are_those_who_wait_in_the_same_queue(database: Database, hall: Chain) -> None:
    ahead = [people_ahead(database.reader, FACILITY, issued.token_id) for issued in hall.events[:6]]
    assert ahead == [None, None, None, 0, 0, 1]
    assert people_ahead(database.reader, OTHER_FACILITY, hall.events[5].token_id) is None
    assert people_ahead(database.reader, FACILITY, "no-such-token") is None


def test_of_two_issued_in_one_instant_one_is_ahead(database: Database) -> None:
    chain = Chain().issue_many(2)
    take(database, chain)
    with database.writer.begin() as connection:
        connection.execute(update(token).values(queued_at=START))
    ahead = {each.token_id: people_ahead(database.reader, FACILITY, each.token_id) for each in chain.events}
    assert [ahead[token_id] for token_id in sorted(ahead)] == [0, 1]


def heads(database: Database, departments: Sequence[str], limit: int) -> list[str]:
    with database.reader.begin() as connection:
        return labels(heads_of(connection, FACILITY, DAY, departments, limit))


def test_the_heads_of_queues_have_waited_longest_and_are_there(database: Database, hall: Chain) -> None:
    assert heads(database, ["MED", "EYE"], 10) == ["MA-004", "MA-005", "MA-006"]
    assert heads(database, ["MED", "EYE"], 1) == ["MA-004", "MA-005"]
    assert heads(database, ["MED"], 1) == ["MA-005"]
    assert heads(database, [], 5) == []
    with database.writer.begin() as connection:
        connection.execute(update(token).where(token.c.label == "MA-005").values(arrived=False))
    assert heads(database, ["MED"], 1) == ["MA-006"]


def test_each_priority_has_a_head_of_its_own(database: Database, hall: Chain) -> None:
    with database.writer.begin() as connection:
        connection.execute(update(token).where(token.c.label == "MA-006").values(priority="elderly"))
    assert heads(database, ["MED"], 1) == ["MA-005", "MA-006"]


def test_the_last_called_are_known_whatever_became_of_them(database: Database, hall: Chain) -> None:
    with database.reader.begin() as connection:
        assert labels(last_called(connection, FACILITY, DAY, ["MED", "EYE"], 2)) == ["MA-002", "MA-003"]
        assert last_called(connection, FACILITY, DAY, ["EYE"], 2) == []


def test_busy_are_those_who_are_in_a_room(database: Database, hall: Chain) -> None:
    with database.reader.begin() as connection:
        assert {keys.number for keys in busy_keys(connection, FACILITY, DAY)} == {"a" * 64}
        assert busy_keys(connection, FACILITY, DAY + timedelta(1)) == frozenset()


# --- counts -----------------------------------------------------------------------------------------------------------


def test_a_token_counts_once_whatever_becomes_of_it(database: Database, hall: Chain) -> None:
    take(database, hall)
    hall.issue(7, department="ENT")
    hall.issue(7, department="ENT")
    take(database, hall, 13)
    with database.reader.begin() as connection:
        counted = {row.department: row.issued for row in connection.execute(select(day_count))}
    assert counted == {"MED": 6, "ENT": 1}


@pytest.fixture
def country(database: Database) -> None:
    facilities = [(FACILITY, "Kerala", "A"), (OTHER_FACILITY, "Kerala", "B"), ("IN0000000002", "Gujarat", "C")]
    with database.writer.begin() as connection:
        rows = [{"facility_id": name, "revision": 0, "state": state} for name, state, _ in facilities]
        connection.execute(insert(facility), rows)
    for nth, (name, _, series) in enumerate(facilities, 1):
        chain = Chain(series, name).issue_many(nth)
        chain.issue(1, department="EYE")
        take(database, chain)


def test_counts_by_state_and_by_facility(database: Database, country: None) -> None:
    assert day_counts(database.reader, DAY) == [
        {"state": "Gujarat", "facilities": 1, "issued": 4},
        {"state": "Kerala", "facilities": 2, "issued": 5},
    ]
    by_facility = [{"facility_id": FACILITY, "issued": 2}, {"facility_id": OTHER_FACILITY, "issued": 3}]
    assert day_counts(database.reader, DAY, "Kerala") == by_facility
    assert day_counts(database.reader, DAY, "Goa") == day_counts(database.reader, DAY + timedelta(1)) == []


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def web(database: Database, clock: HandClock, country: None) -> Iterator[TestClient]:
    with web_of(database, clock, is_open=False) as client:
        yield client


def key_for(database: Database, facility_id: str, role: str, now: datetime) -> dict[str, str]:
    key_id = "00000000-0000-0000-0000-00000000000" + ("1" if facility_id else "2")
    with database.writer.begin() as connection:
        key = add_key(connection, facility_id, role, "test", key_id, "s" * 43, now)
    return {"Authorization": f"Bearer {key}"}


def test_counts_are_for_programs_that_may_count_everywhere(
    web: TestClient, database: Database, clock: HandClock
) -> None:
    url = f"/v1/counts?service_day={DAY}"
    key = key_for(database, "", "statistics", clock.now())
    assert [line["state"] for line in web.get(url, headers=key).json()] == ["Gujarat", "Kerala"]
    for state in ("Kerala", "KERALA"):
        assert [line["issued"] for line in web.get(f"{url}&state={state}", headers=key).json()] == [2, 3]
    assert_problem(web.get(url), 401, "SIGNATURE_MISSING")
    at_home = key_for(database, FACILITY, "reader", clock.now())
    assert_problem(web.get(url, headers=at_home), 403, "FORBIDDEN")


def test_counts_are_open_on_an_open_server(database: Database, clock: HandClock, country: None) -> None:
    with web_of(database, clock) as client:
        assert len(client.get(f"/v1/counts?service_day={DAY}").json()) == 2


@pytest.mark.parametrize("question", ["", "service_day=today", f"service_day={DAY}&state={'x' * 41}", "state=%00"])
def test_a_bad_question_for_counts_is_a_problem(database: Database, clock: HandClock, question: str) -> None:
    with web_of(database, clock) as client:
        assert_problem(client.get(f"/v1/counts?{question}"), 422, "REQUEST_INVALID")


# --- plans ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def season(database: Database) -> str:
    """Many days of two facilities, as the database's statistics know them. Returns a token that waits."""
    rows = [
        _token(name, DAY - timedelta(day), department, number)
        for name in (FACILITY, OTHER_FACILITY)
        for day in range(DAYS)
        for department in QUEUES
        for number in range(1, EACH + 1)
    ]
    counts = [
        {"facility_id": f"IN{nth:010}", "service_day": DAY - timedelta(day), "department": "MED", "issued": 1}
        for nth in range(100)
        for day in range(40)
    ]
    with database.writer.begin() as connection:
        named = [{"facility_id": f"IN{nth:010}", "revision": 0, "state": f"state {nth % 5}"} for nth in range(100)]
        connection.execute(insert(facility), named)
        connection.execute(insert(token), rows)
        connection.execute(insert(day_count), counts)
    _tidy(database)
    return str(rows[EACH - 1]["token_id"])


def _tidy(database: Database) -> None:
    """As PostgreSQL's autovacuum does within a minute, but for the tests' own."""
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))


def _token(facility_id: str, day: date, department: str, number: int) -> dict[str, Any]:
    at = datetime.combine(day, START.timetz()) + timedelta(seconds=number)
    state = "waiting" if number % 3 or number == EACH else "serving" if number == 3 else "completed"
    return {
        "facility_id": facility_id,
        "token_id": f"{facility_id}-{day}-{department}-{number:03}",
        "service_day": day,
        "department": department,
        "series": "A",
        "number": number,
        "label": label_of("M", "A", number),
        "queue_department": department,
        "store_id": "",
        "issued_at": at,
        "moved_at": at,
        "queued_at": at,
        "number_key": f"{department}{number:060}",
        "source": "kiosk",
        "state": state,
        "slip": "none",
        "copies": 0,
        "arrived": True,
        "priority": "elderly" if number % 5 == 0 else "routine",
        "room": "",
        "calls": 0,
        "called_at": None if state == "waiting" else at,
        "act_id": "",
    }


def chosen(database: Database) -> Token | None:
    with database.reader.begin() as connection:
        return next_of(connection, FACILITY, DAY, ["MED", "EYE"], CallingRule(), {})


def test_each_hot_query_is_answered_by_its_index(database: Database, season: str) -> None:
    """One partition, no table read from end to end, and no day's queue to find one token in it."""
    reader = database.reader
    asked: dict[str, Callable[[], object]] = {
        "ahead": lambda: people_ahead(reader, FACILITY, season),
        "queue": lambda: queue_of(reader, FACILITY, DAY, "MED"),
        "next": lambda: chosen(database),
        "counts": lambda: day_counts(reader, DAY),
        "facilities": lambda: day_counts(reader, DAY, "state 1"),
    }
    plans = {}
    for name, ask in asked.items():
        with hearing(database) as heard:
            assert ask()
        with reader.begin() as connection:
            plans[name] = [plan_of(connection, said, given) for said, given in heard.said]
    assert {name: len(steps) for name, steps in plans.items()} == {
        "ahead": 2,
        "queue": 1,
        "next": 3,
        "counts": 1,
        "facilities": 1,
    }
    of_tokens = "\n".join(step for name in ("ahead", "queue", "next") for step in plans[name])
    assert re.search(r"Seq Scan|\bSCAN token", of_tokens) is None, of_tokens
    assert len(set(re.findall(r" on token_([0-9]{2})\b", of_tokens))) in (0, 1)
    of_counts = "\n".join(step for name in ("counts", "facilities") for step in plans[name])
    assert re.search(r"Seq Scan on day_count|SCAN day_count", of_counts) is None, of_counts
    assert "day_count_day" in of_counts


def test_people_ahead_are_counted_in_the_index_alone(database: Database, season: str) -> None:
    with hearing(database) as heard:
        assert people_ahead(database.reader, FACILITY, season) == 40
    with database.reader.begin() as connection:
        plan = plan_of(connection, *heard.said[-1])
    assert re.search(r"Index Only Scan|USING COVERING INDEX token_queue", plan), plan


def test_the_next_are_taken_from_the_indexes_in_their_order(database: Database, season: str) -> None:
    """Queues of any length cost a look at each head, and a day of any length one at its end: nothing is sorted."""
    with hearing(database) as heard:
        assert chosen(database) is not None
    with database.reader.begin() as connection:
        busy, called, waiting = (plan_of(connection, *said) for said in heard.said)
    assert re.search(r"\bSort\b|TEMP B-TREE", called + waiting) is None, called + waiting
    for plan, index, ranges in ((busy, "busy", 1), (called, "called", 2), (waiting, "queue", 12)):
        found = re.findall(rf"USING INDEX token_{index}|Index Scan(?: Backward)? using token_[0-9]{{2}}", plan)
        assert len(found) == ranges, plan


def test_a_page_of_changes_reads_its_revisions_and_tokens_alone(database: Database, season: str) -> None:
    chain = Chain().issue_many(1)
    for nth in range(2, 1500):
        chain.issue(nth, department="ENT")
    for first in range(1, 1500, 200):
        ingest(database, SyncRequest.of(chain.push(first, first + 199), FACILITY), START)
    _tidy(database)
    with hearing(database) as heard:
        assert len(changes(database.reader, FACILITY, "", 700, 3, with_patients=True).events) == 3
    with database.reader.begin() as connection:
        plans = "\n".join(plan_of(connection, said, given) for said, given in heard.said[1:])
    assert re.search(r"Seq Scan|SCAN (event|token|patient)", plans) is None, plans
