"""How much one caller may ask of one server process: token buckets, few and small."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.server.problems import RefusedError

STATION_PER_S, STATION_BURST = 10.0, 100
"""A station asks once in a few seconds. With all it has kept for ten days, 225 pushes, it is through in 13 s; one that
runs wild gets a fiftieth of what a small server can do."""
FAILED_PER_S, FAILED_BURST = 1.0, 30
"""Codes that fit no station, all together. A code has 40 bits and lives ten minutes, in which a guesser has 30 + 600 of
2^40 = 1.1e12 tries: 6e-10 for each code that waits, and 3e-5 in a year of which every minute has one. So one a second
is let through whatever came before, rather than that one who sends wrong codes keeps all others from enrolling; each
takes 50 ms of scrypt, a twentieth of a processor."""
MOST_BUCKETS = 10_000


class Buckets:
    """A bucket of ``burst`` tokens for each name, refilled with ``per_s`` a second. Safe for threads.

    At most ``most`` are kept; the one not used for longest goes first, as it is the likeliest to be full again.
    """

    def __init__(self, per_s: float, burst: int, monotonic: Callable[[], float], most: int = MOST_BUCKETS) -> None:
        self._per_s, self._burst, self._monotonic, self._most = per_s, burst, monotonic, most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str) -> float:
        """Take a token; or, if there is none, the seconds until there will be one."""
        with self._lock:
            now, level = self._level(name)
            if level < 1:
                return (1 - level) / self._per_s
            self._levels[name] = (now, level - 1)
            self._levels.move_to_end(name)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
            return 0.0

    def give_back(self, name: str) -> None:
        """What was taken turned out not to count."""
        with self._lock:
            now, level = self._level(name)
            self._levels[name] = (now, min(float(self._burst), level + 1))

    def _level(self, name: str) -> tuple[float, float]:
        now = self._monotonic()
        then, level = self._levels.get(name, (now, float(self._burst)))
        return now, min(float(self._burst), level + (now - then) * self._per_s)


@dataclass(frozen=True)
class Limits:
    """Of one application: by station or API key, and for codes that fit no station."""

    callers: Buckets
    failed_codes: Buckets


def usual_limits(monotonic: Callable[[], float] = time.monotonic) -> Limits:
    return Limits(
        Buckets(STATION_PER_S, STATION_BURST, monotonic),
        Buckets(FAILED_PER_S, FAILED_BURST, monotonic),
    )


def too_many(wait_s: float, *, facility_id: str = "", key_id: str = "") -> RefusedError:
    """The refusal that says when to come back, in whole seconds."""
    headers = {"Retry-After": str(max(1, math.ceil(wait_s)))}
    title = "too many requests; wait as long as Retry-After says"
    return RefusedError(429, "RATE_LIMITED", title, headers=headers, facility_id=facility_id, key_id=key_id)
