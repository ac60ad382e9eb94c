"""How large a u is at the desk, where people sit near and a larger screen shall show more, not only larger."""

from kiosk.ui.theme import Metrics

BASE_PX = 768
"""The shorter side up to which a u grows with the screen; beyond it grows half as fast."""
WIDE = 16 / 9


def desk_metrics(width: int, height: int) -> Metrics:
    """Metrics for a window of this size in pixels; a narrower one than 16:9 gets smaller letters."""
    side = min(height, round(width / WIDE))
    if side > BASE_PX:
        side = BASE_PX + (side - BASE_PX) // 2
    return Metrics(max(width, side), side)
