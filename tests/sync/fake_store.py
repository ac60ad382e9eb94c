"""Of a store, only what sync needs: an outbox, a cursor, and what was pulled."""

from datetime import datetime

from kiosk.errors import StoreForkError
from kiosk.model.events import Event
from kiosk.ports import Parked, Pull, Push
from tests.sync.chain import Chain


class FakeStore:
    """``kiosk.sync.loop.Outbox`` over a Chain."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
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

    def unsynced(self) -> int:
        return len(self.chain.events) - self.acked_seq
