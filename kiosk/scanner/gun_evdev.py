"""A scanner gun in keyboard mode, taken away from the desktop: its keys reach this program alone, on X11 and Wayland.

Reads Linux' ``struct input_event`` itself. A gun types as a US keyboard does; characters that such a keyboard lacks,
as in names in Indian scripts, are lost on the way (the ABHA number never is): a gun in serial mode loses none.
"""

import fcntl
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from kiosk.model.us_keys import CHORD_KEYS, END_KEYS, SHIFT_KEYS, character
from kiosk.scanner.gun_source import lost, raise_not_opened

EVENT = struct.Struct("@llHHi")
"""Seconds, microseconds, type, code, value (``linux/input.h``)."""
EVIOCGRAB = 0x40044590
"""``_IOW('E', 0x90, int)`` on x86 and ARM."""
EV_SYN, EV_KEY, SYN_DROPPED = 0, 1, 3
_RELEASED, _PRESSED = 0, 1
_NO_TEXT = b"\xff"
"""No byte of UTF-8: a scan with a gap in it is told as spoiled, and not taken for a shorter one."""
_CHUNK = 64 * EVENT.size
IDLE_S = 0.15
"""Slower guns type a key in 16 ms or more; nearly all end with Return anyway."""
ADVICE = "install resources/udev/70-opd-kiosk-gun.rules, and end other programs that have taken the gun"


@dataclass
class Keyboard:
    """Makes characters of a gun's key events. Chords such as Ctrl+O, which a hostile code may hold, make none."""

    _held: set[int] = field(default_factory=set)

    def typed(self, kind: int, code: int, value: int) -> bytes:
        """What one event adds to the scan."""
        if kind == EV_SYN and code == SYN_DROPPED:
            self._held.clear()
            return _NO_TEXT
        if kind != EV_KEY:
            return b""
        if code in SHIFT_KEYS or code in CHORD_KEYS:
            (self._held.discard if value == _RELEASED else self._held.add)(code)
            return b""
        return self._press(code) if value == _PRESSED else b""

    def _press(self, code: int) -> bytes:
        if self._held & CHORD_KEYS:
            return b""
        if code in END_KEYS:
            return b"\n"
        return character(code, shifted=bool(self._held & SHIFT_KEYS)).encode()


def grab(device: int, on: bool) -> None:
    """Take the device away from everybody else, or give it back. Raises OSError."""
    fcntl.ioctl(device, EVIOCGRAB, int(on))


class EvdevGun:
    """An input device that is open and grabbed.

    Raises (on construction):
        GunError: GUN_MISSING; GUN_DENIED also where somebody else has grabbed it.
    """

    idle_s = IDLE_S

    def __init__(self, where: str, *, grab: Callable[[int, bool], None] = grab) -> None:
        self._where = where
        self._grab = grab
        self._keyboard = Keyboard()
        self._rest = b""
        try:
            self._device = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise_not_opened(error, where, ADVICE)
        try:
            grab(self._device, True)
        except OSError as error:
            os.close(self._device)
            raise_not_opened(error, where, ADVICE)

    def fileno(self) -> int:
        return self._device

    def receive(self) -> bytes:
        try:
            data = os.read(self._device, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise lost(self._where) from error
        if not data:
            raise lost(self._where)
        return self._typed(self._rest + data)

    def close(self) -> None:
        with suppress(OSError):
            self._grab(self._device, False)
        with suppress(OSError):
            os.close(self._device)

    def _typed(self, data: bytes) -> bytes:
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        events = EVENT.iter_unpack(data[:whole])
        return b"".join(self._keyboard.typed(kind, code, value) for _, _, kind, code, value in events)
