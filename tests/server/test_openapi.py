"""The server against its own OpenAPI document: whatever is asked, by whomever, gets an answer that is documented.

schemathesis makes the requests from the document, half of them fitting it and half not, the same ones each time. Those
that fit are mended where the document cannot say what fits: hash chains, and whose store it is.
"""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from kiosk.model.events import FIRST_HASH, Kind, chained, instant_text
from kiosk.server.api_keys import READER, STATISTICS, add_key
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database, open_database
from kiosk.server.enrolling import new_code
from kiosk.server.limits import Buckets, Limits
from kiosk.server.stream import PATH as STREAM
from kiosk.server.tables import metadata
from tests.model.hospitals import rampur
from tests.postgres import database_of
from tests.server.doors import LOCAL_URL, Device, HandClock, code_for, web_of
from tests.sync.chain import DAY, FACILITY, START, Chain

PROPERTIES = settings(
    max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
ELSEWHERE = "IN9999999999"
ENROL, CALLS = "/v1/enrol", "/v1/calls"
KIOSK, NEW, DESK = "K1", "K2", "D1"
"""Stations of the imported facility."""


def nothing(method: str, path: str, body: bytes) -> dict[str, str]:
    return {}


@dataclass
class Caller:
    """Who asks: at ``home`` in one facility, and not in the one ``abroad``."""

    web: TestClient
    home: str = ELSEWHERE
    abroad: str = FACILITY
    store_id: str = ""
    headers: Callable[[str, str, bytes], dict[str, str]] = nothing
    code: Callable[[], str] | None = None
    written: list[dict[str, Any]] = field(default_factory=list)
    """What the server has taken of ``store_id``."""

    def ask(self, case: Case[Any]) -> httpx2.Response:
        sent = case.as_transport_kwargs(base_url=LOCAL_URL)
        sent.pop("cookies", None)
        sent["content"] = sent.pop("data", None)  # what httpx2 calls it; it is bytes, or None
        request = self.web.build_request(**sent)
        path = request.url.raw_path.decode("ascii")
        request.headers.update(self.headers(request.method, path, request.read()))
        response = self.web.send(request)
        if response.status_code == 200 and self.store_id and case.path == "/v1/sync":
            self.written += json.loads(request.read())["events"]
        return response

    def mended(self, case: Case[Any]) -> Case[Any]:
        """What fits the document, made to fit its meaning too."""
        if "facility" in case.query:
            case.query["facility"] = self.home
        if "service_day" in case.query:
            case.query["service_day"] = DAY.isoformat()
        if isinstance(case.body, dict):
            body = whole(case.body)
            self._mend_body(case.path, body)
            case.body = body
        return case

    def _mend_body(self, path: str, body: dict[str, Any]) -> None:
        if path == ENROL and self.code is not None:
            body["code"] = self.code()
            body.pop("facility_id", None)
        elif "facility_id" in body:
            body["facility_id"], body["store_id"] = self.home, self.store_id or str(uuid.uuid4())
        if path == CALLS:
            body["service_day"] = DAY.isoformat()
        if "schema" in body:
            body["schema"] = 1
            body["events"] = chain_of(body.get("events", []), self.home, body["store_id"], self.written)
            body["patients"] = [details_of(each, body["events"]) for each in body.get("patients", [])]

    def keep_stream_shut(self, case: Case[Any]) -> None:
        """One that is opened does not end."""
        if case.path == STREAM and isinstance(case.query.get("facility"), str):
            case.query["facility"] = self.abroad


def whole(value: Any) -> Any:
    """To JSON Schema 1.0 is an integer; to strict readers it is none."""
    match value:
        case dict():
            return {key: whole(each) for key, each in value.items()}
        case list():
            return [whole(each) for each in value]
        case float() if value.is_integer():
            return int(value)
    return value


def chain_of(
    events: list[dict[str, Any]], facility_id: str, store_id: str, before: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The same facts as a store's next ones, the first of them a token. An event's id is used once in a facility."""
    made: list[dict[str, Any]] = []
    for seq, each in enumerate(events, len(before) + 1):
        event = chained(
            [FIRST_HASH, *(each["hash"] for each in before + made)][-1],
            event_id=str(uuid.uuid4()),
            store_id=store_id,
            seq=seq,
            kind=each["kind"] if made else Kind.TOKEN_ISSUED,
            token_id=each["token_id"],
            at=START,
            service_day=DAY,
            body=each["body"] if made else {**each["body"], **issued(facility_id, seq)},
        )
        made.append({**vars(event), "at": instant_text(START), "service_day": DAY.isoformat()})
    return made


def issued(facility_id: str, number: int) -> dict[str, Any]:
    return dict(Chain(facility_id=facility_id).issue(number).body)


def details_of(details: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """Of a token in the same push, where there is one."""
    return {**details, "token_id": events[0]["token_id"]} if events else details


@contextmanager
def neighbour(database: Database) -> Iterator[Caller]:
    """Somebody on the server's machine, for a facility that nobody has imported; and a new station with its code."""
    clock = HandClock()
    with opened(database, clock, is_open=True) as web:
        yield Caller(web, code=lambda: code_for(database, NEW, clock.now()))


@contextmanager
def stranger(database: Database) -> Iterator[Caller]:
    with opened(database, HandClock(), is_open=False) as web:
        yield Caller(web, code=new_code)


@contextmanager
def station(database: Database, station_id: str) -> Iterator[Caller]:
    clock = HandClock()
    with opened(database, clock, is_open=False) as web:
        device = Device(web, clock)
        device.enrol(code_for(database, station_id, clock.now()))
        yield Caller(web, FACILITY, ELSEWHERE, device.store_id, device.signed)


@contextmanager
def program(database: Database, role: str, facility_id: str = "") -> Iterator[Caller]:
    """Another program, with an API key."""
    clock, add = HandClock(), partial(add_key, facility_id=facility_id, role=role, name="A program")
    key = database.write(partial(add, key_id=str(uuid.uuid4()), secret="s" * 43, now=clock.now()))
    with opened(database, clock, is_open=False) as web:
        yield Caller(web, FACILITY, ELSEWHERE, headers=lambda *_: {"Authorization": f"Bearer {key}"})


@contextmanager
def opened(database: Database, clock: HandClock, *, is_open: bool) -> Iterator[TestClient]:
    import_configuration(database, rampur(facility_id=FACILITY), clock.now())
    limits = Limits(*(Buckets(1e6, 10**6, time.monotonic) for _ in range(2)))
    with web_of(database, clock, is_open=is_open, limits=limits) as web:
        yield web


@dataclass(frozen=True)
class Role:
    """Who asks, which kind of database (each takes seconds), and what must come of it at least once."""

    who: Callable[[Database], AbstractContextManager[Caller]]
    kind: str
    seen: frozenset[tuple[str, int]]


ROLES = {
    "neighbour": Role(
        neighbour,
        "postgresql",
        frozenset({(path, 200) for path in ("/v1/sync", "/v1/tokens", "/v1/counts", ENROL, CALLS)} | {(STREAM, 403)}),
    ),
    "stranger": Role(stranger, "sqlite", frozenset({("/v1/sync", 401), ("/v1/tokens", 401), (ENROL, 403)})),
    "kiosk": Role(
        partial(station, station_id=KIOSK),
        "postgresql",
        frozenset(
            {("/v1/sync", 200), ("/v1/keys", 200), ("/v1/stores", 200), ("/v1/configuration", 200), (CALLS, 403)}
        ),
    ),
    "desk": Role(
        partial(station, station_id=DESK),
        "sqlite",
        frozenset({("/v1/sync", 200), ("/v1/tokens", 200), (CALLS, 200), (CALLS, 404), (STREAM, 403)}),
    ),
    "reader": Role(
        partial(program, role=READER, facility_id=FACILITY),
        "sqlite",
        frozenset({("/v1/tokens", 200), ("/v1/sync", 403)}),
    ),
    "statistics": Role(
        partial(program, role=STATISTICS), "sqlite", frozenset({("/v1/counts", 200), ("/v1/keys", 403)})
    ),
}


@pytest.mark.parametrize("name", ROLES)
def test_every_answer_is_documented(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    role = ROLES[name]
    with (
        database_of(role.kind, request, tmp_path) as url,
        closing(open_database(url)) as database,
        role.who(database) as caller,
    ):
        seen = asked_everything(caller)
    assert role.seen <= set(seen)


def test_without_a_database_too(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database, neighbour(database) as caller:
        caller.code = new_code
        metadata.drop_all(database.writer)
        seen = asked_everything(caller, not_a_server_error)
    assert {path for path, status in seen if status == 503} >= {
        "/v1/sync",
        "/v1/tokens",
        CALLS,
        STREAM,
        ENROL,
        "/healthz",
    }
    assert {status for _, status in seen} <= {200, 403, 422, 503}


def asked_everything(caller: Caller, *excluded: CheckFunction) -> Counter[tuple[str, int]]:
    """How often which route answered with which status."""
    seen: Counter[tuple[str, int]] = Counter()

    def check(case: Case[Any]) -> None:
        caller.keep_stream_shut(case)
        response = caller.ask(case)
        seen[case.path, response.status_code] += 1
        # What fits the document may make no sense all the same.
        case.validate_response(response, excluded_checks=[positive_data_acceptance, *excluded])

    for operation in operations(caller):

        @PROPERTIES
        @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE).map(caller.mended))
        def fits(case: Case[Any]) -> None:
            check(case)

        @PROPERTIES
        @given(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def fits_not(case: Case[Any]) -> None:
            check(case)

        fits()
        if operation.body or operation.query:
            fits_not()
    return seen


def operations(caller: Caller) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    """All but enrolment for those who sign: there a code says who one is, and is slow to look up on purpose."""
    document = caller.web.get("/openapi.json", headers=caller.headers("GET", "/openapi.json", b"")).json()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path != ENROL or caller.code is not None:
            yield operation
