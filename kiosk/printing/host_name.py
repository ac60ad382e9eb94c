"""Where a printer's name in the network leads.

Asking a name server cannot be broken off, and one that is away costs half a minute. So it is asked on a thread of its
own, and the last answer counts until there is a newer one.
"""

import errno
import socket
import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from kiosk.printing.link import unreachable

FRESH_S = 60.0
"""An older answer is asked for again, beside its use."""


def looked_up(host: str) -> tuple[str, ...]:
    """The addresses of ``host``, the best first. May take half a minute. Raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(map(_with_scope, (address for *_, address in found))))


def _with_scope(address: tuple[Any, ...]) -> str:
    """A link-local address leads nowhere without its network card, the fourth part."""
    host, scope = str(address[0]), address[3] if len(address) == 4 else 0
    return f"{host}%{scope}" if scope and "%" not in host else host


class HostName:
    """The addresses of one host. Not for two threads at once; its own one asks ``look_up``."""

    def __init__(
        self, host: str, look_up: Callable[[str], tuple[str, ...]] = looked_up, fresh_s: float = FRESH_S
    ) -> None:
        self._host, self._look_up, self._fresh_s = host, look_up, fresh_s
        self._is_address = _is_address(host)
        self._known: tuple[str, ...] = (host,) if self._is_address else ()
        self._error: Exception = OSError(errno.ETIMEDOUT, "no name server answers")
        self._answered = ""
        self._stale_at_s = 0.0
        self._asking: threading.Thread | None = None

    def addresses(self, until: float) -> tuple[str, ...]:
        """Those known, of a name that was never heard of once it is found; ``until`` as ``time.monotonic`` tells.

        The one that answered last comes first.

        Raises:
            PrinterError: PRINTER_UNREACHABLE, where the name is unknown or nobody answers in time.
        """
        if not self._is_address and (not self._known or time.monotonic() >= self._stale_at_s):
            self._ask()
        if not self._known and self._asking is not None:
            self._asking.join(max(0.0, until - time.monotonic()))
        if not self._known:
            raise unreachable(self._error) from self._error
        return tuple(sorted(self._known, key=lambda address: address != self._answered))

    def prefer(self, address: str) -> None:
        """Somebody answers there."""
        self._answered = address

    def doubt(self) -> None:
        """Nobody answers there: the printer may have another address by now."""
        self._stale_at_s = 0.0

    def _ask(self) -> None:
        if self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._take_answer, name="printer-name", daemon=True)
            self._asking.start()

    def _take_answer(self) -> None:
        try:
            self._known = self._look_up(self._host)
            self._stale_at_s = time.monotonic() + self._fresh_s
        except (OSError, UnicodeError) as error:
            self._error = error


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
