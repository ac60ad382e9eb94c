"""Tells what a scanner gun types from what a person does, by the pace alone. Knows nothing of Qt.

A person's keys come more than ``GAP_S`` apart, but for two or three that roll over each other; a gun's come every few
milliseconds, many of them. So each key is held back until the next one, or a pause, shows whose it is.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kiosk.model.qr import MAX_BYTES, Reason
from kiosk.ports import CodeRead, CodeSpoiled

GAP_S = 0.035
"""Keys at least so far apart are not of one burst."""
LENGTH = 6
"""So many characters without such a gap are a gun's: as many as a PIN has."""
ENDED_LENGTH = 4
"""So many, if Return or Tab follows at the same pace: a gun may read a short code too."""
SILENCE_S = 0.1
"""A burst that has been recognised is over after this, where neither Return nor Tab ends it."""
END = "\n"

T = TypeVar("T")


@dataclass(frozen=True)
class Verdict(Generic[T]):
    """What has become clear: ``human`` are events to pass on in this order, ``scan`` is what a gun has typed."""

    human: tuple[T, ...] = ()
    scan: CodeRead | CodeSpoiled | None = None


@dataclass
class Bursts(Generic[T]):
    """Holds events of type T back until it is clear who made them. ``now`` is monotonic seconds.

    A key's ``gap_s`` is the time since the key before it, as the system has measured it: a program that was busy for a
    while sees several at once.
    """

    in_burst: bool = False
    _held: list[T] = field(default_factory=list)
    _text: list[str] = field(default_factory=list, repr=False)
    _last: float = 0.0
    _just_over: bool = False

    def press(self, event: T, made: str, gap_s: float, now: float) -> Verdict[T]:
        """A key was pressed that makes ``made``, one character or END. The event is held, passed on or swallowed."""
        before = self._pause(gap_s)
        verdict = self._end_key(event, gap_s) if made == END else self._character(event, made, now)
        return Verdict(before.human + verdict.human, before.scan or verdict.scan)

    def hold(self, event: T) -> bool:
        """Keep an event that belongs behind those that are held, such as a key's release; False where none is."""
        if self._held:
            self._held.append(event)
        return bool(self._held)

    def interrupt(self, gap_s: float) -> Verdict[T]:
        """A key that makes no text: a person's, and so are those before it, unless a burst is under way."""
        verdict = self._pause(gap_s)
        self._just_over = False
        return verdict if self.in_burst else Verdict(verdict.human + self._let_go(), verdict.scan)

    def settle(self, now: float) -> Verdict[T]:
        """What it means that no key has come until ``now``."""
        return self._pause(now - self._last)

    def wait_s(self, now: float) -> float | None:
        """How long until ``settle`` has something to say if no key comes; None where nothing is held."""
        if self.in_burst:
            return self._last + SILENCE_S - now
        return self._last + GAP_S - now if self._held else None

    def _pause(self, seconds: float) -> Verdict[T]:
        if self.in_burst and seconds >= SILENCE_S:
            return Verdict(scan=self._take())
        if self._held and seconds >= GAP_S:
            return Verdict(self._let_go())
        return Verdict()

    def _character(self, event: T, made: str, now: float) -> Verdict[T]:
        self._last, self._just_over = now, False
        if len(self._text) <= MAX_BYTES:
            self._text.append(made)
        if not self.in_burst:
            self._held.append(event)
            if len(self._text) >= LENGTH:
                self.in_burst = True
                self._held.clear()
        return Verdict()

    def _end_key(self, event: T, gap_s: float) -> Verdict[T]:
        if self.in_burst or len(self._text) >= ENDED_LENGTH:
            return Verdict(scan=self._take())
        if self._just_over and gap_s < SILENCE_S:
            # The second half of a gun's carriage return and line feed must press no button.
            return Verdict()
        self._just_over = False
        return Verdict((*self._let_go(), event))

    def _take(self) -> CodeRead | CodeSpoiled:
        text = "".join(self._text)
        self.in_burst, self._just_over = False, True
        self._held.clear()
        self._text.clear()
        return CodeRead(text) if len(text.encode(errors="replace")) <= MAX_BYTES else CodeSpoiled(Reason.TOO_LARGE)

    def _let_go(self) -> tuple[T, ...]:
        held = tuple(self._held)
        self._held.clear()
        self._text.clear()
        return held
