"""``GET /v1/configuration``: who may ask, and what they are told."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from kiosk.model.configuration import parse_configuration
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database
from kiosk.sync.messages import ConfigurationAnswer
from tests.model.hospitals import rampur
from tests.server.doors import Device, HandClock, assert_problem, code_for, web_of
from tests.sync.chain import FACILITY

PATH = f"/v1/configuration?facility={FACILITY}"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def web(database: Database, clock: HandClock) -> Iterator[TestClient]:
    with web_of(database, clock, is_open=True) as client:
        yield client


@pytest.mark.parametrize("station_id", ["K1", "D1", "B1"])
def test_every_kind_of_station_is_told_all_of_it(
    web: TestClient, database: Database, clock: HandClock, station_id: str
) -> None:
    import_configuration(database, rampur(facility_id=FACILITY), clock.now())
    device = Device(web, clock)
    device.enrol(code_for(database, station_id, clock.now()))
    response = device.get(PATH)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    answer = ConfigurationAnswer.model_validate_json(response.content)
    assert (answer.config_revision, answer.server_time) == (1, clock.now())
    (dated,) = answer.documents
    assert parse_configuration(dated.document) == parse_configuration(rampur(facility_id=FACILITY))


def test_a_station_is_told_nothing_of_another_facility(web: TestClient, database: Database, clock: HandClock) -> None:
    import_configuration(database, rampur(facility_id=FACILITY), clock.now())
    import_configuration(database, rampur(facility_id="IN0000000001"), clock.now())
    device = Device(web, clock)
    device.enrol(code_for(database, "K1", clock.now()))
    assert_problem(device.get("/v1/configuration?facility=IN0000000001"), 403, "FORBIDDEN")


def test_nobody_is_told_without_a_signature(web: TestClient, database: Database, clock: HandClock) -> None:
    import_configuration(database, rampur(facility_id=FACILITY), clock.now())
    assert_problem(web.get(PATH), 403, "FORBIDDEN")


def test_a_facility_that_nobody_imported_is_unknown(web: TestClient) -> None:
    assert_problem(web.get(PATH), 404, "FACILITY_UNKNOWN")
    assert_problem(web.get("/v1/configuration"), 422, "REQUEST_INVALID")
    assert_problem(web.get("/v1/configuration?facility=%27"), 422, "REQUEST_INVALID")


def test_its_answers_are_documented(web: TestClient) -> None:
    answers = web.get("/openapi.json").json()["paths"]["/v1/configuration"]["get"]["responses"]
    assert {"200", "401", "403", "404", "422", "429", "503"} <= answers.keys()
