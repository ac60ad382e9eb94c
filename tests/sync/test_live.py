"""Hearing of news: from a real server, over networks that fail, and to the end within a deadline."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ServerError
from kiosk.model.events import instant_text
from kiosk.server.app import ServerThread, running_server
from kiosk.sync.client import HttpServer
from kiosk.sync.live import MAX_LINE_BYTES, LiveThread, News, news_in
from tests.migrated import lay_server
from tests.soak.cut_network import Weather, cut_network
from tests.sync.chain import FACILITY, Chain
from tests.sync.listening_server import Answer, Asked, listening
from tests.sync.test_signed_client import SIGNER, problem, signed_at

WAIT_S, STOP_S = 60.0, 30.0
QUICK_S = 0.05


@dataclass
class Ear:
    """What a live thread has told; each ``wait_for_…`` takes one."""

    news: "queue.SimpleQueue[None]" = field(default_factory=queue.SimpleQueue)
    connected: "queue.SimpleQueue[None]" = field(default_factory=queue.SimpleQueue)
    lost: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)

    def wait_for_news(self) -> None:
        self.news.get(timeout=WAIT_S)

    def wait_for_connection(self) -> None:
        self.connected.get(timeout=WAIT_S)

    def wait_for_loss(self) -> str:
        return self.lost.get(timeout=WAIT_S)


@contextmanager
def hearing(server: HttpServer, silence_s: float = WAIT_S) -> Iterator[Ear]:
    """A live thread that must end within the deadline, whatever it does then."""
    ear = Ear()
    thread = LiveThread(
        server,
        lambda: ear.news.put(None),
        on_connected=lambda: ear.connected.put(None),
        on_lost=ear.lost.put,
        silence_s=silence_s,
        first_pause_s=QUICK_S,
    )
    thread.start()
    try:
        yield ear
    finally:
        assert thread.stop(STOP_S)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerThread]:
    with running_server(f"sqlite:///{lay_server(tmp_path / 'server.db')}") as running:
        yield running


def push(url: str, chain: Chain) -> None:
    chain.issue(len(chain.events) + 1)
    client = HttpServer(url, FACILITY)
    client.exchange(chain.push(len(chain.events)))
    client.close()


# --- a real server ----------------------------------------------------------------------------------------------------


def test_what_changes_is_heard_at_once(server: ServerThread) -> None:
    chain = Chain()
    with hearing(HttpServer(server.url, FACILITY)) as ear:
        ear.wait_for_connection()
        ear.wait_for_news()  # how far the server has come
        for _ in range(3):
            push(server.url, chain)
            ear.wait_for_news()
    assert ear.lost.empty()


def test_a_stream_that_says_nothing_ends_within_the_deadline(server: ServerThread) -> None:
    with hearing(HttpServer(server.url, FACILITY)) as ear:
        ear.wait_for_news()


def test_what_changed_during_a_cut_is_heard_after_it(server: ServerThread) -> None:
    chain = Chain()
    with cut_network(1) as network:
        network.target_port = int(server.url.rpartition(":")[2])
        with hearing(HttpServer(network.url, FACILITY)) as ear:
            ear.wait_for_news()
            network.change(Weather.CUT)
            assert ear.wait_for_loss() in ("SERVER_GARBAGE", "SERVER_UNREACHABLE", "STREAM_ENDED")
            push(server.url, chain)
            network.change(Weather.FAIR)
            ear.wait_for_news()
    assert ear.connected.qsize() == 2


def test_a_connection_that_has_died_silently_is_made_again(server: ServerThread) -> None:
    with cut_network(2) as network:
        network.target_port = int(server.url.rpartition(":")[2])
        with hearing(HttpServer(network.url, FACILITY), silence_s=0.3) as ear:
            ear.wait_for_news()
            network.change(Weather.SILENT)
            assert ear.wait_for_loss() == "SERVER_TIMEOUT"
            network.change(Weather.CUT)
            network.change(Weather.FAIR)
            for _ in range(2):
                ear.wait_for_connection()


def test_the_end_comes_while_nobody_can_be_reached() -> None:
    with hearing(HttpServer("http://127.0.0.1:9", FACILITY)) as ear:
        for _ in range(2):
            assert ear.wait_for_loss() == "SERVER_UNREACHABLE"


# --- what a server may say --------------------------------------------------------------------------------------------


def test_a_pause_that_the_server_asks_for_is_kept() -> None:
    full = Answer(503, b'{"code": "STREAMS_FULL"}', {"Retry-After": "30"})
    with listening(lambda asked: full) as server, hearing(HttpServer(server.url, FACILITY)) as ear:
        assert ear.wait_for_loss() == "SERVER_BUSY"
        assert len(server.asked) == 1


def test_after_a_cut_the_server_is_told_what_was_heard_last() -> None:
    said = Answer(200, b"retry: 3000\n\nid: 17\nevent: changed\ndata: {}\n\n")
    with listening(lambda asked: said) as server, hearing(HttpServer(server.url, FACILITY)) as ear:
        for _ in range(2):
            ear.wait_for_news()
            assert ear.wait_for_loss() == "STREAM_ENDED"
    first, second = server.asked[:2]
    assert "Last-Event-ID" not in first.headers
    assert second.headers["Last-Event-ID"] == "17"
    assert first.headers["Accept"] == "text/event-stream"


def test_a_stream_is_asked_for_with_the_servers_time_where_ours_is_wrong() -> None:
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)

    def say(asked: Asked) -> Answer:
        if abs(signed_at(asked) - now) > timedelta(minutes=5):
            return problem(401, "CLOCK_SKEW", server_time=instant_text(now))
        return Answer(200, b"id: 1\nevent: changed\ndata: {}\n\n")

    with listening(say) as server:
        http = HttpServer(server.url, FACILITY, signer=SIGNER, now=lambda: now - timedelta(hours=3))
        with hearing(http) as ear:
            ear.wait_for_news()
        assert len(server.asked) >= 2


@pytest.mark.parametrize("status", [401, 403, 404, 500, 302])
def test_a_refusal_is_told_and_tried_again(status: int) -> None:
    with listening(lambda asked: problem(status, "WHATEVER")) as server:
        with hearing(HttpServer(server.url, FACILITY)) as ear:
            assert ear.wait_for_loss() == ear.wait_for_loss()
        assert len(server.asked) >= 2


def test_a_listener_that_fails_does_not_end_the_hearing() -> None:
    said = Answer(200, b"event: changed\ndata: {}\n\n")
    told: queue.SimpleQueue[None] = queue.SimpleQueue()

    def stumble() -> None:
        told.put(None)
        raise RuntimeError("a bug")

    with listening(lambda asked: said) as server:
        thread = LiveThread(HttpServer(server.url, FACILITY), stumble, first_pause_s=QUICK_S)
        thread.start()
        for _ in range(2):
            told.get(timeout=WAIT_S)
        thread.nudge()
        assert thread.is_alive()
        assert thread.stop(STOP_S)


# --- reading ----------------------------------------------------------------------------------------------------------

STREAM = (
    b"retry: 3000\n\n:\n\nevent: configuration\ndata: {}\n\nid: 5\nevent: changed\r\ndata: {}\r\n\r\n"
    b"event: other\nid: 9\ndata: {}\n\nid: five\nevent: changed\n\nid: \xff\xfe\n\n"
)
HEARD = [None, News("configuration", None), News("changed", 5), News("changed", None)]


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_news_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(places)]
    assert list(news_in(pieces)) == HEARD


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_stream_breaks_the_reading(pieces: list[bytes]) -> None:
    assert all(news is None or news.name in ("changed", "configuration") for news in news_in(pieces))


def test_a_line_without_an_end_is_refused() -> None:
    with pytest.raises(ServerError) as caught:
        list(news_in([b"x" * 1000] * (MAX_LINE_BYTES // 1000 + 2)))
    assert caught.value.code == "SERVER_GARBAGE"
