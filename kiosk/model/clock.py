"""When the machine's clock can be believed. Kiosk PCs have dead batteries; numbers and days depend on the time."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

BRIDGED = timedelta(minutes=5)
"""A step back of up to this much is bridged: time is held until the clock has caught up."""
LEAP = timedelta(days=7)
"""A jump ahead of this much needs a server's time, or a supervisor, to confirm it."""
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No true time is earlier: a clock before it has lost its battery."""
TICK = timedelta(microseconds=1)
"""Held time goes on by this much, so that a store's order by time is its order by sequence."""


class ClockFault(StrEnum):
    BEHIND = "CLOCK_BEHIND"
    AHEAD = "CLOCK_AHEAD"


def believable_time(now: datetime, last: datetime | None, confirmed: datetime | None) -> datetime | ClockFault:
    """The time to write down for an act at ``now``, or why there is none.

    ``last`` is the newest time already written; ``confirmed`` the newest that a server or a supervisor vouched for.
    """
    if now < EARLIEST or (last is not None and last - now > BRIDGED):
        return ClockFault.BEHIND
    known = max(filter(None, (last, confirmed)), default=now)
    if now - known >= LEAP:
        return ClockFault.AHEAD
    return now if last is None or now > last else last + TICK
