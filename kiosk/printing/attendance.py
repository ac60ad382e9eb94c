"""Whose patient still stands there: a slip that comes out for nobody goes into another person's hand."""

import threading
from collections.abc import Iterable
from datetime import timedelta

from kiosk.ports import Clock, SlipJob

PRESENCE = timedelta(seconds=60)
"""How long a patient is taken to stand before the kiosk. A slip older than this is not printed unattended."""
SETTLING = timedelta(seconds=3)
"""A finger on "Done" may be faster than a printer: so long a slip is its patient's, whatever happens."""
PATIENT_GONE = "PATIENT_GONE"
_NEVER_S = float("-inf")
_READING_S = 0.001
"""Two clocks are not read at once."""


class Attendance:
    """Present is whoever asked for a slip within ``presence``, and has not left since.

    Who stood there before this was made, an earlier run of the program alone knew: they have all left. The time of day
    may be set at any moment, so it is asked but once, how long ago a slip was wished for; from then on seconds count.
    ``leave`` is for any thread, the others are for one.
    """

    def __init__(self, clock: Clock, presence: timedelta = PRESENCE) -> None:
        self._clock, self._presence_s = clock, presence.total_seconds()
        self._began_s = clock.monotonic()
        self._lock = threading.Lock()
        self._left_s: dict[str, float] = {}
        self._asked_s: dict[str, float] = {}

    def leave(self, token_id: str) -> None:
        """The holder of this token has left. Whoever scans the card again is back, with a new job."""
        with self._lock:
            self._left_s = self._recent(self._left_s)
            self._left_s[token_id] = self._clock.monotonic()

    def found(self, jobs: Iterable[SlipJob]) -> None:
        """These were there at a start: nobody waits for a slip of the future, the clock was set back meanwhile."""
        long_ago_s = self._clock.monotonic() - 1.5 * self._presence_s
        for job in jobs:
            if job.queued_at > self._clock.now():
                self._asked_s.setdefault(job.job_id, long_ago_s)

    def is_present(self, job: SlipJob) -> bool:
        asked_s = self._when_asked_s(job)
        with self._lock:
            left_s = self._left_s.get(job.token_id, _NEVER_S)
        has_left = asked_s <= left_s + _READING_S
        stays_s = SETTLING.total_seconds() if has_left else self._presence_s
        is_ours = asked_s >= self._began_s - _READING_S
        return is_ours and self._clock.monotonic() - asked_s <= stays_s

    def _when_asked_s(self, job: SlipJob) -> float:
        """By the clock that nobody sets, as worked out when the job was first seen."""
        if job.job_id not in self._asked_s:
            self._asked_s = self._recent(self._asked_s)
            age = self._clock.now() - job.queued_at  # below 0 while a store holds its time: see ``believable_time``
            self._asked_s[job.job_id] = self._clock.monotonic() - max(0.0, age.total_seconds())
        return self._asked_s[job.job_id]

    def _recent(self, instants_s: dict[str, float]) -> dict[str, float]:
        """What may matter still: with double the time, none is worked out anew while its job waits."""
        since_s = self._clock.monotonic() - 2 * self._presence_s
        return {key: instant_s for key, instant_s in instants_s.items() if instant_s >= since_s}
