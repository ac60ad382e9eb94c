"""Threads behind the screens: asked to end all at once, waited for only by ``stop``, and begun anew."""

import threading
from itertools import pairwise

from kiosk.background import Background

WAIT_S = 60.0


class Slow:
    """A thread that ends only once it was asked to and is let go."""

    def __init__(self, said: list[str], name: str) -> None:
        self.name, self._said = name, said
        self.asked, self.let_go = threading.Event(), threading.Event()
        self.given_s: list[float] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        assert self.asked.wait(WAIT_S)
        assert self.let_go.wait(WAIT_S)

    def start(self) -> None:
        self._said.append(f"start {self.name}")
        self._thread.start()

    def nudge(self) -> None:
        self._said.append(f"nudge {self.name}")

    def ask_to_stop(self) -> None:
        self._said.append(f"ask {self.name}")
        self.asked.set()

    def stop(self, deadline_s: float) -> bool:
        self._said.append(f"stop {self.name}")
        self.given_s.append(deadline_s)
        self._thread.join(deadline_s)
        return not self.is_alive()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        self.asked.set()
        self.let_go.set()
        self._thread.join(WAIT_S)


class Pair:
    """A background of two slow workers, and whatever is made of them later; the clock stands."""

    def __init__(self, stop_s: float) -> None:
        self.said: list[str] = []
        self.made: list[Slow] = []
        self.now_s = 100.0
        self.background = Background(lambda: self.now_s, stop_s)
        for name in ("one", "two"):
            self.background.begin(lambda name=name: self._make(name))  # type: ignore[misc]

    def _make(self, name: str) -> Slow:
        self.made.append(Slow(self.said, name))
        return self.made[-1]

    def end(self) -> None:
        for worker in self.made:
            worker.end()


def test_all_are_asked_before_any_is_waited_for() -> None:
    pair = Pair(WAIT_S)
    for worker in pair.made:
        worker.let_go.set()
    assert pair.background.stop()
    assert pair.said == ["start one", "start two", "ask one", "ask two", "stop one", "stop two"]


def test_asking_waits_for_nothing() -> None:
    pair = Pair(WAIT_S)
    pair.background.ask_to_stop()
    assert pair.background.is_alive()
    assert pair.made[0].given_s == pair.made[1].given_s == []
    pair.end()
    assert not pair.background.is_alive()


def test_what_was_waited_before_is_not_waited_again() -> None:
    pair = Pair(stop_s=5.0)
    assert not pair.background.is_late()
    pair.background.ask_to_stop()
    pair.now_s += 4.99
    assert not pair.background.is_late()
    pair.background.ask_to_stop()
    pair.now_s += 0.01
    assert pair.background.is_late()
    assert not pair.background.stop()
    assert [worker.given_s for worker in pair.made] == [[0.0], [0.0]]
    pair.end()


def test_those_begun_anew_are_others_and_have_all_their_time() -> None:
    pair = Pair(stop_s=5.0)
    pair.background.ask_to_stop()
    pair.end()
    pair.now_s += 6.0
    pair.background.begin_again()
    pair.background.nudge()
    assert pair.said[-4:] == ["start one", "start two", "nudge one", "nudge two"]
    assert pair.background.is_alive()
    assert not pair.background.is_late()
    assert all(one is not other for one, other in pairwise(pair.made))
    pair.end()
