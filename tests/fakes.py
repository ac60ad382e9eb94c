"""Stand-ins written by hand: a clock that is told the time, ids that come in no order."""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta


class FakeClock:
    """Stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move(self, by: timedelta) -> None:
        """Time passes."""
        self._now += by
        self._monotonic += by.total_seconds()

    def set(self, now: datetime) -> None:
        """Somebody sets the clock; no time passes."""
        self._now = now


def shuffled_ids(seed: int = 7) -> Callable[[], str]:
    """Ids of a UUIDv7's shape in no order, so that nothing may lean on the order of ids."""
    source = random.Random(seed)

    def new_id() -> str:
        text = str(uuid.UUID(int=source.getrandbits(128)))
        return f"{text[:14]}7{text[15:]}"

    return new_id
