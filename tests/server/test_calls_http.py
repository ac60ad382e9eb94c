"""Calls as stations ask for them: who may, what is answered, who hears of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from kiosk.model.desk import CallOrder
from kiosk.model.events import Kind
from kiosk.server.app import running_server
from kiosk.server.database import Database
from kiosk.sync.messages import CallAnswer, CallRequest
from tests.server.calling import OTHER_ROOM, ROOM, an_order, push, queue
from tests.server.doors import JSON_TYPE, Device, HandClock, assert_problem, code_for, import_facility, web_of
from tests.server.streaming import streaming
from tests.sync.chain import Chain

PATH = "/v1/calls"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@contextmanager
def stations(database: Database, clock: HandClock, **kinds: str) -> Iterator[dict[str, Device]]:
    import_facility(database, kinds)
    with web_of(database, clock) as web:
        devices = {name: Device(web, clock) for name in kinds}
        for name, device in devices.items():
            device.enrol(code_for(database, name, clock.now()))
        yield devices


def body_of(order: CallOrder) -> bytes:
    return CallRequest.of(order).model_dump_json().encode()


def test_desks_alone_may_call(database: Database, clock: HandClock) -> None:
    with stations(database, clock, K1="kiosk", D1="desk", B1="board") as devices:
        chain = Chain(store_id=devices["K1"].store_id).issue_many(1)
        assert devices["K1"].sync(chain).status_code == 200
        for name in ("K1", "B1"):
            assert_problem(devices[name].post(PATH, body_of(an_order())), 403, "FORBIDDEN")
        abroad = devices["D1"].post(PATH, body_of(an_order(facility_id="IN7777777777")))
        assert_problem(abroad, 403, "FORBIDDEN")
        unsigned = devices["D1"].web.post(PATH, json={})
        assert unsigned.status_code == 422
        answer = CallAnswer.model_validate_json(devices["D1"].post(PATH, body_of(an_order())).content)
    assert answer.token is not None
    assert answer.token.token().label == "MA-001"
    assert answer.patient is not None
    assert answer.server_time == clock.now()


def test_a_desk_is_told_where_the_patient_is(database: Database, clock: HandClock) -> None:
    with stations(database, clock, K1="kiosk", D1="desk") as devices:
        chain = Chain(store_id=devices["K1"].store_id).issue_many(1)
        assert devices["K1"].sync(chain).status_code == 200
        desk = devices["D1"]
        assert desk.post(PATH, body_of(an_order(room=OTHER_ROOM))).status_code == 200
        answer = desk.post(PATH, body_of(an_order(token_id=chain.events[0].token_id)))
        assert_problem(answer, 409, "CALLED_ELSEWHERE")
        assert answer.json()["room"] == OTHER_ROOM


def test_stations_pull_the_call_with_the_token_as_it_is(database: Database, clock: HandClock) -> None:
    with stations(database, clock, K1="kiosk", D1="desk") as devices:
        chain = Chain(store_id=devices["K1"].store_id).issue_many(1)
        devices["K1"].sync(chain)
        devices["D1"].post(PATH, body_of(an_order()))
        pulled = devices["K1"].sync(chain).json()
    assert [each["kind"] for each in pulled["events"]] == [Kind.TOKEN_CALLED]
    assert [(each["state"], each["room"]) for each in pulled["tokens"]] == [("called", ROOM)]


@pytest.mark.parametrize(
    "wrong",
    [{"room": ""}, {"room": "x" * 21}, {"room": "\0"}, {"staff_id": "Anita Verma"}, {"departments": ["MED"] * 41}],
)
def test_an_order_that_makes_no_sense_is_a_problem(database: Database, clock: HandClock, wrong: dict[str, Any]) -> None:
    fits = CallRequest.of(an_order()).model_dump(mode="json")
    with web_of(database, clock) as web:
        assert web.post(PATH, json=fits).json()["token"] is None
        assert_problem(web.post(PATH, json=fits | wrong), 422, "REQUEST_INVALID")


def test_who_listens_hears_of_a_call(database: Database, database_url: str) -> None:
    chain = queue({})
    push(database, chain)
    order = an_order(token_id=chain.events[0].token_id, service_day=datetime.now(UTC).date())
    with running_server(database_url) as server, streaming(server.url) as stream:
        assert stream.revision() == 1
        answer = httpx2.post(f"{server.url}{PATH}", content=body_of(order), headers=JSON_TYPE, trust_env=False)
        assert answer.status_code == 200
        assert stream.revision() == 2
