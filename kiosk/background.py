"""What works behind the screens: threads that are ended together, and begun anew if somebody steps up meanwhile."""

from collections.abc import Callable
from typing import Protocol

STOP_S = 12.0
"""How long background threads get to end once they are asked to, a slip or an exchange under way included."""


class Worker(Protocol):
    """A thread; once ended it cannot be started again."""

    def start(self) -> None: ...

    def nudge(self) -> None: ...

    def ask_to_stop(self) -> None: ...

    def stop(self, deadline_s: float) -> bool: ...

    def is_alive(self) -> bool: ...


class Background:
    """Workers that begin and end together. Only ``stop`` waits; all of this is called on one thread.

    ``monotonic`` gives seconds.
    """

    def __init__(self, monotonic: Callable[[], float], stop_s: float = STOP_S) -> None:
        self._monotonic, self._stop_s = monotonic, stop_s
        self._makers: list[Callable[[], Worker]] = []
        self._workers: list[Worker] = []
        self._asked_s: float | None = None

    def begin(self, make: Callable[[], Worker]) -> None:
        """Start what ``make`` gives; it is called again by ``begin_again``."""
        self._makers.append(make)
        self._start(make)

    def begin_again(self) -> None:
        """Start all anew, after all have ended."""
        self._asked_s = None
        self._workers.clear()
        for make in self._makers:
            self._start(make)

    def _start(self, make: Callable[[], Worker]) -> None:
        worker = make()
        worker.start()
        self._workers.append(worker)

    def nudge(self) -> None:
        for worker in self._workers:
            worker.nudge()

    def ask_to_stop(self) -> None:
        """Returns at once; each ends after what it has under way."""
        if self._asked_s is None:
            self._asked_s = self._monotonic()
        for worker in self._workers:
            worker.ask_to_stop()

    def is_alive(self) -> bool:
        return any(worker.is_alive() for worker in self._workers)

    def is_late(self) -> bool:
        """Whether they were asked to stop so long ago that nobody should wait for them any more."""
        return self._left_s() == 0.0

    def stop(self) -> bool:
        """End all, at most ``stop_s`` after they were first asked to. Returns whether all have ended."""
        self.ask_to_stop()
        for worker in self._workers:
            worker.stop(self._left_s())
        return not self.is_alive()

    def _left_s(self) -> float:
        asked_s = self._monotonic() if self._asked_s is None else self._asked_s
        return max(0.0, asked_s + self._stop_s - self._monotonic())
