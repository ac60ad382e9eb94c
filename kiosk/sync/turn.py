"""Whose turn it is to speak with the server and write its answer down: what was said earlier is written earlier."""

import threading
from types import TracebackType

from kiosk.errors import ServerError


class Turn:
    """``lock`` as a context that is waited for ``patience_s`` at most.

    The sync thread holds the same lock during each round trip. Else an answer that the server gave before a call could
    be written down after it, and the called token would wait again.

    Raises (on entering):
        ServerError: code SERVER_TIMEOUT.
    """

    def __init__(self, lock: threading.Lock, patience_s: float = 2.0) -> None:
        self._lock, self._patience_s = lock, patience_s

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._patience_s):
            raise ServerError("another exchange with the server takes too long", code="SERVER_TIMEOUT")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()
