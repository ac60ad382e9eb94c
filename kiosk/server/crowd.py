"""A bound on how many requests one process has in its hands."""

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from kiosk.server.problems import problem

REQUESTS = 64
"""At a time. Full pushes take such a process 50 ms each: these are through in 3 s, before a station gives up after 10.
Work for one that has given up is for nothing, and comes again: in the bench's storm, 400 took half as long again."""
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
