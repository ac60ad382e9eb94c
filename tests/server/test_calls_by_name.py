"""Calls of one patient by name, and from rooms and on days that are not open to all."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from kiosk.model.events import Kind
from kiosk.server.calls import Answered, call
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database
from kiosk.server.tables import facility
from tests.model.hospitals import rampur
from tests.server.calling import NOW, OTHER_ROOM, ROOM, an_order, called, push, queue, refused
from tests.sync.chain import DAY, FACILITY, Chain

# --- by name ----------------------------------------------------------------------------------------------------------


def test_one_is_called_by_name_out_of_turn(database: Database, hall: Chain) -> None:
    assert called(database, an_order(token_id=hall.events[3].token_id)) == "MA-004"
    assert called(database, an_order(room=OTHER_ROOM)) == "MA-001"


def test_who_is_in_another_room_is_not_called(database: Database, hall: Chain) -> None:
    named = hall.events[0].token_id
    call(database, an_order(room=OTHER_ROOM), NOW)
    error = refused(database, an_order(token_id=named))
    assert (error.status, error.code, error.more) == (409, "CALLED_ELSEWHERE", {"room": OTHER_ROOM})
    hall.write(Kind.TOKEN_STARTED, named)
    push(database, hall, 6)
    assert refused(database, an_order(token_id=named)).code == "CALLED_ELSEWHERE"
    assert refused(database, an_order(token_id=named, room=OTHER_ROOM)).code == "NOT_CALLABLE"


def test_who_is_called_to_this_room_already_is_not_called_anew(database: Database, hall: Chain) -> None:
    first = call(database, an_order(), NOW)
    again = call(database, an_order(token_id=hall.events[0].token_id), NOW)
    assert (again.token, again.revision) == (first.token, None)


@pytest.mark.parametrize("kind", [Kind.TOKEN_HELD, Kind.TOKEN_NO_SHOW])
def test_who_is_held_or_did_not_come_is_called_by_name(database: Database, hall: Chain, kind: Kind) -> None:
    call(database, an_order(), NOW)
    hall.write(kind, hall.events[0].token_id)
    push(database, hall, 6)
    assert called(database, an_order()) == "MA-002"
    assert called(database, an_order(token_id=hall.events[0].token_id, room=OTHER_ROOM)) == "MA-001"


@pytest.mark.parametrize("kind", [Kind.TOKEN_CANCELLED, Kind.TOKEN_LAPSED])
def test_who_waits_no_more_is_not_called(database: Database, hall: Chain, kind: Kind) -> None:
    hall.write(kind, hall.events[0].token_id)
    push(database, hall, 6)
    error = refused(database, an_order(token_id=hall.events[0].token_id))
    assert (error.status, error.code) == (409, "NOT_CALLABLE")


def test_who_has_not_arrived_is_not_called(database: Database) -> None:
    chain = queue({"arrived": False}, {})
    push(database, chain)
    assert refused(database, an_order(token_id=chain.events[0].token_id)).code == "NOT_CALLABLE"
    assert called(database, an_order()) == "MA-002"
    chain.write(Kind.TOKEN_ARRIVED, chain.events[0].token_id)
    push(database, chain, 3)
    assert called(database, an_order(room=OTHER_ROOM)) == "MA-001"


def test_an_unknown_token_is_told_so(database: Database, hall: Chain) -> None:
    for order in (an_order(token_id=str(uuid.uuid4())), an_order(token_id=str(uuid.uuid4()), facility_id="IN1")):
        assert (refused(database, order).status, refused(database, order).code) == (404, "TOKEN_UNKNOWN")
    with database.reader.begin() as connection:
        assert connection.execute(select(facility.c.facility_id)).scalars().all() == [FACILITY]


# --- days and rooms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-2, 2, 700])
def test_a_desk_of_another_day_is_refused(database: Database, hall: Chain, days: int) -> None:
    error = refused(database, an_order(service_day=DAY + timedelta(days)))
    assert (error.status, error.code) == (422, "SERVICE_DAY_WRONG")
    assert called(database, an_order(service_day=DAY + timedelta(1))) is None


def test_a_facilitys_day_turns_where_it_is(database: Database) -> None:
    """20:00 in London is the next day at Rampur."""
    import_configuration(database, rampur(facility_id=FACILITY), NOW)
    evening = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert call(database, an_order(service_day=DAY + timedelta(2)), evening) == Answered()


def closing(chain: Chain, room: str, department: str = "MED", *, is_open: bool | None = False) -> None:
    chain.write(Kind.OPENING_CHANGED, "", department=department, room=room, is_open=is_open, staff="anita")


def test_a_closed_room_calls_only_by_name(database: Database, hall: Chain) -> None:
    closing(hall, ROOM)
    push(database, hall, 6)
    error = refused(database, an_order())
    assert (error.status, error.code) == (409, "ROOM_CLOSED")
    assert called(database, an_order(token_id=hall.events[2].token_id)) == "MA-003"
    assert called(database, an_order(room=OTHER_ROOM)) == "MA-001"
    closing(hall, ROOM, is_open=None)
    push(database, hall, 7)
    assert called(database, an_order()) == "MA-002"


def test_a_room_closed_for_one_department_calls_from_the_others(database: Database) -> None:
    chain = queue({}, {"department": "EYE"})
    closing(chain, ROOM)
    push(database, chain)
    assert called(database, an_order("MED", "EYE")) == "MA-002"


def test_a_department_that_takes_no_more_is_called_to_its_end(database: Database, hall: Chain) -> None:
    closing(hall, "")
    push(database, hall, 6)
    assert called(database, an_order()) == "MA-001"
