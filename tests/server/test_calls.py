"""Calls through the server: one room each, in the order of ``model.queue``, and the same again when asked again."""

import random
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select

from kiosk.model.events import Kind
from kiosk.model.patient import PatientKeys
from kiosk.model.queue import CallingRule, next_call
from kiosk.model.token import Priority, State, Token, label_of
from kiosk.server.calls import Answered, call
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.projection import row_of
from kiosk.server.queries import queue_of
from kiosk.server.tables import token
from kiosk.server.waiting import HEADS, next_of
from kiosk.sync.messages import SyncRequest
from tests.model.hospitals import rampur
from tests.server.calling import NOW, OTHER_ROOM, ROOM, an_order, called, events_of, push, queue, refused
from tests.sync.chain import DAY, FACILITY, INVENTED, START, Chain


@pytest.mark.parametrize("kind", [Kind.TOKEN_NO_SHOW, Kind.TOKEN_RECALLED])
def test_that_nobody_came_after_a_call_that_was_second_says_nothing_of_the_first(
    database: Database, kind: Kind
) -> None:
    """A desk that was cut off has called a patient who went to another room, and waited for nothing."""
    queue, first, second = Chain("A").issue_many(1), Chain("B"), Chain("C")
    token_id = queue.events[0].token_id
    push(database, queue)
    first.write(Kind.TOKEN_CALLED, token_id, room=ROOM)
    push(database, first)
    second.write(Kind.TOKEN_CALLED, token_id, room=OTHER_ROOM)
    second.write(kind, token_id, room=OTHER_ROOM)
    ingested = ingest(database, SyncRequest.of(second.push(), FACILITY), START)
    assert [each.code for each in ingested.parked] == ["MOVE_ILLEGAL"] * 2
    (now,) = queue_of(database.reader, FACILITY, DAY, "MED")
    assert (now.state, now.room, now.calls) == (State.CALLED, ROOM, 1)


def test_who_came_to_the_second_room_all_the_same_was_there(database: Database) -> None:
    queue, first, second = Chain("A").issue_many(1), Chain("B"), Chain("C")
    token_id = queue.events[0].token_id
    push(database, queue)
    first.write(Kind.TOKEN_CALLED, token_id, room=ROOM)
    push(database, first)
    for kind in (Kind.TOKEN_CALLED, Kind.TOKEN_STARTED, Kind.TOKEN_COMPLETED):
        second.write(kind, token_id, room=OTHER_ROOM)
    ingested = ingest(database, SyncRequest.of(second.push(), FACILITY), START)
    assert [each.seq for each in ingested.parked] == [1]
    assert queue_of(database.reader, FACILITY, DAY, "MED") == []


# --- the next ---------------------------------------------------------------------------------------------------------


def test_the_next_is_called_to_the_room_and_written_down(database: Database, hall: Chain) -> None:
    order = an_order()
    answered = call(database, order, NOW)
    found = answered.token
    assert found is not None
    assert (found.label, found.state, found.room, found.calls) == ("MA-001", State.CALLED, ROOM, 1)
    assert (found.called_at, found.act_id) == (NOW, order.request_id)
    assert answered.patient is not None
    assert answered.patient.details().patient == INVENTED
    (written,) = events_of(database, Kind.TOKEN_CALLED)
    assert (written.event_id, written.revision) == (order.request_id, answered.revision)
    assert written.body == '{"room":"4","staff":"anita"}'
    with database.reader.begin() as connection:
        row = connection.execute(select(token).filter_by(token_id=found.token_id)).mappings().one()
        assert {name: row[name] for name in row_of(found)} == row_of(found)


def test_each_room_gets_another_until_nobody_waits(database: Database, hall: Chain) -> None:
    rooms = [str(number) for number in range(6)]
    labels = [called(database, an_order(room=room)) for room in rooms]
    assert labels == [*(f"MA-00{number}" for number in range(1, 6)), None]


def test_other_queues_and_days_are_not_called(database: Database, hall: Chain) -> None:
    assert called(database, an_order("EYE", "ENT")) is None
    assert called(database, an_order(service_day=DAY - timedelta(1))) is None
    assert call(database, an_order(departments=()), NOW) == Answered()
    assert call(database, an_order(facility_id="IN7777777777"), NOW) == Answered()
    assert events_of(database, Kind.TOKEN_CALLED) == []


def test_a_patient_who_is_with_another_department_keeps_the_place(database: Database) -> None:
    asha = {"number_key": "a" * 64}
    chain = queue({**asha, "department": "EYE"}, asha, {}, {**asha, "number_key": None, "address_key": "b" * 64})
    push(database, chain)
    assert called(database, an_order("EYE", room=OTHER_ROOM)) == "MA-001"
    assert called(database, an_order()) == "MA-003"
    chain.write(Kind.TOKEN_STARTED, chain.events[0].token_id)
    push(database, chain, 5)
    assert called(database, an_order(room="5")) == "MA-004"
    assert called(database, an_order(room="6")) is None
    chain.write(Kind.TOKEN_COMPLETED, chain.events[0].token_id)
    push(database, chain, 6)
    assert called(database, an_order(room="6")) == "MA-002"


def test_a_whole_head_of_busy_patients_hides_nobody(database: Database) -> None:
    keys = [{"number_key": f"{number:064}"} for number in range(1, HEADS + 3)]
    push(database, queue(*({**key, "department": "EYE"} for key in keys), *keys, {}))
    for number in range(len(keys)):
        assert called(database, an_order("EYE", room=f"E{number}"))
    assert called(database, an_order()) == f"MA-{2 * len(keys) + 1:03}"


def test_the_facilitys_own_rule_and_classes_count(database: Database) -> None:
    """One of priority for each routine one; infants are none of it in EYE."""
    document = rampur(facility_id=FACILITY)
    document["calling"] = {"priority_per_routine": 1}
    eye = next(each for each in document["departments"] if each["code"] == "EYE")
    eye["priority"] = ["elderly"]
    import_configuration(database, document, NOW)
    kinds = ["routine", "infant", "routine", "elderly", "elderly", "emergency"]
    push(database, queue(*({"priority": kind, "department": "EYE"} for kind in kinds)))
    labels = [called(database, an_order("EYE", room=f"R{number}")) for number in range(len(kinds))]
    assert [int(str(label)[-1]) for label in labels] == [6, 4, 1, 5, 2, 3]


DEPARTMENTS = ("MED", "EYE", "ENT")


def some_tokens(chance: random.Random) -> list[Token]:
    return [_a_token(chance, number) for number in range(1, chance.randint(2, 60))]


def _a_token(chance: random.Random, number: int) -> Token:
    state = chance.choice([State.WAITING, State.WAITING, State.CALLED, State.SERVING, State.COMPLETED, State.HELD])
    at = START + timedelta(seconds=chance.randint(0, 90))
    was_called = state is not State.WAITING
    return Token(
        token_id=str(uuid.UUID(int=chance.getrandbits(128))),
        facility_id=FACILITY,
        service_day=DAY,
        department="MED",
        series="A",
        number=number,
        label=label_of("M", "A", number),
        queue_department=chance.choice(DEPARTMENTS),
        store_id="",
        issued_at=START,
        moved_at=START,
        queued_at=at,
        keys=PatientKeys(str(chance.randint(1, 40)), chance.choice([None, "x", "y"])),
        state=state,
        arrived=chance.random() < 0.8,
        priority=chance.choice([*Priority, Priority.ROUTINE, Priority.ROUTINE]),
        # No two at one time: the server's own chain never writes one twice.
        called_at=START + timedelta(minutes=5, seconds=chance.random() * 90) if was_called else None,
        room="1" if was_called else "",
    )


def test_the_heads_are_enough_to_choose_as_the_pure_function_does(database: Database) -> None:
    for seed in range(40):
        choose_as_the_pure_function_does(database, random.Random(seed))


def choose_as_the_pure_function_does(database: Database, chance: random.Random) -> None:
    tokens = some_tokens(chance)
    rule = CallingRule(priority_per_routine=chance.randint(0, 4))
    classes = {"EYE": frozenset({Priority.ELDERLY}), "ENT": frozenset[Priority]()}
    asked = chance.sample(DEPARTMENTS, chance.randint(1, 3))
    with database.writer.begin() as connection:
        connection.execute(delete(token))
        connection.execute(insert(token), [row_of(each) for each in tokens])
        found = next_of(connection, FACILITY, DAY, asked, rule, classes)
    busy = [each.keys for each in tokens if each.state in (State.CALLED, State.SERVING)]
    queued = [each for each in tokens if each.queue_department in asked]
    assert found == next_call(queued, queued, busy, rule, classes)


# --- again ------------------------------------------------------------------------------------------------------------


def test_the_same_order_again_calls_nobody_else(database: Database, hall: Chain) -> None:
    order = an_order()
    first = call(database, order, NOW)
    again = call(database, order, NOW + timedelta(seconds=5))
    assert (again.token, again.patient, again.revision) == (first.token, first.patient, None)
    assert len(events_of(database, Kind.TOKEN_CALLED)) == 1


def test_an_order_that_comes_late_is_told_what_became_of_the_token(database: Database, hall: Chain) -> None:
    order = an_order()
    call(database, order, NOW)
    hall.write(Kind.TOKEN_COMPLETED, hall.events[0].token_id)
    push(database, hall, 6)
    late = call(database, order, NOW)
    assert late.token is not None
    assert (late.token.label, late.token.state) == ("MA-001", State.COMPLETED)


def test_an_order_stands_for_one_room_and_one_token(database: Database, hall: Chain) -> None:
    order = an_order()
    call(database, order, NOW)
    one, other = (hall.events[place].token_id for place in (0, 1))
    assert called(database, replace(order, token_id=one)) == "MA-001"
    for wrong in (replace(order, room=OTHER_ROOM), replace(order, token_id=other)):
        assert (refused(database, wrong).status, refused(database, wrong).code) == (409, "REQUEST_REUSED")


def test_the_id_of_a_stations_event_is_no_orders(database: Database, hall: Chain) -> None:
    hall.write(Kind.TOKEN_CALLED, hall.events[0].token_id, room=ROOM)
    push(database, hall, 6)
    for place in (0, 5):
        order = an_order(request_id=hall.events[place].event_id)
        assert refused(database, order).code == "REQUEST_REUSED"
