"""The thread that keeps a spool going: at a nudge, after a pause, and now and then for other programs' slips.

While no slip is due it asks the printer how it is, so that an empty roll is known before anybody's time is taken.
"""

import threading

import structlog

from kiosk.errors import StoreError
from kiosk.printing.spool import Spool

IDLE_S = 1.0
"""Between looks at store and printer while nobody nudges: other commands issue tokens too, and paper ends.

With the second that a printer may take to answer, its state is never older than two.
"""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""After a round that failed, doubled each time."""

log = structlog.get_logger()


class SpoolThread:
    """Runs ``spool`` from ``start`` until ``stop``. An error never ends it.

    Attributes:
        failed: what broke the last round: a stable code, or an exception's name where it was a bug; else "".
    """

    def __init__(self, spool: Spool, idle_s: float = IDLE_S) -> None:
        self.failed = ""
        self._spool = spool
        self._idle_s = idle_s
        self._pause_s = 0.0
        self._recovered = False
        self._nudged = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        """A slip was queued: look now."""
        self._nudged.set()

    def ask_to_stop(self) -> None:
        """End after the slip at hand. Returns at once."""
        self._stopping.set()
        self._nudged.set()

    def stop(self, deadline_s: float) -> bool:
        """End after the slip at hand. Returns whether the thread ended in time."""
        self.ask_to_stop()
        self._thread.join(deadline_s)
        return not self.is_alive()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        is_calm = True
        while not self._stopping.is_set():
            self._nudged.clear()
            self._round(is_calm)
            if self.failed:
                self._stopping.wait(self._pause_s)
            elif not self._stopping.is_set():  # or a nudge by stop, cleared above, would be missed
                is_calm = not self._nudged.wait(self._quiet_s())

    def _quiet_s(self) -> float:
        pause_s = self._spool.next_attempt_s()
        return self._idle_s if pause_s is None else pause_s

    def _round(self, is_calm: bool) -> None:
        """After a nudge the next slip may be near, and the printer is not asked how it is."""
        try:
            if not self._recovered:
                self._spool.recover()
                self._recovered = True
            printed = self._spool.print_due(self._stopping.is_set)
            if is_calm and not printed and self._spool.next_attempt_s() is None and not self._stopping.is_set():
                self._spool.look()
        except StoreError as error:
            log.warning("spool_waits_for_store", code=error.code)
            self._note_failure(error.code)
        except Exception as error:  # a bug must not leave the hall without slips: it is logged, kept and retried
            log.exception("spool_failed")
            self._note_failure(type(error).__name__)
        else:
            self.failed, self._pause_s = "", 0.0

    def _note_failure(self, failed: str) -> None:
        self.failed = failed
        self._recovered = False
        self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s or FIRST_PAUSE_S)
