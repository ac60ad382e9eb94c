"""Of a store, only what sync needs: an outbox, a cursor, and what was pulled."""

from datetime import datetime

from kiosk.errors import StoreForkError
from kiosk.model.events import Event
from kiosk.model.exchange import Enrolment, Parked, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from tests.sync.chain import Chain


class FakeStore:
    """``kiosk.sync.loop.Outbox`` over a Chain; an enrolled one begins anew after a fork."""

    def __init__(self, chain: Chain, enrolled: Enrolment | None = None) -> None:
        self.chain = chain
        self.enrolled = enrolled
        self.kept: PulledConfiguration | None = None
        self.grant: StoreGrant | None = None
        self.former: Chain | None = None
        self.left: Chain | None = None
        self.acked_seq = 0
        self.cursor = 0
        self.pulled: list[Event] = []
        self.parked: list[Parked] = []
        self.synced_at: datetime | None = None
        self.forked_at: datetime | None = None

    def next_push(self, limit: int) -> Push:
        return self.chain.push(self.acked_seq + 1, self.acked_seq + limit, cursor=self.cursor)

    def synced(self, pull: Pull, now: datetime) -> None:
        if pull.acked_seq > len(self.chain.events):
            raise StoreForkError("the server holds more of us than we ever wrote")
        self.acked_seq = pull.acked_seq
        self.cursor, self.synced_at = pull.cursor, now
        self.pulled += pull.events
        self.parked += pull.parked

    def note_fork(self, now: datetime) -> None:
        self.forked_at = now

    def begin_anew(self, now: datetime, reserve: str | None = None) -> None:
        self.former, self.chain = self.chain, Chain(reserve or "")
        self.former_acked, self.acked_seq = self.acked_seq, 0

    def claim(self) -> StoreClaim | None:
        if self.former is None:
            return None
        orphans = tuple(event.event_id for event in self._orphans(self.former))
        return StoreClaim(self.chain.store_id, self.former.store_id, self.chain.series or None, orphans)

    def _orphans(self, former: Chain) -> list[Event]:
        adopted = {event.event_id for event in self.chain.events}
        return [event for event in former.events[self.former_acked :] if event.event_id not in adopted]

    def claim_again(self) -> None:
        self.former, self.former_acked = self.left, 0
        self.acked_seq = self.cursor = 0

    def granted(self, grant: StoreGrant, now: datetime) -> None:
        assert self.former is not None
        self.grant, self.chain.series = grant, grant.series
        for event in self._orphans(self.former):
            if event.event_id not in grant.held:
                self.chain.write(event.kind, event.token_id, event_id=event.event_id, **event.body)
        self.left, self.former = self.former, None

    def enrolment(self) -> Enrolment | None:
        return self.enrolled

    def config_revision(self) -> int:
        return self.kept.revision if self.kept else 0

    def keep_configuration(self, pulled: PulledConfiguration, now: datetime) -> None:
        self.kept = pulled

    def unsynced(self) -> int:
        return len(self.chain.events) - self.acked_seq
