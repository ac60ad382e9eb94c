"""A bound on how many requests one process has in its hands."""

import asyncio
import time
from collections.abc import Callable, Collection

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.server.problems import ProblemError, problem

REQUESTS = 64
"""At a time. Full pushes take such a process 50 ms each: these are through in 3 s, before a station gives up after 10.
Work for one that has given up is for nothing, and comes again: in the bench's storm, 400 took half as long again."""
ARRIVING = 512
"""More whose bodies are still on their way. They are no work, but up to MAX_REQUEST_BYTES of memory each: 1 GiB."""
SLOW_S = 2.0
"""Whose body has been on its way for so long gives its place to the next one when all are taken. A station's is there
in milliseconds. Who wants to keep stations out must open 256 connections a second, which is a firewall's work."""
RETRY_S = 3
_BUSY = (503, "SERVER_BUSY", "the server has too much to do; wait as long as Retry-After says")
_HEADERS = {"Retry-After": str(RETRY_S)}
_log = structlog.get_logger()


class Crowd:
    """Lets no more than ``most`` requests in at a time, and no more than ``most_arriving`` send their bodies.

    A request is in once its whole body has come, so that whoever sends slowly keeps nobody else out. Those of the paths
    ``apart`` are not counted here.
    """

    def __init__(
        self,
        app: ASGIApp,
        apart: Collection[str],
        most: int = REQUESTS,
        most_arriving: int = ARRIVING,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._apart, self._monotonic = app, apart, monotonic
        self._most, self._most_arriving = most, most_arriving
        self._inside = 0
        self._arriving: dict[_Arrival, None] = {}  # the oldest first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._apart:
            await self._app(scope, receive, send)
        elif not self._has_place():
            _log.warning("crowded", arriving=len(self._arriving))
            answer = problem(*_BUSY)
            answer.headers.update(_HEADERS)
            await answer(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    def _has_place(self) -> bool:
        """Whether one more may send its body; for that a slow one may have to leave."""
        if len(self._arriving) < self._most_arriving:
            return True
        oldest = next(iter(self._arriving))
        if self._monotonic() - oldest.since_s < SLOW_S:
            return False
        del self._arriving[oldest]
        oldest.send_away()
        return True

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = _Arrival(self._monotonic())
        is_inside = False

        async def hear() -> Message:
            nonlocal is_inside
            if is_inside:
                return await receive()
            message = await arrival.hear(receive)
            if _is_last(message):
                self._let_in(arrival)
                is_inside = True
            return message

        self._arriving[arrival] = None
        try:
            await self._app(scope, hear, send)
        finally:
            self._arriving.pop(arrival, None)
            self._inside -= is_inside

    def _let_in(self, arrival: "_Arrival") -> None:
        """Raises within whoever reads the body, so that the application answers it as any other problem."""
        if self._inside >= self._most:
            _log.warning("crowded", requests=self._inside)
            raise _busy()
        self._arriving.pop(arrival, None)
        self._inside += 1


class _Arrival:
    """A request whose body is on its way."""

    def __init__(self, since_s: float) -> None:
        self.since_s = since_s
        self._is_sent_away = False
        self._waiting: asyncio.Timeout | None = None

    async def hear(self, receive: Receive) -> Message:
        """Raises ProblemError, once it is sent away."""
        if self._is_sent_away:
            raise _busy()
        try:
            async with asyncio.timeout(None) as self._waiting:
                return await receive()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting = None

    def send_away(self) -> None:
        _log.warning("slow_sender_sent_away")
        self._is_sent_away = True
        if self._waiting is not None:
            self._waiting.reschedule(0)


def _busy() -> ProblemError:
    return ProblemError(*_BUSY, headers=_HEADERS)


def _is_last(message: Message) -> bool:
    return message["type"] == "http.request" and not message.get("more_body", False)
