"""A bound on how many requests one process has in its hands."""

from collections.abc import Collection

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.server.problems import ProblemError, problem

REQUESTS = 64
"""At a time. Full pushes take such a process 50 ms each: these are through in 3 s, before a station gives up after 10.
Work for one that has given up is for nothing, and comes again: in the bench's storm, 400 took half as long again."""
ARRIVING = 512
"""More whose bodies are still on their way. They are no work, but up to MAX_REQUEST_BYTES of memory each: 1 GiB."""
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
        self, app: ASGIApp, apart: Collection[str], most: int = REQUESTS, most_arriving: int = ARRIVING
    ) -> None:
        self._app, self._apart = app, apart
        self._most, self._most_arriving = most, most_arriving
        self._inside = self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._apart:
            await self._app(scope, receive, send)
        elif self._arriving >= self._most_arriving:
            _log.warning("crowded", arriving=self._arriving)
            answer = problem(*_BUSY)
            answer.headers.update(_HEADERS)
            await answer(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_inside = False

        async def hear() -> Message:
            nonlocal is_inside
            message = await receive()
            if not is_inside and _is_last(message):
                self._let_in()
                is_inside = True
            return message

        self._arriving += 1
        try:
            await self._app(scope, hear, send)
        finally:
            if is_inside:
                self._inside -= 1
            else:
                self._arriving -= 1

    def _let_in(self) -> None:
        """Raises within whoever reads the body, so that the application answers it as any other problem."""
        if self._inside >= self._most:
            _log.warning("crowded", requests=self._inside)
            raise ProblemError(*_BUSY, headers=_HEADERS)
        self._arriving -= 1
        self._inside += 1


def _is_last(message: Message) -> bool:
    return message["type"] == "http.request" and not message.get("more_body", False)
