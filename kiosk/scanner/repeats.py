"""How often what is in view is told: at once, and then again and again while it stays."""

from dataclasses import dataclass, field

from kiosk.model.flow import REPEAT_S

_TWO_CODES = ""  # no code reads as the empty text


@dataclass
class Repeats:
    """Lets each sight through once in ``REPEAT_S`` seconds, by a monotonic clock.

    Whose turn it is, only the program knows: a card that is held up too early is read when the screen is free for it.
    """

    _told_at: dict[str, float] = field(default_factory=dict, repr=False)

    def is_due(self, texts: tuple[str, ...], now: float) -> bool:
        """Whether to tell of ``texts``, the distinct texts of one frame; any two codes are the same sight."""
        self._told_at = {sight: at for sight, at in self._told_at.items() if now - at < REPEAT_S}
        sight = texts[0] if len(texts) == 1 else _TWO_CODES
        if not texts or sight in self._told_at:
            return False
        self._told_at[sight] = now
        return True
