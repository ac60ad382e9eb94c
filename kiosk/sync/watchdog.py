"""One deadline for a whole HTTP exchange.

HTTP clients bound each single read, so a server that sends one byte a second would hold us for ever.
"""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

_CONNECTED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Watchdog:
    """Cuts the watched client's one connection when ``with watchdog:`` has lasted ``deadline_s``.

    The client's ``trace`` extension must be ``notice``, from its first request on: it tells which connection is in use.
    """

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.has_bitten = False

    def notice(self, event: str, facts: dict[str, Any]) -> None:
        """Remember a new connection; one that comes too late is cut at once."""
        if event not in _CONNECTED:
            return
        self._socket = facts["return_value"].get_extra_info("socket")
        if self.has_bitten:
            self._cut()

    def __enter__(self) -> Self:
        self.has_bitten = False
        self._timer = threading.Timer(self._deadline_s, self.bite)
        self._timer.name = "sync-watchdog"
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def bite(self) -> None:
        """Cut the connection, or one that comes later; on any thread."""
        self.has_bitten = True
        self._cut()

    def _cut(self) -> None:
        """Ends a blocked read, which a mere close would not."""
        if self._socket is not None:
            with suppress(OSError):  # it has gone already
                # Not SSLSocket's own shutdown, which pulls the TLS state away under the reading thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
