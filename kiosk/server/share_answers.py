"""The threads that bring answers to ABDM's gateway: at once after the commit, and again from the database."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kiosk.abdm.answers import ShareAnswer
from kiosk.errors import GatewayError
from kiosk.server.database import Database
from kiosk.server.share_queue import DueAnswer, Tried, claim, failed, refused, sent, settle

SENDERS = 16
"""Each waits for one exchange at a time: at a tenth of a second for one, 160 answers a second in each process."""
WAITING = 256
"""In memory; more wait in the database until their lease is over, or another process has time."""
CROWD = WAITING // 4
POLL_S = 1.0
_log = structlog.get_logger()


class Answers:
    """``send`` brings one answer to the gateway and raises GatewayError; ``start`` and ``end`` are called once.

    Attributes:
        unsettled: what came of tries and is not written down yet.
    """

    def __init__(
        self,
        database: Database,
        send: Callable[[ShareAnswer], object],
        now: Callable[[], datetime],
        *,
        senders: int = SENDERS,
        poll_s: float = POLL_S,
    ) -> None:
        self._database, self._send, self._now, self._poll_s = database, send, now, poll_s
        self._waiting: queue.Queue[DueAnswer | None] = queue.Queue(WAITING)
        self.unsettled: deque[Tried] = deque()
        self._settling = threading.Lock()
        self._is_over = threading.Event()
        works = [self._keep_sending] * senders + [self._keep_looking]
        self._threads = [threading.Thread(target=work, name="share-answers", daemon=True) for work in works]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Begin nothing new. What is left is in the database."""
        self._is_over.set()
        for _ in self._threads:
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                break

    def join(self, within_s: float) -> bool:
        """Whether all threads have ended."""
        until = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def is_crowded(self) -> bool:
        """Whether more wait than are sent in about a second."""
        return self._waiting.qsize() > CROWD

    def post(self, due: DueAnswer) -> None:
        """Have it sent as soon as a thread is free; from any thread, after the commit."""
        try:
            self._waiting.put_nowait(due)
        except queue.Full:
            _log.warning("share_answers_crowded")

    def _keep_sending(self) -> None:
        while not self._is_over.is_set():
            due = self._waiting.get()
            if due is not None and not self._is_over.is_set():
                self._try(due)

    def _keep_looking(self) -> None:
        """For what was left by a process that died, or failed and may be tried again."""
        while not self._is_over.wait(self._poll_s):
            if self._waiting.qsize() >= WAITING // 2:
                continue
            try:
                for due in claim(self._database, self._now(), WAITING // 2):
                    self.post(due)
            except SQLAlchemyError as error:
                _log.warning("share_answers_not_looked_for", cause=type(error).__name__)
            except Exception:
                # A bug of ours: without this thread nothing would be tried again.
                _log.exception("share_answers_not_looked_for")

    def _try(self, due: DueAnswer) -> None:
        if self._now() >= due.until:
            return  # it waited here for too long: whoever claims it next has it
        tried = self._tried(due)
        if tried is not None:
            self._settle(tried)

    def _tried(self, due: DueAnswer) -> Tried | None:
        """None where the way to the gateway was closed under it: the answer stays due."""
        about = {"facility_id": due.answer.hip_id, "request_id": due.answer.request_id, "attempts": due.attempts}
        try:
            self._send(due.answer)
        except GatewayError as error:
            _log.warning("share_not_answered", **about, code=error.code, transient=error.transient)
            if error.transient:
                return failed(due, error.code, self._now(), error.retry_after_s)
            return refused(due, error.code, self._now())
        except Exception:
            if self._is_over.is_set():
                return None
            # A bug of ours: it must not end the thread, nor be tried again for ever.
            _log.exception("share_answer_failed", **about)
            return refused(due, "SERVER_BUG", self._now())
        _log.info("share_answered", **about)
        return sent(due, self._now())

    def _settle(self, tried: Tried) -> None:
        """Whoever is at it writes for all: while one thread waits for the disk the others send on."""
        self.unsettled.append(tried)
        while self.unsettled and self._settling.acquire(blocking=False):
            try:
                self._write([self.unsettled.popleft() for _ in range(len(self.unsettled))])
            finally:
                self._settling.release()

    def _write(self, tries: Sequence[Tried]) -> None:
        try:
            settle(self._database, tries)
        except SQLAlchemyError as error:
            # The gateway may have them: it gets the very same once more.
            _log.warning("share_answers_not_noted", count=len(tries), cause=type(error).__name__)
