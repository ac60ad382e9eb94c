"""A raster as ESC/POS bytes: initialise, pictures, feed, partial cut. No text ever goes to the printer.

Patient text is drawn, so it cannot carry commands; what is left are pictures whose bytes happen to look like one,
which ``encoding`` sees to. python-escpos would convert each picture twice and send every row at full width.
"""

from kiosk.printing.encoding import as_printed, pictures
from kiosk.printing.raster import Raster

__all__ = ["as_printed", "slip_bytes"]
_INITIALISE = b"\x1b@"
_FEED = b"\x1bd"
_PARTIAL_CUT = b"\x1dVB\x00"
"""To the cutter, and one point is left; printers without a cutter ignore it."""
_FEED_LINES = {576: 1, 512: 1, 384: 4}
"""The cut command itself feeds to the cutter; 58 mm printers mostly have none, and need paper beyond the tear bar."""


def slip_bytes(raster: Raster) -> bytes:
    """Everything that prints ``raster`` as one slip. The width must be one of ``layout.PAPERS``."""
    feed = _FEED + bytes((_FEED_LINES[raster.width],))
    return _INITIALISE + pictures(raster) + feed + _PARTIAL_CUT
