"""The endpoints over real HTTP, with good and with bad requests."""

import gzip
import json
import zlib
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.server.database import Database
from kiosk.server.tables import metadata
from kiosk.sync.messages import MAX_REQUEST_BYTES, SyncRequest
from tests.sync.chain import DAY, FACILITY, Chain

JSON_TYPE = {"Content-Type": "application/json"}
GZIP = {**JSON_TYPE, "Content-Encoding": "gzip"}


def good_body(chain: Chain | None = None) -> bytes:
    return SyncRequest.of((chain or Chain().issue_many(2)).push(), FACILITY).json_bytes()


def assert_problem(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["title"]
    return problem


def test_a_round_trip_has_the_shape_of_the_design(web: httpx2.Client) -> None:
    answer = web.post("/v1/sync", content=good_body(), headers=JSON_TYPE)
    assert answer.status_code == 200
    said = answer.json()
    assert set(said) == {
        "acked_seq",
        "acked_hash",
        "parked",
        "events",
        "patients",
        "tokens",
        "cursor",
        "more",
        "config_revision",
        "server_time",
    }
    assert (said["acked_seq"], said["cursor"], said["config_revision"]) == (2, 2, 0)


def test_tokens_are_listed_by_facility_and_day(web: httpx2.Client) -> None:
    chain = Chain().issue_many(2)
    web.post("/v1/sync", content=gzip.compress(good_body(chain)), headers=GZIP)
    listed = web.get("/v1/tokens", params={"facility": FACILITY, "service_day": DAY.isoformat()}).json()
    assert [row["label"] for row in listed] == ["MA-001", "MA-002"]
    assert list(listed[0]) == [
        "label",
        "token_id",
        "department",
        "number",
        "series",
        "state",
        "issued_at",
        "slip",
        "synced",
    ]
    assert web.get("/v1/tokens", params={"facility": FACILITY, "service_day": "2026-11-23"}).json() == []
    assert web.get("/v1/tokens", params={"facility": "IN9999999999", "service_day": DAY.isoformat()}).json() == []


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"facility": FACILITY},
        {"facility": "'; --", "service_day": "2026-11-22"},
        {"facility": FACILITY, "service_day": "soon"},
    ],
)
def test_a_bad_question_for_tokens_is_a_problem(web: httpx2.Client, params: dict[str, str]) -> None:
    assert_problem(web.get("/v1/tokens", params=params), 422, "REQUEST_INVALID")


def test_unknown_pages_and_methods_are_problems(web: httpx2.Client) -> None:
    assert_problem(web.get("/v2"), 404, "NOT_FOUND")
    refused = web.get("/v1/sync")
    assert_problem(refused, 405, "METHOD_NOT_ALLOWED")
    assert refused.headers["allow"] == "POST"


def test_healthz_is_well_while_the_database_answers(web: httpx2.Client) -> None:
    assert web.get("/healthz").json() == {"status": "ok"}


def test_healthz_is_not_well_without_its_tables(web: httpx2.Client, database: Database) -> None:
    with database.writer.begin() as connection:
        metadata.drop_all(connection)
    assert_problem(web.get("/healthz"), 503, "DATABASE_UNAVAILABLE")
    answer = web.post("/v1/sync", content=good_body(), headers=JSON_TYPE)
    assert_problem(answer, 503, "DATABASE_UNAVAILABLE")


def test_the_documentation_knows_the_request(web: httpx2.Client) -> None:
    described = web.get("/openapi.json").json()
    schema = described["paths"]["/v1/sync"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "store_id" in schema["properties"]
    used = {part.partition('"')[0] for part in json.dumps(described).split("#/components/schemas/")[1:]}
    assert used <= set(described["components"]["schemas"])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"null", b"[]", b"7", b'"x"', b"[" * 50_000, b'{"a":' * 50_000, b'{"store_id": NaN}']
)
def test_bad_json_is_a_problem(web: httpx2.Client, body: bytes) -> None:
    assert_problem(web.post("/v1/sync", content=body, headers=JSON_TYPE), 422, "REQUEST_INVALID")


def test_a_problem_never_quotes_what_was_sent(web: httpx2.Client) -> None:
    request = json.loads(good_body())
    request["patients"][0]["abha_number"] = "91-0000-0000-0018"
    answer = web.post("/v1/sync", content=json.dumps(request), headers=JSON_TYPE)
    assert_problem(answer, 422, "REQUEST_INVALID")
    assert "0018" not in answer.text


def test_a_newer_station_is_told_so(web: httpx2.Client) -> None:
    request = {**json.loads(good_body()), "schema": 2}
    assert_problem(web.post("/v1/sync", content=json.dumps(request), headers=JSON_TYPE), 422, "SCHEMA_NEWER")


def test_an_altered_event_is_named(web: httpx2.Client) -> None:
    request = json.loads(good_body())
    request["events"][1]["body"]["number"] = 900
    answer = web.post("/v1/sync", content=json.dumps(request), headers=JSON_TYPE)
    assert assert_problem(answer, 422, "EVENT_TAMPERED")["seq"] == 2


def test_a_fork_is_a_conflict(web: httpx2.Client) -> None:
    chain = Chain().issue_many(1)
    clone = Chain(store_id=chain.store_id).issue_many(1)
    assert web.post("/v1/sync", content=good_body(chain), headers=JSON_TYPE).status_code == 200
    assert_problem(web.post("/v1/sync", content=good_body(clone), headers=JSON_TYPE), 409, "STORE_FORK")
    assert_problem(web.post("/v1/sync", content=good_body(chain), headers=JSON_TYPE), 409, "STORE_FORK")


def test_a_web_page_cannot_post_here(web: httpx2.Client) -> None:
    """Without the JSON type a browser would not ask first."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = web.post("/v1/sync", content=good_body(), headers={"Content-Type": content_type})
        assert_problem(answer, 415, "CONTENT_TYPE_UNKNOWN")
    assert web.get("/v1/tokens", params={"facility": FACILITY, "service_day": DAY.isoformat()}).json() == []


def test_a_zip_bomb_is_not_unpacked(web: httpx2.Client) -> None:
    bomb = gzip.compress(b"[" + b" " * (200 * 1024 * 1024), 9)
    assert len(bomb) < MAX_REQUEST_BYTES
    assert_problem(web.post("/v1/sync", content=bomb, headers=GZIP), 413, "BODY_TOO_LONG")


@pytest.mark.parametrize("path", ["/v1/stream", "/v1/tokens", "/v1/counts", "/v1/configuration"])
def test_a_question_has_no_body(web: httpx2.Client, path: str) -> None:
    """Nobody need have signed it to have the server hold it."""
    asked = {"facility": FACILITY, "service_day": DAY.isoformat()}
    assert_problem(web.request("GET", path, params=asked, content=b" "), 413, "BODY_TOO_LONG")


@pytest.mark.parametrize(
    "body",
    [b"", b"no gzip", gzip.compress(good_body())[:-9], gzip.compress(good_body()) + b"x", zlib.compress(good_body())],
    ids=["empty", "none", "cut", "trailing", "zlib"],
)
def test_a_bad_gzip_is_a_problem(web: httpx2.Client, body: bytes) -> None:
    assert_problem(web.post("/v1/sync", content=body, headers=GZIP), 400, "BODY_GARBAGE")


def test_an_unknown_encoding_is_a_problem(web: httpx2.Client) -> None:
    answer = web.post("/v1/sync", content=b"{}", headers={**JSON_TYPE, "Content-Encoding": "br"})
    assert_problem(answer, 415, "CONTENT_ENCODING_UNKNOWN")


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place] * bool(place) + [deeper for key, part in parts for deeper in _places(part, (*place, key))]


TEMPLATE = json.loads(good_body(Chain(store_id="00000000-0000-4000-8000-000000000000").issue_many(2)))


@st.composite
def nearly_good(draw: st.DrawFn) -> bytes:
    """A good request with some of its values replaced by anything."""
    request = json.loads(json.dumps(TEMPLATE))
    for place in draw(st.lists(st.sampled_from(_places(TEMPLATE)), min_size=1, max_size=3)):
        inner = request
        try:
            for part in place[:-1]:
                inner = inner[part]
            inner[place[-1]] = draw(WILD)
        except (TypeError, KeyError, IndexError):
            continue  # an earlier replacement took this place away
    return json.dumps(request).encode()


def test_no_body_whatever_makes_the_server_fail(web: httpx2.Client) -> None:
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        body=st.binary(max_size=200) | WILD.map(lambda value: json.dumps(value).encode()) | nearly_good(),
        packed=st.booleans(),
    )
    def post(body: bytes, packed: bool) -> None:
        answer = web.post(
            "/v1/sync", content=gzip.compress(body) if packed else body, headers=GZIP if packed else JSON_TYPE
        )
        assert answer.status_code < 500, answer.text

    post()
