"""When a code in view is a new scan, and when it is still the same one."""

from dataclasses import dataclass, field

SAME_SCAN_S = 3.0
"""A code that is away for less than this was only out of focus, or slipped in the hand."""

_TWO_CODES = ""  # no code reads as the empty text


@dataclass
class Debounce:
    """Remembers what was in view in the last ``same_scan_s`` seconds, by a monotonic clock."""

    same_scan_s: float = SAME_SCAN_S
    _last_seen: dict[str, float] = field(default_factory=dict, repr=False)

    def is_new(self, texts: tuple[str, ...], now: float) -> bool:
        """Whether ``texts``, the distinct texts of one frame, make a new scan, or a new pair of codes.

        A code that was only ever seen beside another one has not been scanned: once alone it is new. One that was
        scanned before the other came into view is not.
        """
        self._last_seen = {text: at for text, at in self._last_seen.items() if now - at < self.same_scan_s}
        if not texts:
            return False
        sight = texts[0] if len(texts) == 1 else _TWO_CODES
        known = sight in self._last_seen
        self._last_seen |= dict.fromkeys({sight} | (self._last_seen.keys() & set(texts)), now)
        return not known
