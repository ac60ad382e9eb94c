"""Whose patient still stands there: a slip that comes out for nobody goes into another person's hand."""

import threading
from collections.abc import Callable, Sequence
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
        self._looked_s: float | None = None
        self._asked_s: dict[str, float] = {}
        self._lock = threading.Lock()
        self._left_s: dict[str, float] = {}

    def leave(self, token_id: str) -> None:
        """The holder of this token has left. Whoever scans the card again is back, with a new job."""
        now_s = self._clock.monotonic()
        with self._lock:
            self._left_s = {each: at_s for each, at_s in self._left_s.items() if now_s - at_s <= self._presence_s}
            self._left_s[token_id] = now_s

    def look(self, due: Callable[[], Sequence[SlipJob]]) -> Sequence[SlipJob]:
        """All jobs that are ``due``; of those that are new it is worked out when they were asked for."""
        looked_s, jobs = self._clock.monotonic(), due()
        asked_s = {job.job_id: self._worked_out_s(job) for job in jobs}
        self._asked_s = {job_id: self._asked_s.get(job_id, at_s) for job_id, at_s in asked_s.items()}
        self._looked_s = looked_s
        return jobs

    def is_present(self, job: SlipJob) -> bool:
        """Whether somebody waits for this job of the last look."""
        asked_s = self._asked_s[job.job_id]
        with self._lock:
            left_s = self._left_s.get(job.token_id, _NEVER_S)
        has_left = asked_s <= left_s + _READING_S
        stays_s = SETTLING.total_seconds() if has_left else self._presence_s
        is_ours = asked_s >= self._began_s - _READING_S
        return is_ours and self._clock.monotonic() - asked_s <= stays_s

    def _worked_out_s(self, job: SlipJob) -> float:
        """By the clock that nobody sets. What is new was asked for after the last look.

        A job may be of the future: the clock was set back, or the store holds its time (see ``believable_time``).
        Nobody knows of those that were there at the start.
        """
        now_s, age = self._clock.monotonic(), self._clock.now() - job.queued_at
        if self._looked_s is None:
            return _NEVER_S if age < timedelta() else now_s - age.total_seconds()
        return self._looked_s if age < timedelta() else max(self._looked_s, now_s - age.total_seconds())
