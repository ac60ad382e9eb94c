"""Who is let in, and who is not: over the whole application, on both databases."""

import gzip
import json
import shutil
import socket
import subprocess
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from starlette.testclient import TestClient

from kiosk.model.events import instant_text
from kiosk.server.app import running_server
from kiosk.server.backup import note_restored
from kiosk.server.database import Database
from kiosk.server.limits import usual_limits
from kiosk.server.nonces import KEPT, SWEEP_EACH
from kiosk.server.tables import facility, nonce, station, station_key
from kiosk.sync.client import HttpServer
from kiosk.sync.messages import SyncRequest
from kiosk.sync.signing import Signer
from tests.server.doors import (
    JSON_TYPE,
    LOCAL_URL,
    PUBLIC_URL,
    Device,
    HandClock,
    assert_problem,
    code_for,
    import_facility,
    web_of,
)
from tests.sync.chain import DAY, FACILITY, Chain

TOKENS = f"/v1/tokens?facility={FACILITY}&service_day={DAY}"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def web(database: Database, clock: HandClock) -> Iterator[TestClient]:
    import_facility(database, {"K1": "kiosk", "D1": "desk", "B1": "board"})
    with web_of(database, clock) as client:
        yield client


def enrolled(web: TestClient, database: Database, clock: HandClock, station_id: str = "K1") -> Device:
    device = Device(web, clock)
    device.enrol(code_for(database, station_id, clock.now()))
    return device


@pytest.fixture
def kiosk(web: TestClient, database: Database, clock: HandClock) -> Device:
    return enrolled(web, database, clock)


def sync_body(device: Device, chain: Chain | None = None) -> bytes:
    return SyncRequest.of((chain or Chain(store_id=device.store_id)).push(), FACILITY).json_bytes()


def test_a_signed_request_is_taken_behind_a_proxy(kiosk: Device) -> None:
    """The application is reached as 127.0.0.1; what is signed is the public address."""
    answer = kiosk.sync(Chain(store_id=kiosk.store_id).issue_many(3))
    assert (answer.status_code, answer.json()["acked_seq"]) == (200, 3)


def test_the_digest_is_over_the_packed_body(kiosk: Device) -> None:
    body = gzip.compress(sync_body(kiosk))
    assert kiosk.post("/v1/sync", body, **{"Content-Encoding": "gzip"}).status_code == 200
    unpacked = kiosk.signed("POST", "/v1/sync", gzip.decompress(body))
    headers = {**JSON_TYPE, "Content-Encoding": "gzip", **unpacked}
    assert_problem(kiosk.web.post("/v1/sync", content=body, headers=headers), 401, "SIGNATURE_INVALID")


def test_tampered_requests_are_refused(kiosk: Device) -> None:
    body = sync_body(kiosk)
    for method, path, signed_body in (
        ("POST", "/v1/sync", body + b" "),
        ("PUT", "/v1/sync", body),
        ("POST", "/v1/stores", body),
        ("POST", "/v1/sync?x=1", body),
    ):
        headers = {**JSON_TYPE, **kiosk.signed(method, path, signed_body)}
        assert_problem(kiosk.web.post("/v1/sync", content=body, headers=headers), 401, "SIGNATURE_INVALID")


def test_the_address_of_this_machine_is_not_what_is_signed(kiosk: Device) -> None:
    own = kiosk.signer
    kiosk.signer = Signer(own.private_key, own.facility_id, own.key_id, LOCAL_URL)
    assert_problem(kiosk.sync(), 401, "SIGNATURE_INVALID")


def test_a_query_is_signed_too(web: TestClient, database: Database, clock: HandClock) -> None:
    desk = enrolled(web, database, clock, "D1")
    assert desk.get(TOKENS).json() == []
    headers = desk.signed("GET", TOKENS, b"")
    other = TOKENS.replace(str(DAY), "2026-11-23")
    assert_problem(web.get(other, headers=headers), 401, "SIGNATURE_INVALID")


def test_unknown_revoked_and_expired_keys_get_one_answer(kiosk: Device, database: Database, clock: HandClock) -> None:
    stranger = Device(kiosk.web, clock)
    answers = [stranger.sync()]
    for table, values in (
        (station_key, {"expires_at": clock.now()}),
        (station_key, {"expires_at": None, "revoked_at": clock.now()}),
        (station_key, {"revoked_at": None}),
        (station, {"revoked_at": clock.now()}),
    ):
        with database.writer.begin() as connection:
            connection.execute(update(table).values(**values))
        answers.append(kiosk.sync())
    known = answers.pop(3)
    assert known.status_code == 200
    for answer in answers:
        assert_problem(answer, 401, "KEY_UNKNOWN")
    assert len({answer.text for answer in answers}) == 1


def test_a_key_that_will_expire_is_good_until_then(kiosk: Device, database: Database, clock: HandClock) -> None:
    with database.writer.begin() as connection:
        connection.execute(update(station_key).values(expires_at=clock.now() + timedelta(seconds=10)))
    assert kiosk.sync().status_code == 200
    clock.forward(10)
    assert_problem(kiosk.sync(), 401, "KEY_UNKNOWN")


def test_a_replay_is_refused_by_every_process(kiosk: Device, database: Database, clock: HandClock) -> None:
    body = sync_body(kiosk)
    headers = {**JSON_TYPE, **kiosk.signed("POST", "/v1/sync", body)}
    assert kiosk.web.post("/v1/sync", content=body, headers=headers).status_code == 200
    assert_problem(kiosk.web.post("/v1/sync", content=body, headers=headers), 401, "REPLAYED")
    with web_of(database, clock) as second:
        assert_problem(second.post("/v1/sync", content=body, headers=headers), 401, "REPLAYED")


def test_requests_out_of_the_window_are_told_the_time(kiosk: Device, clock: HandClock) -> None:
    body = sync_body(kiosk)
    for skew_s in (-302, 302, -86_400 * 365):
        headers = {**JSON_TYPE, **kiosk.signed("POST", "/v1/sync", body, skew_s=skew_s)}
        refused = kiosk.web.post("/v1/sync", content=body, headers=headers)
        assert_problem(refused, 401, "CLOCK_SKEW")
        assert refused.json()["server_time"] == instant_text(clock.now())
    for skew_s in (-299, 299):
        headers = {**JSON_TYPE, **kiosk.signed("POST", "/v1/sync", body, skew_s=skew_s)}
        assert kiosk.web.post("/v1/sync", content=body, headers=headers).status_code == 200


def test_what_was_signed_before_a_restore_is_refused_after_it(
    kiosk: Device, database: Database, clock: HandClock
) -> None:
    """Its nonce may be among those that the backup does not know."""
    body = sync_body(kiosk)
    headers = {**JSON_TYPE, **kiosk.signed("POST", "/v1/sync", body)}
    clock.forward(2)
    note_restored(database, clock.now())
    with web_of(database, clock) as restarted:
        refused = restarted.post("/v1/sync", content=body, headers=headers)
        assert_problem(refused, 401, "CLOCK_SKEW")
        assert refused.json()["server_time"] == instant_text(clock.now())
        fresh = {**JSON_TYPE, **kiosk.signed("POST", "/v1/sync", body)}
        assert restarted.post("/v1/sync", content=body, headers=fresh).status_code == 200


def test_only_who_holds_a_key_is_told_the_time(kiosk: Device, clock: HandClock) -> None:
    stranger = Device(kiosk.web, clock)
    stranger.signer = Signer(stranger.private_key, FACILITY, kiosk.signer.key_id, PUBLIC_URL)
    headers = {**JSON_TYPE, **stranger.signed("POST", "/v1/sync", b"{}", skew_s=-9999)}
    refused = kiosk.web.post("/v1/sync", content=b"{}", headers=headers)
    assert_problem(refused, 401, "SIGNATURE_INVALID")
    assert "server_time" not in refused.json()


def test_old_nonces_go(kiosk: Device, database: Database, clock: HandClock) -> None:
    for _ in range(40):
        kiosk.get("/v1/tokens")
    clock.forward(KEPT.total_seconds() + 1)
    sweeping = next(text for text in map("{:016d}".format, range(9_999)) if zlib.crc32(text.encode()) % SWEEP_EACH == 0)
    kiosk.web.get("/v1/tokens", headers=kiosk.signed("GET", "/v1/tokens", b"", nonce=sweeping))
    with database.reader.begin() as connection:
        assert connection.execute(select(nonce.c.nonce)).scalars().all() == [sweeping]


def test_two_signatures_are_refused(kiosk: Device) -> None:
    body = sync_body(kiosk)
    headers = {**JSON_TYPE, **kiosk.signed("POST", "/v1/sync", body)}
    for name in ("Signature-Input", "Signature"):
        headers[name] += ", " + headers[name].replace("kiosk=", "other=", 1)
    assert_problem(kiosk.web.post("/v1/sync", content=body, headers=headers), 401, "SIGNATURE_INVALID")


def test_each_kind_of_station_has_its_own_rights(web: TestClient, database: Database, clock: HandClock) -> None:
    kiosk, desk, board = (enrolled(web, database, clock, name) for name in ("K1", "D1", "B1"))
    assert_problem(kiosk.get(TOKENS), 403, "FORBIDDEN")
    assert desk.get(TOKENS).status_code == board.get(TOKENS).status_code == 200
    assert_problem(board.sync(), 403, "FORBIDDEN")
    assert desk.sync().status_code == 200


def test_a_station_is_at_home_in_its_own_facility_only(kiosk: Device) -> None:
    chain = Chain(store_id=kiosk.store_id, facility_id="IN9999999999")
    other = SyncRequest.of(chain.push(), "IN9999999999").json_bytes()
    assert_problem(kiosk.post("/v1/sync", other), 403, "FORBIDDEN")


def test_unsigned_requests_end_with_the_first_import(database: Database, clock: HandClock) -> None:
    chain = Chain().issue_many(1)
    body = SyncRequest.of(chain.push(), FACILITY).json_bytes()
    with web_of(database, clock) as web:
        assert web.post("/v1/sync", content=body, headers=JSON_TYPE).status_code == 200
        assert len(web.get(TOKENS).json()) == 1
        with database.writer.begin() as connection:
            connection.execute(update(facility).values(config_revision=1))
        assert_problem(web.post("/v1/sync", content=body, headers=JSON_TYPE), 403, "FORBIDDEN")
        assert_problem(web.get(TOKENS), 403, "FORBIDDEN")
        assert web.get(TOKENS.replace(FACILITY, "IN9999999999")).json() == []


def test_a_server_that_others_can_reach_takes_nothing_unsigned(database: Database, clock: HandClock) -> None:
    with web_of(database, clock, is_open=False) as web:
        refused = web.get(TOKENS)
        assert_problem(refused, 401, "SIGNATURE_MISSING")
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert_problem(web.post("/v1/sync", content=b"{}", headers=JSON_TYPE), 401, "SIGNATURE_MISSING")


def test_a_page_that_took_our_address_is_refused(web: TestClient) -> None:
    for host in ("rebound.example", "127.0.0.1.example:8765", "", "[::1", "10.0.0.1", "localhost.", "@"):
        assert_problem(web.get(TOKENS, headers={"Host": host}), 403, "HOST_FOREIGN")


def test_what_an_old_proxy_passes_on_has_to_be_signed(database_url: str) -> None:
    """As nginx does it without being told anything: in HTTP/1.0, with the Host of the server behind it."""
    head = "Host: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with running_server(database_url) as server:
        port = urlsplit(server.url).port
        answers = {}
        for version in ("1.0", "1.1"):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as proxy, proxy.makefile("rb") as answer:
                proxy.sendall(f"GET {TOKENS} HTTP/{version}\r\n{head}".encode())
                answers[version] = answer.read()
        direct = HttpServer(server.url, FACILITY)
        with closing(direct):
            assert direct.exchange(Chain().push()).acked_seq == 0
    assert answers["1.0"].split(b" ")[1] == b"403"
    assert b"HOST_FOREIGN" in answers["1.0"]
    assert answers["1.1"].split(b" ")[1] == b"200"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_on_this_machine_is_heard(database_url: str) -> None:
    with running_server(database_url) as server:
        told = subprocess.run(["curl", "-sS", f"{server.url}{TOKENS}"], capture_output=True, timeout=60, check=True)
    assert told.stdout == b"[]"


@pytest.mark.parametrize("name", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
def test_what_a_proxy_passes_on_has_to_be_signed(kiosk: Device, name: str) -> None:
    other = TOKENS.replace(FACILITY, "IN9999999999")
    assert_problem(kiosk.web.get(other, headers={name: ""}), 403, "HOST_FOREIGN")
    body = sync_body(kiosk)
    assert_problem(kiosk.web.post("/v1/sync", content=body, headers={**JSON_TYPE, name: "x"}), 403, "HOST_FOREIGN")
    assert kiosk.post("/v1/sync", body, **{name: "203.0.113.7"}).status_code == 200


def test_this_machine_has_several_names(web: TestClient) -> None:
    other = TOKENS.replace(FACILITY, "IN9999999999")
    for host in ("127.0.0.1", "127.0.0.9:1", "localhost:8765", "LOCALHOST", "[::1]:8765"):
        assert web.get(other, headers={"Host": host}).status_code == 200


def test_one_station_cannot_take_all(kiosk: Device, database: Database, clock: HandClock) -> None:
    at = 0.0
    with web_of(database, clock, limits=usual_limits(lambda: at)) as web:
        kiosk.web = web
        answers = [kiosk.get("/v1/tokens") for _ in range(102)]
        assert [answer.status_code for answer in answers] == [422] * 100 + [429] * 2
        assert_problem(answers[-1], 429, "RATE_LIMITED")
        assert answers[-1].headers["retry-after"] == "1"
        other = enrolled(web, database, clock, "D1")
        assert other.get(TOKENS).status_code == 200
        at = 0.5
        assert [kiosk.get("/v1/tokens").status_code for _ in range(6)] == [422] * 5 + [429]


def test_refusals_say_nothing_of_what_was_sent(kiosk: Device) -> None:
    secret = "91-0000-0000-0018"
    body = json.dumps({"name": secret}).encode()
    signed = kiosk.signed("POST", "/v1/sync", body)
    wrong = {**JSON_TYPE, **signed, "Content-Digest": signed["Content-Digest"].replace("=:", f"={secret}:")}
    with structlog.testing.capture_logs() as lines:
        refusals = [
            kiosk.web.post("/v1/sync", content=body, headers=wrong),
            kiosk.web.post("/v1/sync", content=body, headers={**JSON_TYPE, "Authorization": f"Bearer {secret}"}),
            kiosk.web.post("/v1/sync", content=body, headers={**JSON_TYPE, "Signature-Input": secret}),
        ]
    for refused in refusals:
        assert refused.status_code == 401
        assert secret not in refused.text + str(refused.headers)
    assert [line["event"] for line in lines] == ["refused"] * 3
    assert lines[0]["facility_id"] == FACILITY
    assert lines[0]["key_id"] == kiosk.signer.key_id
    for line in lines:
        assert set(line) == {"event", "log_level", "status", "code", "path", "facility_id", "key_id"}
        assert line["path"] == "/v1/sync"
        assert secret not in str(line)


_WILD = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200),
    st.from_regex(
        r'\A[a-z]{1,3}=\(("@?[a-z-]{1,12}" ?){0,4}\)(;(keyid|created|nonce)=("[ -!#-\[\]-~]{0,60}"|[0-9]{1,9})){0,4}\Z'
    ),
    st.just(f'k=("@method");keyid="{FACILITY}/{uuid.UUID(int=7)}";created=1'),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(signature_input=_WILD, signature=_WILD, authorization=st.one_of(st.none(), _WILD))
def test_wild_headers_are_refused(
    kiosk: Device, signature_input: str, signature: str, authorization: str | None
) -> None:
    headers = {"Signature-Input": signature_input, "Signature": signature, "Content-Digest": signature}
    if authorization is not None:
        headers["Authorization"] = authorization
    assert kiosk.web.get(TOKENS, headers=headers).status_code == 401
