"""A bound on how many requests one process has in its hands."""

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from kiosk.server.problems import problem

REQUESTS = 400
"""At a time. Each may hold a body of 2 MiB, and waits for one of eight threads: this many are through in a second or
two, and a station that comes later does better to come again."""
RETRY_S = 3
_log = structlog.get_logger()


class Crowd:
    """Lets no more than ``most`` requests in at a time; those of ``apart`` are counted by whoever answers them."""

    def __init__(self, app: ASGIApp, apart: str, most: int = REQUESTS) -> None:
        self._app, self._apart, self._most = app, apart, most
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == self._apart:
            await self._app(scope, receive, send)
        elif self._inside >= self._most:
            _log.warning("crowded", requests=self._inside)
            answer = problem(503, "SERVER_BUSY", "the server has too much to do; wait as long as Retry-After says")
            answer.headers["Retry-After"] = str(RETRY_S)
            await answer(scope, receive, send)
        else:
            self._inside += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._inside -= 1
