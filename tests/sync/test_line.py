"""A desk's way to the server: asked twice where an answer was lost, skipped where it does not answer."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from kiosk.errors import CalledElsewhereError, NotAllowedError, ServerError, StoreForkError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.events import Kind
from kiosk.model.exchange import Parked, PatientDetails, Push
from kiosk.model.patient import PatientKeys
from kiosk.model.token import State, Token
from kiosk.sync.client import HttpServer
from kiosk.sync.line import Line
from kiosk.sync.messages import CallAnswer, CallRequest, PatientMessage, TokenMessage
from kiosk.sync.turn import Turn
from tests.sync.chain import FACILITY, INVENTED, START, Chain
from tests.sync.fake_server import FakeHospitalServer
from tests.sync.fake_store import FakeStore
from tests.sync.listening_server import Answer, Asked, listening
from tests.sync.test_signed_client import problem

REQUEST = "019ab3c0-0000-7000-8000-000000000007"
ORDER = CallOrder(REQUEST, FACILITY, date(2026, 11, 22), ("MED", "EYE"), "12", "N1")
TOKEN = Token(
    token_id="019ab3c0-0000-7000-8000-000000000008",
    facility_id=FACILITY,
    service_day=date(2026, 11, 22),
    department="MED",
    series="A",
    number=17,
    label="MA-017",
    queue_department="MED",
    store_id="019ab3c0-0000-7000-8000-000000000009",
    issued_at=START,
    moved_at=START,
    queued_at=START,
    keys=PatientKeys("a" * 64, None),
    state=State.CALLED,
    room="12",
    calls=1,
    called_at=START,
    act_id=REQUEST,
)


@dataclass
class MovingClock:
    """Stands, but for what a server takes to answer."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 4, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class CallingServer(FakeHospitalServer):
    """Raises ``call_faults`` one by one, each after ``takes_s``; then the order is answered."""

    clock: MovingClock
    call_faults: list[Exception] = field(default_factory=list)
    takes_s: float = 0.0
    heard: list[CallOrder] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def call(self, order: CallOrder) -> Called | None:
        self.heard.append(order)
        self.clock.seconds += self.takes_s
        if self.call_faults:
            raise self.call_faults.pop(0)
        return Called(TOKEN, None)


@dataclass
class Rig:
    line: Line
    server: CallingServer
    store: FakeStore
    parked: list[Parked]


def rig(events: int = 0, *faults: Exception, takes_s: float = 0.0) -> Rig:
    clock = MovingClock()
    server, store = CallingServer(clock, list(faults), takes_s), FakeStore(Chain().issue_many(events))
    parked: list[Parked] = []

    def note(told: Sequence[Parked]) -> None:
        parked.extend(told)

    return Rig(Line(store, server, clock, note), server, store, parked)


def failed(act: Callable[[], object]) -> str:
    with pytest.raises(ServerError) as caught:
        act()
    return caught.value.code


@pytest.mark.parametrize("code", ["SERVER_UNREACHABLE", "SERVER_TIMEOUT", "SERVER_GARBAGE", "SERVER_FAILED"])
def test_where_the_answer_was_lost_the_same_order_is_made_once_more(code: str) -> None:
    here = rig(0, ServerError("lost", code=code))
    assert here.line.call(ORDER) == Called(TOKEN, None)
    assert here.server.heard == [ORDER, ORDER]
    assert not here.line.is_down


def test_after_two_failures_the_server_is_skipped_until_it_is_reached() -> None:
    here = rig(1, ServerError("lost"), ServerError("lost"))
    assert failed(lambda: here.line.call(ORDER)) == "SERVER_UNREACHABLE"
    assert failed(lambda: here.line.call(ORDER)) == "SERVER_SKIPPED"
    assert failed(here.line.push) == "SERVER_SKIPPED"
    assert (len(here.server.heard), here.server.exchanges) == (2, 0)
    here.line.reached()
    here.line.push()
    assert here.line.call(ORDER) is not None


def test_nobody_waits_for_a_slow_server_twice() -> None:
    here = rig(0, ServerError("slow", code="SERVER_TIMEOUT"), takes_s=4.0)
    assert failed(lambda: here.line.call(ORDER)) == "SERVER_TIMEOUT"
    assert len(here.server.heard) == 1
    assert here.line.is_down


@pytest.mark.parametrize("error", [CalledElsewhereError("4"), NotAllowedError("no")])
def test_a_refusal_is_an_answer(error: Exception) -> None:
    here = rig(0, error)
    with pytest.raises(type(error)):
        here.line.call(ORDER)
    assert (len(here.server.heard), here.line.is_down) == (1, False)


def test_a_server_that_does_not_want_us_is_not_down() -> None:
    here = rig(0, ServerError("who are you", code="KEY_UNKNOWN"))
    assert failed(lambda: here.line.call(ORDER)) == "KEY_UNKNOWN"
    assert not here.line.is_down


@pytest.mark.parametrize(("code", "is_down"), [("SERVER_TIMEOUT", True), ("SYNC_BUG", False), ("STORE_FULL", False)])
def test_what_the_sync_thread_finds_out_counts(code: str, is_down: bool) -> None:
    here = rig()
    here.line.lost(code)
    assert here.line.is_down is is_down


def test_a_push_says_all_and_tells_what_was_parked() -> None:
    here = rig(450)
    here.store.chain.write(Kind.TOKEN_CALLED, here.store.chain.store_id)
    here.line.push()
    assert (here.store.unsynced(), here.server.exchanges) == (0, 3)
    assert here.parked == [Parked(451, "TOKEN_UNKNOWN")]


def test_a_push_that_is_too_long_is_given_up() -> None:
    here = rig(1200)
    assert failed(here.line.push) == "SERVER_BEHIND"
    assert here.server.exchanges == 5
    here.line.push()
    assert here.store.unsynced() == 0


def test_a_fork_is_left_to_the_sync_thread() -> None:
    here = rig(1)
    here.server.forked.add(here.store.chain.store_id)
    assert failed(here.line.push) == StoreForkError.code
    assert here.store.forked_at is None


def test_a_push_without_an_answer_closes_the_line() -> None:
    here = rig(1)
    here.server.faults = [ServerError("gone")]
    assert failed(here.line.push) == "SERVER_UNREACHABLE"
    assert here.line.is_down


# --- the turn ---------------------------------------------------------------------------------------------------------


def test_a_turn_is_waited_for_but_not_for_long() -> None:
    lock = threading.Lock()
    turn = Turn(lock, 0.01)
    with turn:
        assert lock.locked()
        assert failed(turn.__enter__) == "SERVER_TIMEOUT"
    assert not lock.locked()
    with turn:
        pass


# --- on the wire ------------------------------------------------------------------------------------------------------


def answered(token: Token | None = TOKEN) -> Answer:
    message = CallAnswer(
        token=TokenMessage.of(token) if token else None,
        patient=PatientMessage.of(PatientDetails(TOKEN.token_id, INVENTED)) if token else None,
        server_time=START,
    )
    return Answer(200, message.model_dump_json().encode())


def asked_of(say: Answer) -> tuple[Called | None, Asked]:
    with listening(lambda asked: say) as server, closing(HttpServer(server.url, FACILITY)) as http:
        return http.call(ORDER), server.asked[0]


def test_a_call_over_http_says_who_wants_whom_and_hears_who_it_is() -> None:
    called, asked = asked_of(answered())
    assert called == Called(TOKEN, INVENTED)
    assert (asked.method, asked.path) == ("POST", "/v1/calls")
    assert CallRequest.model_validate_json(asked.body).order() == ORDER


def test_nobody_waits() -> None:
    assert asked_of(answered(None))[0] is None


@pytest.mark.parametrize(
    ("say", "kind", "code"),
    [
        (problem(409, "CALLED_ELSEWHERE", room="4"), CalledElsewhereError, "CALLED_ELSEWHERE"),
        (problem(409, "NOT_CALLABLE"), NotAllowedError, "NOT_CALLABLE"),
        (problem(409, "ROOM_CLOSED"), NotAllowedError, "ROOM_CLOSED"),
        (problem(404, "TOKEN_UNKNOWN"), ServerError, "SERVER_REFUSED"),
        (problem(409, "REQUEST_REUSED"), ServerError, "SERVER_REFUSED"),
        (problem(422, "SERVICE_DAY_WRONG"), ServerError, "SERVICE_DAY_WRONG"),
        (problem(403, "FORBIDDEN"), ServerError, "FORBIDDEN"),
        (problem(403, "SERVICE_DAY_WRONG"), ServerError, "SERVER_REFUSED"),
        (problem(401, "KEY_UNKNOWN"), ServerError, "KEY_UNKNOWN"),
        (problem(503, "DATABASE_UNAVAILABLE"), ServerError, "SERVER_BUSY"),
        (Answer(200, b'{"token": {}, "server_time": 1}'), ServerError, "SERVER_GARBAGE"),
    ],
)
def test_each_refusal_has_its_meaning(say: Answer, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind) as caught:
        asked_of(say)
    assert getattr(caught.value, "code", "") == code


def test_the_room_that_was_first_is_named() -> None:
    with pytest.raises(CalledElsewhereError, match="room 4 "):
        asked_of(problem(409, "CALLED_ELSEWHERE", room="4"))


def test_two_threads_may_use_one_server_at_once() -> None:
    """Each waits for its turn; no answer goes to the other."""
    with listening(lambda asked: answered() if asked.path == "/v1/calls" else GOOD) as server:
        http, errors = HttpServer(server.url, FACILITY), list[BaseException]()

        def call() -> None:
            for _ in range(20):
                if http.call(ORDER) is None:
                    errors.append(AssertionError("another's answer"))

        def exchange() -> None:
            for _ in range(20):
                http.exchange(EMPTY)

        threads = [threading.Thread(target=work) for work in (call, exchange, call)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        http.close()
    assert errors == []
    assert len(server.asked) == 60


GOOD = Answer(200, b'{"acked_seq": 0, "cursor": 0, "more": false, "server_time": "2026-11-22T03:30:00.000250Z"}')
EMPTY = Push(REQUEST, (), (), 0)
