"""What the client signs, whom it trusts, and what it does about a clock that is wrong or a server that is busy."""

import gzip
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel

from kiosk.errors import ServerError, SettingError, StoreForkError
from kiosk.model.events import instant_text
from kiosk.model.exchange import StoreClaim, StoreGrant
from kiosk.sync.client import LONGEST_RETRY_S, HttpServer, utc_now
from kiosk.sync.messages import ConfigurationAnswer, DatedDocument, KeyAnswer, StoreAnswer, SyncAnswer
from kiosk.sync.signing import Signer, signed_url, verify
from tests.fakes import FakeClock
from tests.sync.authority import Authority, new_authority
from tests.sync.chain import FACILITY, START, Chain
from tests.sync.listening_server import Answer, Asked, ListeningServer, listening

PUBLIC = "https://opd.example.org/kiosks"
KEY_ID = "019ab3c0-0000-7000-8000-000000000001"
OTHER_ID = "019ab3c0-0000-7000-8000-000000000002"
PRIVATE = Ed25519PrivateKey.generate()
SIGNER = Signer(PRIVATE, FACILITY, KEY_ID, PUBLIC)
GOOD = Answer(200, SyncAnswer(acked_seq=0, cursor=0, more=False, server_time=START).model_dump_json().encode())
SKEWED_S = 3 * 3600.0


def problem(status: int, code: str, **more: object) -> Answer:
    return Answer(status, json.dumps({"status": status, "code": code, **more}).encode())


@contextmanager
def speaking(
    say: Callable[[Asked], Answer],
    tls: ssl.SSLContext | None = None,
    *,
    signer: Signer | None = None,
    ca_pem: str = "",
    now: Callable[[], datetime] = utc_now,
) -> Iterator[tuple[ListeningServer, HttpServer]]:
    """A server, and a client that speaks to it."""
    with (
        listening(say, tls) as server,
        closing(HttpServer(server.url, FACILITY, signer=signer, ca_pem=ca_pem, now=now)) as http,
    ):
        yield server, http


def signed_at(asked: Asked) -> datetime:
    public = PRIVATE.public_key().public_bytes_raw()
    url = signed_url(PUBLIC, asked.path)
    return verify(asked.method, url, asked.headers, asked.body, public).created


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_authority()


def test_every_request_is_signed_as_it_is_sent_under_the_public_address() -> None:
    said: dict[str, BaseModel] = {
        "/v1/stores": StoreAnswer(series="B", reserve_series=None, held=[OTHER_ID], server_time=START),
        "/v1/keys": KeyAnswer(key_id=OTHER_ID, server_time=START),
        f"/v1/configuration?facility={FACILITY}": ConfigurationAnswer(
            config_revision=7,
            documents=[DatedDocument(applies_from=date(2026, 11, 22), document={"names": {"hi": "अस्पताल"}})],
            server_time=START,
        ),
    }

    def say(asked: Asked) -> Answer:
        answer = said.get(asked.path)
        return Answer(200, answer.model_dump_json().encode()) if answer else GOOD

    with speaking(say, signer=SIGNER, now=lambda: START) as (server, http):
        http.exchange(Chain().push())
        http.exchange(Chain().issue_many(10).push())
        claim = StoreClaim(KEY_ID, OTHER_ID, None, (OTHER_ID,))
        assert http.register(claim) == StoreGrant("B", None, frozenset({OTHER_ID}))
        assert http.renew_key(b"\1" * 32) == OTHER_ID
        pulled = http.configuration()
    assert (pulled.revision, pulled.documents[0].applies_from) == (7, date(2026, 11, 22))
    assert json.loads(pulled.documents[0].untrusted_document) == {"names": {"hi": "अस्पताल"}}
    assert [signed_at(asked) for asked in server.asked] == [START.replace(microsecond=0)] * 5
    assert len({asked.headers["Signature-Input"] for asked in server.asked}) == 5, "each has its nonce"
    packed = server.asked[1]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(packed.body))["events"]) == 10
    assert server.asked[4].method == "GET"


def test_without_a_key_nothing_is_signed() -> None:
    with speaking(lambda asked: GOOD) as (server, http):
        http.exchange(Chain().push())
    assert not {name for name in server.asked[0].headers if name.lower().startswith("signature")}


@pytest.mark.parametrize("wrong_by_s", [SKEWED_S, -SKEWED_S])
def test_a_wrong_clock_is_corrected_by_the_server_and_remembered(wrong_by_s: float) -> None:
    server_time = START + timedelta(seconds=wrong_by_s)

    def say(asked: Asked) -> Answer:
        if abs(signed_at(asked) - server_time) > timedelta(seconds=300):
            return problem(401, "CLOCK_SKEW", server_time=instant_text(server_time))
        return GOOD

    clock = FakeClock(START)
    with speaking(say, signer=SIGNER, now=clock.now) as (server, http):
        assert http.clock_offset_s == 0
        http.exchange(Chain().push())
        assert http.clock_offset_s == wrong_by_s
        http.exchange(Chain().push())
    assert len(server.asked) == 3, "the second exchange is right at once"


def test_a_server_that_never_likes_the_time_is_asked_twice() -> None:
    skew = problem(401, "CLOCK_SKEW", server_time=instant_text(START))
    with speaking(lambda asked: skew, signer=SIGNER) as (server, http), pytest.raises(ServerError) as caught:
        http.exchange(Chain().push())
    assert caught.value.code == "CLOCK_SKEW"
    assert len(server.asked) == 2


@pytest.mark.parametrize(("status", "code"), [(401, "CLOCK_SKEW"), (401, "KEY_UNKNOWN"), (403, "CLOCK_SKEW")])
def test_nothing_but_a_time_makes_it_ask_again(status: int, code: str) -> None:
    with (
        listening(lambda asked: problem(status, code)) as server,
        closing(HttpServer(server.url, FACILITY, signer=SIGNER)) as http,
        pytest.raises(ServerError),
    ):
        http.exchange(Chain().push())
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "header", "wait_s"),
    [
        (429, "7", 7.0),
        (503, " 120 ", 120.0),
        (429, "999999999999", LONGEST_RETRY_S),
        (503, "", None),
        (429, "-5", None),
        (429, "Wed, 21 Oct 2026 07:28:00 GMT", None),
        (429, "१", None),
    ],
)
def test_a_busy_server_says_for_how_long(status: int, header: str, wait_s: float | None) -> None:
    busy = Answer(status, b"{}", {"Retry-After": header.encode().decode("latin-1")} if header else {})
    with speaking(lambda asked: busy) as (_, http), pytest.raises(ServerError) as caught:
        http.exchange(Chain().push())
    assert (caught.value.code, caught.value.retry_after_s) == ("SERVER_BUSY", wait_s)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "KEY_UNKNOWN", "KEY_UNKNOWN"),
        (403, "STATION_CLONED", "STATION_CLONED"),
        (409, "STORE_UNKNOWN", "STORE_UNKNOWN"),
        (422, "SCHEMA_NEWER", "SCHEMA_NEWER"),
        (403, "FORBIDDEN", "SERVER_REFUSED"),
        (500, "KEY_UNKNOWN", "SERVER_FAILED"),
    ],
)
def test_what_somebody_must_act_on_keeps_its_code(status: int, code: str, told: str) -> None:
    with (
        listening(lambda asked: problem(status, code)) as server,
        closing(HttpServer(server.url, FACILITY, signer=SIGNER)) as http,
        pytest.raises(ServerError) as caught,
    ):
        http.register(StoreClaim(KEY_ID, OTHER_ID, None, ()))
    assert caught.value.code == told


def test_registering_a_store_that_was_left_is_a_fork() -> None:
    with (
        listening(lambda asked: problem(409, "STORE_FORK")) as server,
        closing(HttpServer(server.url, FACILITY, signer=SIGNER)) as http,
        pytest.raises(StoreForkError),
    ):
        http.register(StoreClaim(KEY_ID, OTHER_ID, None, ()))


def test_the_hospitals_own_authority_is_trusted(authority: Authority, tmp_path: Path) -> None:
    with (
        listening(lambda asked: GOOD, authority.server_context(tmp_path, "localhost")) as server,
        closing(HttpServer(server.url, FACILITY, ca_pem=authority.pem)) as http,
    ):
        assert http.exchange(Chain().push()).acked_seq == 0


@pytest.mark.parametrize(
    ("pinned", "host"), [("other", "localhost"), ("none", "localhost"), ("own", "elsewhere.example")]
)
def test_another_authority_or_another_host_is_not(authority: Authority, tmp_path: Path, pinned: str, host: str) -> None:
    pem = {"other": new_authority().pem, "none": "", "own": authority.pem}[pinned]
    with (
        listening(lambda asked: GOOD, authority.server_context(tmp_path, host)) as server,
        closing(HttpServer(server.url, FACILITY, ca_pem=pem)) as http,
        pytest.raises(ServerError) as caught,
    ):
        http.exchange(Chain().push())
    assert caught.value.code == "SERVER_UNTRUSTED"
    assert server.asked == []


def test_a_pinned_authority_that_is_none_is_a_setting_error() -> None:
    for text in ("no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(SettingError, match="certificate authority"):
            HttpServer("https://localhost", FACILITY, ca_pem=text)


@pytest.mark.parametrize("url", ["http://opd.example.org", "http://192.168.1.5:8765", "http://localhost.example.org"])
def test_plain_http_never_leaves_the_machine(url: str) -> None:
    with pytest.raises(SettingError, match="only for this machine"):
        HttpServer(url, FACILITY)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.1.2.3", "http://[::1]:9", "http://localhost:8765/"])
def test_but_is_good_enough_on_it(url: str) -> None:
    HttpServer(url, FACILITY).close()


def test_the_machines_clock_is_the_default() -> None:
    before = datetime.now(UTC)
    with speaking(lambda asked: GOOD, signer=SIGNER) as (server, http):
        http.exchange(Chain().push())
    assert abs(signed_at(server.asked[0]) - before) < timedelta(seconds=30)
