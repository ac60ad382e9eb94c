"""Work sent to another thread, and its outcome brought back to this one."""

import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import TypeVar

import structlog
from PySide6.QtCore import QObject, Qt, Signal

BUG = "BUG"
"""The code of a fault that is ours."""

T = TypeVar("T")
_log = structlog.get_logger()


class Errands(QObject):
    """Sends work to ``worker``; who made it ends it, after ``close``. Lives on the GUI thread."""

    _finished = Signal(object)

    def __init__(self, worker: Executor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._is_open = True
        self._finished.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def send(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[BaseException], None]) -> None:
        """Do ``work`` over there; then, back here, ``then`` with its result or ``failed`` with what it raised."""
        if self._is_open:
            self._worker.submit(work).add_done_callback(partial(self._finish, then, failed))

    def close(self) -> None:
        """Bring nothing back any more; the worker may still be at it."""
        self._is_open = False
        self._finished.disconnect()

    def _finish(self, then: Callable[[T], None], failed: Callable[[BaseException], None], done: "Future[T]") -> None:
        """On the worker's thread."""
        if done.cancelled() or not self._is_open:
            return
        error = done.exception()
        self._finished.emit(partial(failed, error) if error is not None else partial(then, done.result()))

    def _tell(self, outcome: Callable[[], None]) -> None:
        outcome()


def log_bug(error: BaseException) -> None:
    """Where it happened, without the message: that could hold a patient's text."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("bug", error=type(error).__name__, traceback=where)
