"""Listens to the server for news, so that a desk or a board asks for what changed at once, not only now and then."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import structlog

from kiosk.errors import KioskError, ServerError
from kiosk.sync.loop import pause_s
from kiosk.sync.messages import MAX_COUNT

SILENCE_S = 40.0
"""The server says something every 15 seconds: after so long without, the connection is dead."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 20.0
MAX_LINE_BYTES = 8 * 1024
_NEWS = frozenset({"changed", "configuration"})
_log = structlog.get_logger()


class NewsServer(Protocol):
    """What this needs of ``HttpServer``, which must be this thread's own: a stream keeps its connection."""

    def stream(self, last_id: int | None, silence_s: float) -> AbstractContextManager[Iterator[bytes]]: ...

    def cut(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class News:
    """One event that says that something changed; ``event_id`` is None where it has none."""

    name: str
    event_id: int | None


def news_in(untrusted_pieces: Iterable[bytes]) -> Iterator[News | None]:
    """The news of a stream of server-sent events, and None for each heartbeat.

    Raises:
        ServerError: code SERVER_GARBAGE, for a line without an end.
    """
    name, event_id = "", None
    for line in _lines(untrusted_pieces):
        field, _, value = line.partition(":")
        if line and not field:
            yield None
        elif field == "event":
            name = value.strip()
        elif field == "id":
            event_id = _number(value.strip())
        elif not line:
            if name in _NEWS:
                yield News(name, event_id)
            name, event_id = "", None


def _lines(untrusted_pieces: Iterable[bytes]) -> Iterator[str]:
    unread = b""
    for piece in untrusted_pieces:
        *whole, unread = (unread + piece).split(b"\n")
        if len(unread) > MAX_LINE_BYTES:
            raise ServerError("the server's stream has a line without an end", code="SERVER_GARBAGE")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")


def _number(untrusted_text: str) -> int | None:
    if not (untrusted_text.isascii() and untrusted_text.isdigit() and len(untrusted_text) <= 16):
        return None
    return min(int(untrusted_text), MAX_COUNT)


class LiveThread:
    """Keeps one stream open, and opens it again after ever longer pauses while that fails.

    ``on_news`` is called when something changed, ``on_connected`` when the server answers (again), ``on_lost`` with a
    code when it does not; all on this thread. The pauses that a server asks for are kept.
    """

    def __init__(
        self,
        server: NewsServer,
        on_news: Callable[[], None],
        *,
        on_connected: Callable[[], None] = lambda: None,
        on_lost: Callable[[str], None] = lambda code: None,
        silence_s: float = SILENCE_S,
        first_pause_s: float = FIRST_PAUSE_S,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._server, self._on_news, self._on_connected, self._on_lost = server, on_news, on_connected, on_lost
        self._silence_s, self._first_pause_s, self._chance = silence_s, first_pause_s, chance
        self._last_id: int | None = None
        self._failures = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """Nothing that happens at this station makes the server say more."""

    def ask_to_stop(self) -> None:
        """End now, whatever is awaited. Returns at once."""
        self._stopping.set()
        self._server.cut()

    def stop(self, deadline_s: float) -> bool:
        """End. Returns whether it has ended within ``deadline_s``."""
        self.ask_to_stop()
        self._thread.join(deadline_s)
        return not self.is_alive()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            error = self._listen()
            if self._stopping.is_set():
                break
            self._failures += 1
            _log.info("stream_ended", code=error.code)
            self._on_lost(error.code)
            self._stopping.wait(pause_s(error, self._failures, self._first_pause_s, self._chance(), LONGEST_PAUSE_S))
        self._server.close()

    def _listen(self) -> KioskError:
        """Listen until it ends. Returns why it did."""
        try:
            with self._server.stream(self._last_id, self._silence_s) as pieces:
                self._on_connected()
                for news in news_in(pieces):
                    self._take(news)
        except KioskError as error:
            return error
        except Exception:  # a bug of ours must show, but the desk goes on hearing
            _log.exception("stream_bug")
            return KioskError("a bug", code="STREAM_BUG")
        return ServerError("the server has ended the stream", code="STREAM_ENDED")

    def _take(self, news: News | None) -> None:
        self._failures = 0  # not before: a server that ends each stream at once is not asked every second
        if news is None or self._stopping.is_set():
            return
        if news.event_id is not None:
            self._last_id = news.event_id
        self._on_news()
