"""A desk's way to the server while somebody waits for the answer: quick, or not at all."""

from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from kiosk.errors import ServerError, StoreForkError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.exchange import Parked, Pull, Push
from kiosk.ports import Clock
from kiosk.sync.loop import BATCH, Outbox

CONNECT_S = 1.5
DEADLINE_S = 4.0
"""For the ``HttpServer`` of a line: a desk that is cut off goes on alone after so long."""
SERVER_SKIPPED = "SERVER_SKIPPED"
SERVER_BEHIND = "SERVER_BEHIND"
_AGAIN_WITHIN_S = 2.0
"""Whose answer was lost so soon is asked once more."""
_MOST_PUSHES = 5
_DOWN = frozenset(
    {"SERVER_UNREACHABLE", "SERVER_TIMEOUT", "SERVER_UNTRUSTED", "SERVER_BUSY", "SERVER_FAILED", "SERVER_GARBAGE"}
)
_LOST = frozenset({"SERVER_UNREACHABLE", "SERVER_TIMEOUT", "SERVER_FAILED", "SERVER_GARBAGE"})
"""What a call ends with that the server may have carried out."""
_log = structlog.get_logger()


class DeskServer(Protocol):
    """Both ways of speaking with the server that a desk cannot put off."""

    def exchange(self, push: Push) -> Pull: ...

    def call(self, order: CallOrder) -> Called | None: ...


class Line:
    """``desk_ports.CallServer``, with ``push``. After a failure the server is skipped until ``reached`` is called.

    So only the first patient after a cut waits for a dead server; the sync thread, in the background, finds out when it
    is back. ``on_parked`` is told of own events that the server could not apply. ``reached`` and ``lost`` may be called
    by any thread, the others by one at a time.

    ServerError's codes beside those of the server: SERVER_SKIPPED, SERVER_BEHIND (there is too much to push first).

    Attributes:
        is_down: calls skip the server now.
    """

    def __init__(
        self, store: Outbox, server: DeskServer, clock: Clock, on_parked: Callable[[Sequence[Parked]], None]
    ) -> None:
        self._store, self._server, self._clock, self._on_parked = store, server, clock, on_parked
        self.is_down = False

    def reached(self) -> None:
        """The server has answered the sync thread."""
        self.is_down = False

    def lost(self, code: str) -> None:
        """The sync thread got no answer, for ``code``."""
        if code in _DOWN and not self.is_down:
            self.is_down = True
            _log.warning("calling_alone", code=code)

    def push(self) -> None:
        """Tell the server all that this desk did. Raises ServerError, StoreError."""
        self._refuse_down()
        for _ in range(_MOST_PUSHES):
            self._push_once()
            if not self._store.unsynced():
                return
        raise ServerError("the server has not heard all of this desk's acts yet", code=SERVER_BEHIND)

    def _push_once(self) -> None:
        try:
            pull = self._server.exchange(self._store.next_push(BATCH))
            self._store.synced(pull, self._clock.now())
        except StoreForkError as error:
            # To begin anew is the sync thread's to do.
            raise ServerError("the server takes this store for a copy", code=error.code) from error
        except ServerError as error:
            self.lost(error.code)
            raise
        if pull.parked:
            self._on_parked(pull.parked)

    def call(self, order: CallOrder) -> Called | None:
        """See ``CallServer.call``. The same order again gets the same answer, so a lost one is asked for once more."""
        self._refuse_down()
        began_s = self._clock.monotonic()
        try:
            return self._server.call(order)
        except ServerError as error:
            if error.code not in _LOST or self._clock.monotonic() - began_s > _AGAIN_WITHIN_S:
                self.lost(error.code)
                raise
        try:
            return self._server.call(order)
        except ServerError as error:
            self.lost(error.code)
            raise

    def _refuse_down(self) -> None:
        if self.is_down:
            raise ServerError("the server did not answer a moment ago", code=SERVER_SKIPPED)
