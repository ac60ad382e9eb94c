"""Whose patient still stands there: a slip that comes out for nobody goes into another person's hand."""

import threading
from datetime import datetime, timedelta

from kiosk.ports import Clock, SlipJob

PRESENCE = timedelta(seconds=60)
"""How long a patient is taken to stand before the kiosk. A slip older than this is not printed unattended."""
SETTLING = timedelta(seconds=3)
"""A finger on "Done" may be faster than a printer: so long a slip is its patient's, whatever happens."""
PATIENT_GONE = "PATIENT_GONE"


class Attendance:
    """Present is whoever asked for a slip within ``presence``, and has not left since. Any thread may say so.

    Who stood there before this was made, an earlier run of the program alone knew: they have all left.
    """

    def __init__(self, clock: Clock, presence: timedelta = PRESENCE) -> None:
        self._clock, self._presence, self._began = clock, presence, clock.now()
        self._lock = threading.Lock()
        self._left: dict[str, datetime] = {}

    def leave(self, token_id: str) -> None:
        """The holder of this token has left. Whoever scans the card again is back, with a new job."""
        now = self._clock.now()
        with self._lock:
            self._left = {each: at for each, at in self._left.items() if now - at <= self._presence}
            self._left[token_id] = now

    def is_present(self, job: SlipJob) -> bool:
        with self._lock:
            left_at = self._left.get(job.token_id)
        age = self._clock.now() - job.queued_at
        has_left = left_at is not None and job.queued_at <= left_at
        # Nobody knows when a slip of the future was asked for: the clock was set back, perhaps by a dead battery.
        is_fresh = -SETTLING <= age <= (SETTLING if has_left else self._presence)
        return is_fresh and job.queued_at >= self._began
