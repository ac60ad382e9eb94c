"""The far end of sync, as a Protocol: the client over HTTP is one, tests have others."""

from typing import Protocol

from kiosk.model.exchange import Pull, PulledConfiguration, Push, StoreClaim, StoreGrant


class HospitalServer(Protocol):
    """The hospital's server, as a station speaks to it."""

    def exchange(self, push: Push) -> Pull:
        """One round trip, within a finite time.

        Raises:
            ServerError: unreachable, refused, or an answer that makes no sense; nothing is known to have arrived.
            StoreForkError: the server holds other events under our sequence numbers.
        """
        ...

    def configuration(self) -> PulledConfiguration:
        """All of the facility's configuration. Raises ServerError."""
        ...

    def register(self, claim: StoreClaim) -> StoreGrant:
        """Make a new store of this station known. The same claim again gets the same grant.

        Raises:
            ServerError: code STATION_CLONED where another machine holds this station's key too: enrol again.
        """
        ...
