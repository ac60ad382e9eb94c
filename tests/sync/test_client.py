"""The client against servers that fail in every way: each has its code, and none takes longer than its deadline."""

import gzip
import json
import socket
import ssl
import time
from contextlib import closing

import pytest

from kiosk.errors import KioskError, ServerError, SettingError, StoreForkError
from kiosk.sync.client import HttpServer
from kiosk.sync.messages import MAX_ANSWER_BYTES, SyncAnswer
from tests.sync.bad_server import answer, bad_server
from tests.sync.chain import FACILITY, INVENTED, START, Chain

GOOD = SyncAnswer(acked_seq=0, cursor=0, more=False, server_time=START).model_dump_json().encode()
DEADLINE_S = 0.4


def failure(url: str, chain: Chain | None = None) -> KioskError:
    client = HttpServer(url, FACILITY, connect_s=DEADLINE_S, deadline_s=DEADLINE_S)
    started = time.monotonic()
    with pytest.raises(KioskError) as caught:
        client.exchange((chain or Chain()).push())
    client.close()
    assert time.monotonic() - started < DEADLINE_S + 1.0
    return caught.value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_nobody_listens() -> None:
    error = failure(f"http://127.0.0.1:{free_port()}")
    assert (error.code, "Connection refused" in str(error)) == ("SERVER_UNREACHABLE", True)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "SERVER_FAILED"),
        (503, "SERVER_BUSY"),
        (429, "SERVER_BUSY"),
        (404, "SERVER_REFUSED"),
        (302, "SERVER_GARBAGE"),
        (204, "SERVER_GARBAGE"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"code": 7}', b"[]"])
def test_every_status_has_a_code_whatever_the_body(status: int, code: str, body: bytes) -> None:
    with bad_server(answer(status, b"" if status == 204 else body)) as server:
        assert failure(server.url).code == code


def test_a_refusal_names_the_problem() -> None:
    problem = json.dumps({"title": "the request does not fit", "code": "REQUEST_INVALID", "status": 422}).encode()
    with bad_server(answer(422, problem, b"application/problem+json")) as server:
        error = failure(server.url)
    assert error.code == "SERVER_REFUSED"
    assert "REQUEST_INVALID" in str(error)


def test_409_is_a_fork_only_with_its_code() -> None:
    with bad_server(answer(409, b'{"code": "STORE_FORK"}')) as server:
        assert isinstance(failure(server.url), StoreForkError)
    with bad_server(answer(409, b'{"code": "SOMETHING_ELSE"}')) as server:
        assert failure(server.url).code == "SERVER_REFUSED"


def test_an_event_that_another_machine_sent_before_shows_a_copy() -> None:
    with bad_server(answer(422, b'{"code": "EVENT_REPEATED"}')) as server:
        assert isinstance(failure(server.url), StoreForkError)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"{}",
        b"[" * 100_000,
        GOOD[:-1],
        GOOD.replace(b'"more":false', b'"more":"no"'),
        GOOD.replace(b'"cursor":0', b'"cursor":-1'),
        GOOD.replace(b'"cursor":0', b'"cursor":1e400'),
        GOOD.replace(b"2026-11-22", b"2026-13-22"),
    ],
)
def test_200_with_garbage(body: bytes) -> None:
    with bad_server(answer(200, body)) as server:
        assert failure(server.url).code == "SERVER_GARBAGE"


def test_not_http_at_all() -> None:
    with bad_server(b"220 mail.example ESMTP\r\n") as server:
        assert failure(server.url).code == "SERVER_GARBAGE"


def test_nothing_and_then_the_end() -> None:
    with bad_server() as server:
        assert failure(server.url).code in ("SERVER_GARBAGE", "SERVER_UNREACHABLE")


def test_half_an_answer_and_then_the_end() -> None:
    with bad_server(answer(200, GOOD)[:-20]) as server:
        assert failure(server.url).code == "SERVER_GARBAGE"


def test_nothing_for_ever() -> None:
    with bad_server(hangs=True) as server:
        assert failure(server.url).code == "SERVER_TIMEOUT"


def test_half_an_answer_and_then_nothing_for_ever() -> None:
    with bad_server(answer(200, GOOD)[:-20], hangs=True) as server:
        assert failure(server.url).code == "SERVER_TIMEOUT"


@pytest.mark.parametrize("slow_part", ["head", "body"])
def test_a_byte_now_and_then_does_not_stretch_the_deadline(slow_part: str) -> None:
    whole = answer(200, GOOD + b" " * 1000)
    cut = 0 if slow_part == "head" else whole.index(b"\r\n\r\n") + 4
    pieces = [bytes([byte]) for byte in whole[cut:]]
    with bad_server(whole[:cut], *pieces) as server:
        assert failure(server.url).code == "SERVER_TIMEOUT"


def test_an_answer_without_end_is_not_kept() -> None:
    with bad_server(b"HTTP/1.1 200 OK\r\n\r\n" + GOOD + b" " * MAX_ANSWER_BYTES) as server:
        client = HttpServer(server.url, FACILITY)
        with pytest.raises(ServerError) as caught:
            client.exchange(Chain().push())
        client.close()
    assert caught.value.code == "SERVER_GARBAGE"


def test_after_a_failure_the_next_exchange_works() -> None:
    with bad_server(hangs=True) as server:
        client = HttpServer(server.url, FACILITY, deadline_s=DEADLINE_S)
        with pytest.raises(ServerError):
            client.exchange(Chain().push())
        server.reform(answer(200, GOOD))
        assert client.exchange(Chain().push()).acked_seq == 0
        client.close()
        assert client.exchange(Chain().push()).acked_seq == 0, "closing is not for ever"
        client.close()


def test_a_failure_tells_nothing_of_patients() -> None:
    named = b'{"acked_seq": "' + INVENTED.name.encode() + b'"}'
    with bad_server(answer(200, named)) as server:
        error = failure(server.url, Chain().issue_many(1))
    assert INVENTED.name not in str(error)
    assert error.__cause__ is None


def test_a_long_request_is_compressed_and_a_short_one_is_not() -> None:
    with bad_server(answer(200, GOOD)) as server:
        client = HttpServer(server.url, FACILITY)
        client.exchange(Chain().push())
        head, _, body = server.received.partition(b"\r\n\r\n")
        assert b"gzip" not in head
        assert json.loads(body)["facility_id"] == FACILITY
        client.exchange(Chain().issue_many(10).push())
        client.close()
        head, _, body = server.received.partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in head.lower()
    assert len(json.loads(gzip.decompress(body))["events"]) == 10


@pytest.mark.parametrize("url", ["", "hospital", "ftp://hospital", "http://", "file:///etc/passwd", "\0"])
def test_an_address_that_is_none_is_a_setting_error(url: str) -> None:
    with pytest.raises(SettingError):
        HttpServer(url, FACILITY)


def test_where_nothing_is_encrypted_nobody_has_to_be_trusted() -> None:
    """To read whom the system trusts takes long; a server that moves to https without being asked is refused."""
    with closing(HttpServer("http://localhost:1", FACILITY)) as server:
        trusting = server._connection._tls
    assert trusting.cert_store_stats()["x509"] == 0
    assert (trusting.verify_mode, trusting.check_hostname) == (ssl.CERT_REQUIRED, True)
