"""A raster as ESC/POS bytes: initialise, pictures, feed, partial cut. No text ever goes to the printer.

Patient text is drawn, so it cannot carry commands; what is left are pictures whose bytes happen to look like one,
which ``encoding`` sees to. python-escpos makes the commands around them; its own pictures have every row at full width,
take several times as long to make, and may hold real-time commands.
"""

from functools import lru_cache

from escpos.printer import Dummy

from kiosk.printing.encoding import pictures
from kiosk.printing.paper import PAPERS
from kiosk.printing.raster import Raster

_PROFILES = {576: "NT-80-V-UL", 512: "TM-T88V", 384: "POS-5890"}
"""python-escpos's printers of these widths. With its default profile it writes a warning to standard output."""
_FEED_LINES = {576: 1, 512: 1, 384: 4}
"""The cut command itself feeds to the cutter; 58 mm printers mostly have none, and need paper beyond the tear bar."""
_LINE_MM = 25.4 / 6
_CUTTER_MM = 12.0
"""About so much paper lies between print head and cutter."""


def slip_bytes(raster: Raster) -> bytes:
    """Everything that prints ``raster`` as one slip. The width must be one of ``layout.PAPERS``."""
    start, end = _frame(raster.width)
    return start + pictures(raster) + end


def feed_mm(width: int) -> float:
    """Paper that goes with each slip of so many dots besides what is printed on it: 16 or 17 mm."""
    return _FEED_LINES[width] * _LINE_MM + (0.0 if PAPERS[width].narrow else _CUTTER_MM)


@lru_cache
def _frame(width: int) -> tuple[bytes, bytes]:
    """What stands before and behind the pictures."""
    start, end = Dummy(profile=_PROFILES[width]), Dummy(profile=_PROFILES[width])
    start.hw("INIT")
    end.print_and_feed(_FEED_LINES[width])
    end.cut(mode="PART", feed=False)
    return bytes(start.output), bytes(end.output)
