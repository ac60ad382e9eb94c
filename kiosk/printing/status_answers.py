"""What comes back from a printer, cut into answers. After Epson's TM-T88III manual, appendix G."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from kiosk.printing.status import is_status

_ID, _CLEARED = b"\x37\x22", b"\x37\x25\x00"
_ID_LENGTH, _ASB_LENGTH = 7, 4


@dataclass(frozen=True)
class Status:
    """To DLE EOT; which of the four was asked, only the asker knows."""

    byte: int


@dataclass(frozen=True)
class Finished:
    """The data before this process id has been printed (GS ( H)."""

    process_id: str


@dataclass(frozen=True)
class Reached:
    """The data before a GS r has been worked off. Of its four high bits two are undefined; all must be clear here."""


@dataclass(frozen=True)
class Cleared:
    """The buffers have been emptied (DLE DC4 8)."""


Answer: TypeAlias = Status | Finished | Reached | Cleared


class Answers:
    """Takes bytes as they come; what fits no pattern, and what a printer says unasked (ASB, XON), is passed over."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, untrusted_data: bytes) -> Iterator[Answer]:
        self._rest += untrusted_data
        while self._rest and (taken := self._next()):
            length, answer = taken
            self._rest = self._rest[length:]
            if answer is not None:
                yield answer

    def _next(self) -> tuple[int, Answer | None] | None:
        """The length of what is at the head, and its meaning if it has any; None where more bytes must come."""
        head = self._rest
        if head[0] == _ID[0]:
            return self._in_several()
        if head[0] & 0b10010011 == 0b00010000:  # Automatic Status Back: three more bytes belong to it
            return _asb(head)
        if is_status(head[0]):
            return 1, Status(head[0])
        return 1, Reached() if head[0] & 0b11110000 == 0 else None

    def _in_several(self) -> tuple[int, Answer | None] | None:
        head = self._rest
        if _CLEARED.startswith(head[:3]):
            return (3, Cleared()) if len(head) >= 3 else None
        if not _ID.startswith(head[:2]):
            return 1, None
        if len(head) < _ID_LENGTH:
            return None
        name = head[2:6]
        if head[6] == 0 and all(0x20 <= byte <= 0x7E for byte in name):
            return _ID_LENGTH, Finished(name.decode("ascii"))
        return _ID_LENGTH, None


def _asb(head: bytes) -> tuple[int, None] | None:
    rest = head[1:_ASB_LENGTH]
    if any(byte & 0b10010000 for byte in rest):
        return 1, None
    return (_ASB_LENGTH, None) if len(rest) == _ASB_LENGTH - 1 else None
