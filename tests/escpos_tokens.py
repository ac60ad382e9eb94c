"""Cuts a stream of ESC/POS into the commands that we use; anything else is a fault of ours, and is kept as one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto

_REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


class What(Enum):
    INITIALISE = auto()
    FEED = auto()
    CUT = auto()
    PLACE = auto()
    ROW = auto()
    ID = auto()
    BARRIER = auto()
    NO_ASB = auto()
    ZERO = auto()
    STATUS = auto()
    CLEAR = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class Token:
    """``raw`` are its bytes.

    A ROW is one line of a picture, whose dots print ``wide`` by ``tall``. It stands in a ``place``: 0 at the left, 1 in
    the middle, 2 at the right.
    """

    what: What
    raw: bytes
    wide: int = 1
    tall: int = 1
    place: int = 0

    @property
    def is_real_time(self) -> bool:
        """Obeyed as soon as it comes, whatever is waiting."""
        return self.what in (What.STATUS, What.CLEAR)


_FIXED = {
    b"\x1b@": (What.INITIALISE, 2),
    b"\x1bd": (What.FEED, 3),
    b"\x1bJ": (What.FEED, 3),
    b"\x1ba": (What.PLACE, 3),
    b"\x1da": (What.NO_ASB, 3),
    b"\x1dr": (What.BARRIER, 3),
    b"\x1d(": (What.ID, 11),
    b"\x10\x04": (What.STATUS, 3),
    b"\x10\x14": (What.CLEAR, len(_CLEAR)),
}
_EXACT = {What.NO_ASB: b"\x1da\x00", What.BARRIER: b"\x1dr\x01", What.CLEAR: _CLEAR}
_ID_HEAD = b"\x1d(H\x06\x0000"


@dataclass
class Lexer:
    """``errors`` grows with anything unknown, and with what a printer would obey inside a picture.

    Not after ``is_broken_off``, until the next INITIALISE: what stands behind half a command is anybody's guess.
    """

    errors: list[str] = field(default_factory=list)
    is_broken_off: bool = False
    _rest: bytes = b""
    _rows: int = 0
    _row: Token = Token(What.ROW, b"")
    _width: int = 0
    _last: bytes = b""
    _place: int = 0

    def feed(self, data: bytes) -> Iterator[Token]:
        self._rest += data
        while token := self._token():
            self.is_broken_off = self.is_broken_off and token.what is not What.INITIALISE
            if token.what is What.UNKNOWN:
                self._note(f"byte {token.raw.hex()} outside any command")
            elif token.what in (What.INITIALISE, What.PLACE):
                self._place = token.raw[2] if token.what is What.PLACE else 0
            yield token

    @property
    def is_inside(self) -> bool:
        """Whether the stream stands inside a command."""
        return bool(self._rest or self._rows)

    def _token(self) -> Token | None:
        while self._rows == 0 and self._rest.startswith(b"\x1dv0") and len(self._rest) >= 8:
            self._begin_picture()
        if self._rows:
            return self._picture_row()
        what, length = self._head()
        if length == 0 or length > len(self._rest):
            return None
        raw, self._rest = self._rest[:length], self._rest[length:]
        return Token(what if _is_right(what, raw) else What.UNKNOWN, raw)

    def _head(self) -> tuple[What, int]:
        """The command at the head, and its length; 0 where more bytes are needed to tell."""
        head = self._rest[:2]
        if head[:1] == b"\0":
            return What.ZERO, len(self._rest) - len(self._rest.lstrip(b"\0"))
        if len(head) < 2:
            return What.UNKNOWN, 1 if head and head not in (b"\x1b", b"\x1d", b"\x10") else 0
        if head in _FIXED:
            return _FIXED[head]
        if head == b"\x1dV":
            return What.CUT, 0 if len(self._rest) < 3 else 4 if self._rest[2] in (65, 66) else 3
        if head == b"\x1dv" and (len(self._rest) < 3 or self._rest[2:3] == b"0"):
            return What.ROW, 0
        return What.UNKNOWN, 1

    def _begin_picture(self) -> None:
        mode = self._rest[3]
        self._width, self._rows = (int.from_bytes(self._rest[at : at + 2], "little") for at in (4, 6))
        if mode > 3 or not self._width:
            self._note(f"picture {self._rest[:8].hex()}")
            self._rows = 0
        self._row = Token(What.ROW, b"", 1 + (mode & 1), 1 + (mode >> 1 & 1), self._place)
        self._rest, self._last = self._rest[8:], b""

    def _picture_row(self) -> Token | None:
        if len(self._rest) < self._width:
            return None
        raw, self._rest = self._rest[: self._width], self._rest[self._width :]
        self._rows -= 1
        joined, self._last = self._last + raw, raw[-1:]
        for match in _REAL_TIME.finditer(joined):
            self._note(f"real-time command {match[0].hex()} in a picture")
        return replace(self._row, raw=raw)

    def _note(self, error: str) -> None:
        if not self.is_broken_off:
            self.errors.append(error)


def _is_right(what: What, raw: bytes) -> bool:
    if what is What.ID:
        return raw.startswith(_ID_HEAD) and all(0x20 <= byte <= 0x7E for byte in raw[7:])
    if what is What.STATUS:
        return raw[2] in (1, 2, 3, 4)
    if what is What.PLACE:
        return raw[2] in (0, 1, 2)
    return raw == _EXACT.get(what, raw)
