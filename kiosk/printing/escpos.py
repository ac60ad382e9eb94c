"""A raster as ESC/POS bytes: initialise, picture in pieces, feed, partial cut. No text ever goes to the printer.

Patient text is drawn, so it cannot carry commands; what is left are pictures whose bytes happen to look like one.
"""

import re
from collections.abc import Iterator

from escpos.printer import Dummy

from kiosk.printing.raster import Raster

FRAGMENT_ROWS = 128
"""Rows in one ``GS v 0``: cheap printers jam on long pictures (Honeywell IHR810 above 400 rows)."""
_REAL_TIME = re.compile(rb"\x10([\x04\x05\x14])")
"""DLE EOT, DLE ENQ and DLE DC4 act at once, even inside a picture (Epson TM-T81 specification): the last can clear
the printer's memory."""
_PROFILES = {576: "NT-80-V-UL", 512: "TM-T88V", 384: "POS-5890"}
"""python-escpos's printers of these widths. With its default profile it writes a warning to standard output."""
_FEED_LINES = {576: 1, 512: 1, 384: 4}
"""The cut command itself feeds to the cutter; 58 mm printers mostly have none, and need paper beyond the tear bar."""


def slip_bytes(raster: Raster) -> bytes:
    """Everything that prints ``raster`` as one slip. The width must be one of ``layout.PAPERS``."""
    device = Dummy(profile=_PROFILES[raster.width])
    device.hw("INIT")
    for piece in _pieces(defused(raster)):
        device.image(piece.image(), impl="bitImageRaster")
    device.print_and_feed(_FEED_LINES[raster.width])
    device.cut(mode="PART", feed=False)
    return bytes(device.output)


def defused(raster: Raster) -> Raster:
    """The raster with one more black dot wherever its bytes held a real-time command, also from one row to the next.

    Bit 1 is white in 04, 05 and 14; setting it gives 06, 07 and 16, none of which can begin or end such a command.
    """
    return Raster(raster.width, raster.height, _REAL_TIME.sub(_with_dot, raster.rows))


def _pieces(raster: Raster) -> Iterator[Raster]:
    """Cut here, as python-escpos would convert the whole picture once and then each piece again."""
    row = raster.width // 8
    for start in range(0, len(raster.rows), FRAGMENT_ROWS * row):
        rows = raster.rows[start : start + FRAGMENT_ROWS * row]
        yield Raster(raster.width, len(rows) // row, rows)


def _with_dot(match: re.Match[bytes]) -> bytes:
    return bytes((match[0][0], match[0][1] | 0b10))
