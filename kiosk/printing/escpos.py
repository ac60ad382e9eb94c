"""A raster as ESC/POS bytes: initialise, pictures, feed, partial cut. No text ever goes to the printer.

Patient text is drawn, so it cannot carry commands; what is left are pictures whose bytes happen to look like one,
which ``encoding`` sees to. python-escpos makes the commands around them; its own pictures have every row at full width,
take several times as long to make, and may hold real-time commands.
"""

from functools import lru_cache

from escpos.printer import Dummy

from kiosk.printing.encoding import pictures
from kiosk.printing.raster import Raster

_PROFILES = {576: "NT-80-V-UL", 512: "TM-T88V", 384: "POS-5890"}
"""python-escpos's printers of these widths. With its default profile it writes a warning to standard output."""
_FEED_LINES = {576: 1, 512: 1, 384: 4}
"""The cut command itself feeds to the cutter; 58 mm printers mostly have none, and need paper beyond the tear bar."""


def slip_bytes(raster: Raster) -> bytes:
    """Everything that prints ``raster`` as one slip. The width must be one of ``layout.PAPERS``."""
    start, end = _frame(raster.width)
    return start + pictures(raster) + end


@lru_cache
def _frame(width: int) -> tuple[bytes, bytes]:
    """What stands before and behind the pictures."""
    start, end = Dummy(profile=_PROFILES[width]), Dummy(profile=_PROFILES[width])
    start.hw("INIT")
    end.print_and_feed(_FEED_LINES[width])
    end.cut(mode="PART", feed=False)
    return bytes(start.output), bytes(end.output)
