"""The server's configuration on this station: pulled whole when its revision moved, kept only if it makes sense."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from kiosk.errors import ServerError
from kiosk.model.desk import PinHash
from kiosk.model.exchange import PulledConfiguration
from kiosk.ports import Clock
from kiosk.sync.hospital_server import HospitalServer

CONFIGURATION_REFUSED = "CONFIGURATION_REFUSED"
_log = structlog.get_logger()


class Shelf(Protocol):
    """What this needs of the store; every ``ports.TokenStore`` is one."""

    def config_revision(self) -> int: ...

    def keep_configuration(self, pulled: PulledConfiguration, now: datetime) -> None: ...


class Configuring:
    """Follows the server's revision. Whatever goes wrong here holds up no token: the last good configuration stays.

    ``parse`` raises ValueError for a document that makes no sense. ``keep_pins`` is how a desk keeps what it is told of
    PINs. ``on_configured`` is called after a configuration was kept, ``on_refused`` with a code when one was not.
    """

    def __init__(
        self,
        parse: Callable[[str], object],
        *,
        keep_pins: Callable[[Sequence[PinHash], datetime], None] = lambda pins, now: None,
        on_configured: Callable[[], None] = lambda: None,
        on_refused: Callable[[str], None] = lambda code: None,
    ) -> None:
        self._parse, self._keep_pins = parse, keep_pins
        self._on_configured, self._on_refused = on_configured, on_refused
        self._refused = 0

    def follow(self, revision: int, store: Shelf, server: HospitalServer, clock: Clock) -> None:
        """Pull if the server has another revision than the store. One that was refused is not asked for again.

        Raises:
            StoreError
        """
        if revision in (0, self._refused, store.config_revision()):
            return
        try:
            pulled = server.configuration()
        except ServerError as error:
            _log.warning("configuration_not_pulled", revision=revision, code=error.code)
            return
        if not self.take(pulled, store, clock):
            self._refused = revision

    def take(self, pulled: PulledConfiguration, store: Shelf, clock: Clock) -> bool:
        """Keep ``pulled`` in place of what was kept, if it makes sense. Returns whether it does. Raises StoreError."""
        if not self._makes_sense(pulled):
            self._on_refused(CONFIGURATION_REFUSED)
            return False
        if pulled.pins is not None:
            self._keep_pins(pulled.pins, clock.now())
        store.keep_configuration(pulled, clock.now())  # last: only then is this revision not asked for again
        _log.info("configuration_kept", revision=pulled.revision)
        self._on_configured()
        return True

    def _makes_sense(self, pulled: PulledConfiguration) -> bool:
        try:
            for each in pulled.documents:
                self._parse(each.untrusted_document)
        except ValueError as error:
            # What is wrong is about departments, never about patients; cut, as it quotes the server.
            _log.error("configuration_refused", revision=pulled.revision, problem=str(error)[:500])
            return False
        return bool(pulled.documents)
