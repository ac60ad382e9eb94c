"""The client against a gateway that keeps to the published documents."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from kiosk.abdm.answers import ShareAnswer, answer_to
from kiosk.abdm.gateway import Gateway
from kiosk.abdm.share import Version
from tests.abdm.faults import Fault
from tests.abdm.gateway import CLIENT_SECRET, AbdmGateway, Answered, running_gateway
from tests.abdm.hospital import line_to, settings_for
from tests.abdm.http_server import Given
from tests.abdm.phone import body_v3
from tests.abdm.shapes import UUID4_TEXT
from tests.abdm.test_share import parsed
from tests.abdm.told import CLOSED, NOW, REQUEST_ID, TOKEN, failure
from tests.fakes import FakeClock


def sent(theirs: AbdmGateway, route: str = "on_share") -> object:
    return json.loads(theirs.asked(route)[-1].body)


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_a_token_is_told_in_the_published_form(ours: Gateway, theirs: AbdmGateway) -> None:
    own_id = ours.on_share(TOKEN)
    assert sent(theirs) == {
        "acknowledgement": {
            "status": "SUCCESS",
            "abhaAddress": "ashadevi@sbx",
            "profile": {"context": "OPD1", "tokenNumber": "MS-017", "expiry": "1800"},
        },
        "response": {"requestId": REQUEST_ID},
    }
    headers = theirs.asked("on_share")[0].headers
    assert UUID4_TEXT.fullmatch(own_id)
    assert headers["request-id"] == own_id
    assert headers["timestamp"] == "2026-11-23T03:30:00.123Z"
    assert headers["x-cm-id"] == "sbx"
    assert headers["x-hip-id"] == "IN0000000000"
    assert headers["content-type"] == "application/json"
    assert re.fullmatch(r"Bearer [\w-]{40,}", headers["authorization"])
    assert theirs.answers[REQUEST_ID] == [Answered("MS-017", "", "1800", "OPD1")]
    assert not theirs.violations


def test_a_failure_is_told_in_the_published_form(ours: Gateway, theirs: AbdmGateway) -> None:
    ours.on_share(CLOSED)
    assert sent(theirs) == {
        "error": {"code": "ABDM-9999", "message": "Closed now."},
        "response": {"requestId": REQUEST_ID},
    }
    assert not theirs.violations


@pytest.mark.parametrize("told", [TOKEN, CLOSED])
def test_version_one_has_its_own_form(ours: Gateway, theirs: AbdmGateway, told: ShareAnswer) -> None:
    old = ShareAnswer(Version.V1, told.hip_id, REQUEST_ID, "12", told.abha_address, told.label, told.reason)
    own_id = ours.on_share(old)
    body = sent(theirs, "on_share_v1")
    head = {"requestId": own_id, "timestamp": "2026-11-23T03:30:00.123Z", "resp": {"requestId": REQUEST_ID}}
    if told is TOKEN:
        done = {"status": "SUCCESS", "healthId": "ashadevi@sbx", "tokenNumber": "MS-017"}
        assert body == {**head, "acknowledgement": done}
    else:
        failed = {"status": "FAILURE", "healthId": "ashadevi@sbx"}
        assert body == {**head, "acknowledgement": failed, "error": {"code": 1000, "message": "Closed now."}}
    assert not theirs.violations


def test_an_answer_is_made_from_the_share() -> None:
    told = answer_to(parsed(body_v3()), label="MS-017")
    assert told == TOKEN
    assert answer_to(parsed(body_v3()), reason="Closed now.") == CLOSED
    assert "ashadevi" not in repr(told)


def test_the_session_is_opened_in_the_published_form_and_kept(ours: Gateway, theirs: AbdmGateway) -> None:
    ours.on_share(TOKEN)
    ours.on_share(TOKEN)
    assert len(theirs.asked("sessions")) == 1
    assert sent(theirs, "sessions") == {
        "clientId": "SBX_000000",
        "clientSecret": CLIENT_SECRET,
        "grantType": "client_credentials",
    }
    assert "authorization" not in theirs.asked("sessions")[0].headers
    ids = [asked.headers["request-id"] for _, asked in theirs.requests]
    assert len(set(ids)) == len(ids) == 3


def test_keys_bridge_and_services(ours: Gateway, theirs: AbdmGateway) -> None:
    assert ours.certs() == {"keys": [key.jwk() for key in theirs.keys]}
    ours.register_bridge("https://opd.example.org")
    assert theirs.bridge_url == "https://opd.example.org"
    assert sent(theirs, "bridge") == {"url": "https://opd.example.org"}
    services = ours.bridge_services()["services"]
    assert isinstance(services, list)
    assert services[0]["types"] == ["HIP"]
    theirs.fail("services", Fault(Given(204)))
    assert ours.bridge_services() == {}


# --- the session -----------------------------------------------------------------------------------------------------


def test_a_session_is_renewed_half_a_minute_before_its_end(
    ours: Gateway, theirs: AbdmGateway, clock: FakeClock
) -> None:
    ours.on_share(TOKEN)
    clock.move(timedelta(seconds=1169))
    ours.on_share(TOKEN)
    assert len(theirs.asked("sessions")) == 1
    clock.move(timedelta(seconds=1))
    ours.on_share(TOKEN)
    assert len(theirs.asked("sessions")) == 2
    assert len(theirs.asked("on_share")) == 3


def test_a_refused_session_is_dropped_and_the_request_made_once_more(ours: Gateway, theirs: AbdmGateway) -> None:
    ours.on_share(TOKEN)
    theirs.forget_sessions()
    ours.on_share(TOKEN)
    assert [name for name, _ in theirs.requests] == ["sessions", "on_share", "on_share", "sessions", "on_share"]
    assert not theirs.violations


@pytest.mark.parametrize("body", [b'{"code":"900901"}', b'{"error":{"code":"ABDM-2500: "}}'])
def test_a_session_refused_in_other_words_is_dropped_too(ours: Gateway, theirs: AbdmGateway, body: bytes) -> None:
    theirs.fail("on_share", Fault(Given(400, body)))
    ours.on_share(TOKEN)
    assert len(theirs.asked("sessions")) == 2


def test_a_new_session_that_is_refused_as_well_ends_it(ours: Gateway, theirs: AbdmGateway) -> None:
    refused = Fault(Given(401, b'{"code":"900901","message":"Invalid Credentials"}'))
    theirs.fail("on_share", refused, refused)
    error = failure(lambda: ours.on_share(TOKEN))
    assert (error.code, error.transient, error.status) == ("900901", False, 401)
    assert len(theirs.asked("on_share")) == 2


def test_wrong_credentials_are_told_as_such(ours: Gateway, theirs: AbdmGateway) -> None:
    theirs.secret = "another"
    error = failure(ours.open_session)
    assert (error.code, error.transient, error.status) == ("900901", False, 401)
    assert "client id and secret" in str(error)


def test_a_session_can_be_opened_anew_at_will(ours: Gateway, theirs: AbdmGateway) -> None:
    ours.open_session()
    ours.open_session()
    assert len(theirs.asked("sessions")) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"accessToken":"x"}',
        b'{"accessToken":"","expiresIn":1200}',
        b'{"accessToken":7,"expiresIn":1200}',
        b'{"accessToken":"x\\r\\nX-Evil: 1","expiresIn":1200}',
        b'{"accessToken":"\xc3\xa9","expiresIn":1200}',
        b'{"accessToken":"x","expiresIn":"soon"}',
        b'{"accessToken":"x","expiresIn":-5}',
    ],
)
def test_a_session_that_makes_no_sense(ours: Gateway, theirs: AbdmGateway, body: bytes) -> None:
    theirs.fail("sessions", Fault(Given(200, body)))
    error = failure(ours.open_session)
    assert (error.code, error.transient) == ("GATEWAY_GARBAGE", True)


def test_many_threads_share_one_session(ours: Gateway, theirs: AbdmGateway) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: ours.on_share(TOKEN), range(24)))
    assert len(set(ids)) == 24
    assert len(theirs.asked("sessions")) == 1
    assert not theirs.violations


def test_threads_that_wait_for_a_session_share_its_failure(theirs: AbdmGateway) -> None:
    told = threading.Event()
    theirs.fail("sessions", Fault(Given(503), held=told))
    clock = TickingClock()
    with line_to(theirs, clock) as ours, ThreadPoolExecutor(4) as pool:
        first = pool.submit(failure, lambda: ours.on_share(TOKEN))
        while not theirs.asked("sessions"):
            assert not first.done()
        others = [pool.submit(failure, lambda: ours.on_share(TOKEN)) for _ in range(3)]
        while clock.asked < 3 + 2:  # each has looked at the clock, and stands before the lock
            assert not any(other.done() for other in others)
        told.set()
        assert {waiting.result(10).code for waiting in (first, *others)} == {"GATEWAY_BUSY"}
    assert len(theirs.asked("sessions")) == 1


class TickingClock(FakeClock):
    """Each look at it is later than the one before."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self._lock = threading.Lock()
        self.asked = 0

    def monotonic(self) -> float:
        with self._lock:
            self.asked += 1
            return self.asked / 1000


# --- clocks and secrets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead_s", [0, 90, -90])
def test_the_gateways_clock_is_noted(clock: FakeClock, ahead_s: int) -> None:
    with (
        running_gateway(lambda: clock.now() + timedelta(seconds=ahead_s)) as theirs,
        line_to(theirs, clock) as ours,
    ):
        assert ours.clock_skew_s is None
        ours.open_session()
        assert ours.clock_skew_s == pytest.approx(ahead_s, abs=1)


def test_a_wrong_clock_is_named(theirs: AbdmGateway) -> None:
    with line_to(theirs, FakeClock(NOW + timedelta(minutes=10))) as ours:
        error = failure(ours.open_session)
    assert (error.code, error.transient) == ("ABDM-2402", False)
    assert "clock" in str(error)


def test_no_secret_is_shown(theirs: AbdmGateway, clock: FakeClock) -> None:
    with line_to(theirs, clock) as ours, capture_logs() as logs:
        ours.on_share(TOKEN)
        token = theirs.asked("on_share")[0].headers["authorization"].split()[1]
        theirs.fail("on_share", Fault(Given(400, theirs.asked("on_share")[0].body)))
        error = failure(lambda: ours.on_share(TOKEN))
        told = f"{error!r} {logs} {vars(ours)} {vars(vars(ours)['_session'])} {settings_for(theirs)}"
    assert not [secret for secret in (CLIENT_SECRET, token, "ashadevi") if secret in told]
