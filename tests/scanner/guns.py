"""Scanner guns without hardware: a pair of pseudo-terminals, and a FIFO that says what Linux' input devices say."""

import errno
import fcntl
import os
import tty
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from kiosk.model.us_keys import character
from kiosk.scanner.gun_evdev import EV_KEY, EV_SYN, EVENT, EvdevGun

_SHIFT, _ENTER = 42, 28
_ROOM = 1 << 20


class SerialLine:
    """The far end of a serial line: what the gun is to the cable. ``path`` is what a program opens."""

    def __init__(self) -> None:
        self._gun, self._near = os.openpty()
        tty.setraw(self._gun)
        self.path = os.ttyname(self._near)

    def send(self, data: bytes) -> None:
        os.write(self._gun, data)

    def unplug(self) -> None:
        for end in (self._gun, self._near):
            os.close(end)
        self._gun = self._near = -1

    def close(self) -> None:
        if self._gun >= 0:
            self.unplug()


class InputDevice:
    """A FIFO in the place of ``/dev/input/eventN``, with the grab that a FIFO does not have."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self._end, fcntl.F_SETPIPE_SZ, _ROOM)
        self.grabs: list[bool] = []
        self.taken_by_others = False

    def open(self) -> EvdevGun:
        """As Linux does, forget what came while nobody had it open."""
        with suppress(BlockingIOError):
            os.read(self._end, _ROOM)
        return EvdevGun(str(self.path), grab=self._grab)

    def send(self, *events: bytes) -> None:
        os.write(self._end, b"".join(events))

    def type(self, text: str) -> None:
        """As a gun types it, with Return at the end."""
        self.send(*typed(text), *pressed(_ENTER))

    def unplug(self) -> None:
        self.path.unlink(missing_ok=True)
        if self._end >= 0:
            os.close(self._end)
        self._end = -1

    def _grab(self, _device: int, on: bool) -> None:
        if self.taken_by_others:
            raise OSError(errno.EBUSY, "grabbed")
        self.grabs.append(on)


_KEYS = {
    character(key, shifted=shifted): (key, shifted)
    for shifted in (True, False)
    for key in reversed(range(128))
    if character(key, shifted=shifted)
}
"""The key that makes each character, without Shift where that does; of two such keys the lower number."""


def strokes(text: str) -> list[tuple[int, bool]]:
    """The keys that type ``text``, each with whether Shift is held."""
    return [_KEYS[made] for made in text]


def typed(text: str) -> list[bytes]:
    events: list[bytes] = []
    for key, shifted in strokes(text):
        keys = pressed(key)
        events += [event(_SHIFT, 1), *keys, event(_SHIFT, 0)] if shifted else keys
    return events


def pressed(*keys: int) -> list[bytes]:
    """The keys go down one after another, and up again in the same order."""
    return [event(key, 1) for key in keys] + [event(key, 0) for key in keys]


def event(code: int, value: int, kind: int = EV_KEY) -> bytes:
    """With the report that Linux sends after each."""
    return EVENT.pack(0, 0, kind, code, value) + EVENT.pack(0, 0, EV_SYN, 0, 0)


def split(data: bytes, places: Sequence[int]) -> list[bytes]:
    """``data`` in pieces, cut at ``places``."""
    cuts = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(cuts)]
