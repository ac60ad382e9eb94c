"""A gateway that fails in each known way, or is not there, or speaks without end."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.abdm.gateway import Gateway
from kiosk.abdm.refusals import refusal, retry_after_s
from kiosk.abdm.transport import MAX_ANSWER_BYTES, Reply
from tests.abdm.faults import Fault, access_denied, broken, cut_short, slow, too_many
from tests.abdm.gateway import AbdmGateway
from tests.abdm.hospital import line_to, settings_for
from tests.abdm.http_server import Given
from tests.abdm.told import NOW, REQUEST_ID, TOKEN, failure
from tests.fakes import FakeClock
from tests.sync.bad_server import answer, bad_server


@pytest.mark.parametrize(
    ("fault", "code", "transient", "status"),
    [
        (access_denied(), "GATEWAY_REFUSED", False, 403),
        (too_many(), "ABDM-1022", True, 429),
        (broken(), "900900", True, 500),
        (broken(502), "900900", True, 502),
        (Fault(Given(503, b'{"code":"ABDM-1024","message":"x"}')), "ABDM-1024", True, 503),
        (Fault(Given(503)), "GATEWAY_BUSY", True, 503),
        (Fault(Given(500, b"<html>")), "GATEWAY_FAILED", True, 500),
        (Fault(Given(408, b'{"error":{"code":"ABDM-1007: "}}')), "ABDM-1007", True, 408),
        (Fault(Given(404, b'{"error":{"code":"ABDM-1001"}}')), "ABDM-1001", False, 404),
        (Fault(Given(400)), "GATEWAY_REFUSED", False, 400),
        (Fault(Given(302, headers={"Location": "https://elsewhere.example"})), "GATEWAY_REFUSED", False, 302),
        (cut_short(), "GATEWAY_GARBAGE", True, None),
    ],
)
def test_what_the_gateway_says_instead(
    ours: Gateway, theirs: AbdmGateway, fault: Fault, code: str, transient: bool, status: int | None
) -> None:
    theirs.fail("on_share", fault)
    error = failure(lambda: ours.on_share(TOKEN))
    assert (error.code, error.transient, error.status) == (code, transient, status)
    ours.on_share(TOKEN)
    assert theirs.answers[REQUEST_ID][-1].label == "MS-017"
    assert not theirs.violations


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error":{"code":"ABDM-1006","message":"m"}}', "ABDM-1006"),
        (b'[{"code":"ABDM-9999: ","message":"m"}]', "ABDM-9999"),
        (b'{"code":"900901","message":"m"}', "900901"),
        (b'{"code":900901}', "900901"),
        (b'{"message":"Invalid X-token","timestamp":"2026-09-16 14:34:55"}', "GATEWAY_REFUSED"),
        (b'{"loginId":"Invalid LoginId"}', "GATEWAY_REFUSED"),
        (b"", "GATEWAY_REFUSED"),
        (b'{"code":"ashadevi@sbx"}', "GATEWAY_REFUSED"),
        (b'{"error":"text","code":null}', "GATEWAY_REFUSED"),
    ],
)
def test_all_shapes_of_error_bodies(body: bytes, code: str) -> None:
    error = refusal(Reply(400, body), NOW)
    assert (error.code, error.status) == (code, 400)
    assert "Invalid" not in str(error)


@given(
    st.integers(100, 599),
    st.binary(max_size=200) | st.from_regex(r'\[?\{"(error|code)": ?.{0,60}\}\]?').map(str.encode),
)
def test_any_error_body_is_understood(status: int, body: bytes) -> None:
    assert re.fullmatch(r"ABDM-\d{4}|\d{3,6}|GATEWAY_[A-Z]+", refusal(Reply(status, body), NOW).code)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        (" 15 ", 15.0),
        ("999999999999", 3600.0),
        ("Mon, 23 Nov 2026 03:30:30 GMT", 29.876544),
        ("Mon, 23 Nov 2026 03:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("१२", None),
    ],
)
def test_retry_after_as_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_s(text, NOW) == seconds


def test_a_busy_gateway_says_for_how_long(ours: Gateway, theirs: AbdmGateway) -> None:
    theirs.fail("on_share", too_many("7"))
    assert failure(lambda: ours.on_share(TOKEN)).retry_after_s == 7


def test_a_gateway_that_is_not_there(theirs: AbdmGateway, clock: FakeClock) -> None:
    with line_to(theirs, clock) as ours:
        theirs.url = "http://127.0.0.1:9"
        with line_to(theirs, clock) as nobody:
            error = failure(nobody.open_session)
        assert (error.code, error.transient, error.status) == ("GATEWAY_UNREACHABLE", True, None)
        ours.open_session()


def hurried(url: str) -> Gateway:
    """Waits for a fifth of a second, whatever the other does."""
    settings = replace(settings_for(AbdmGateway(url=url)), connect_s=0.2, deadline_s=0.2)
    return Gateway(settings, FakeClock(NOW))


@pytest.mark.parametrize("drop", [b"", b"H", b"HTTP/1.1 200 OK\r\nX: " + b"y"])
def test_one_byte_at_a_time_is_not_waited_for(drop: bytes) -> None:
    with bad_server(*([drop] if drop else []), *[b"y"] * 100, hangs=True) as server:
        ours = hurried(server.url)
        try:
            assert failure(ours.open_session).code in ("GATEWAY_TIMEOUT", "GATEWAY_GARBAGE")
        finally:
            ours.close()


def test_silence_has_an_end() -> None:
    with bad_server(hangs=True) as server:
        ours = hurried(server.url)
        try:
            error = failure(ours.open_session)
        finally:
            ours.close()
    assert (error.code, error.transient) == ("GATEWAY_TIMEOUT", True)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b"SSH-2.0-whatever\r\n", "GATEWAY_GARBAGE"),
        (answer(200, b"x" * (MAX_ANSWER_BYTES + 1)), "GATEWAY_GARBAGE"),
        (b"", "GATEWAY_GARBAGE"),
    ],
)
def test_what_is_no_answer(reply: bytes, code: str) -> None:
    with bad_server(reply) as server, line_to(AbdmGateway(url=server.url)) as ours:
        error = failure(ours.open_session)
    assert (error.code, error.transient) == (code, True)


def test_closing_ends_what_is_under_way(theirs: AbdmGateway, clock: FakeClock) -> None:
    told = threading.Event()
    theirs.fail("on_share", slow(told))
    with line_to(theirs, clock) as ours, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(failure, lambda: ours.on_share(TOKEN))
        while not theirs.asked("on_share"):
            assert not waiting.done()
        ours.close()
        assert waiting.result(10).transient
        assert failure(lambda: ours.on_share(TOKEN)).transient
        told.set()
