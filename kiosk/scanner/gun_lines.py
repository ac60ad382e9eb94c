"""From the bytes that a scanner gun sends to what it has scanned: a line, or what came before a pause."""

import re
from dataclasses import dataclass, field

from kiosk.model.aadhaar import MAX_DIGITS
from kiosk.model.qr import MAX_BYTES, Reason
from kiosk.ports import CodeRead, CodeSpoiled
from kiosk.scanner.charset import undo_guess

SERIAL_IDLE_S = 0.05
"""A gun on a serial line sends a code in one go: so long a pause is its end where no line end is configured."""

_ENDS = re.compile(rb"[\r\n]")
_AROUND, _MOST_AROUND = "\ufeff\0 \t".encode(), 16
"""What a gun may send around a code's digits, dropped by whoever reads an Aadhaar QR; and how many bytes at most."""
_CREDIBLE = re.compile(r"[\x00-\u024F\u0600-\u06FF\u0900-\u0D7F\u200C\u200D\u2010-\u2027\uFEFF]*")
"""What names and addresses in India are written with. Others are what a gun's own guess at the charset has made."""


@dataclass
class GunLines:
    """Collects bytes, at most ``MAX_BYTES`` of one scan, or ``MAX_DIGITS`` that are digits alone, as in an Aadhaar QR:
    what goes on beyond that is dropped whole.
    """

    idle_s: float = SERIAL_IDLE_S
    _line: bytearray = field(default_factory=bytearray, repr=False)
    _too_long: bool = False
    _last: float = 0.0

    def feed(self, data: bytes, now: float) -> list[CodeRead | CodeSpoiled]:
        """The scans that end in ``data``, which came at ``now``, in monotonic seconds."""
        scans = self.settle(now)
        self._last = now
        *ended, rest = _ENDS.split(data)
        for part in ended:
            self._add(part)
            scans += self._take()
        self._add(rest)
        return scans

    def settle(self, now: float) -> list[CodeRead | CodeSpoiled]:
        """The scan that a pause has ended."""
        wait_s = self.wait_s(now)
        return self._take() if wait_s is not None and wait_s <= 0 else []

    def wait_s(self, now: float) -> float | None:
        """How long until a pause ends what has come so far; None where nothing has."""
        if not (self._line or self._too_long):
            return None
        return self._last + self.idle_s - now

    def _add(self, part: bytes) -> None:
        if self._too_long:
            return
        self._line += part[: MAX_DIGITS + _MOST_AROUND + 1]
        if len(self._line) > MAX_BYTES and not _are_digits(self._line):
            self._line.clear()
            self._too_long = True

    def _take(self) -> list[CodeRead | CodeSpoiled]:
        line, too_long = bytes(self._line), self._too_long
        self._line.clear()
        self._too_long = False
        if too_long:
            return [CodeSpoiled(Reason.TOO_LARGE)]
        return [_scan(line)] if line.strip() else []


def _are_digits(line: bytearray) -> bool:
    digits = line.strip(_AROUND)
    return len(digits) <= MAX_DIGITS and len(line) <= MAX_DIGITS + _MOST_AROUND and digits.isdigit()


def _scan(line: bytes) -> CodeRead | CodeSpoiled:
    text = text_of(line)
    return CodeSpoiled(Reason.TEXT_MALFORMED) if text is None else CodeRead(text)


def text_of(line: bytes) -> str | None:
    """What the QR said. Some guns take its UTF-8 for another charset and translate; None where that is in doubt."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return None
    repaired = undo_guess(text)
    if repaired is not None:
        return repaired
    return text if _CREDIBLE.fullmatch(text) else None
