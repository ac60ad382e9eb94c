"""A raster as few bytes of ``GS v 0``, the one picture command that every ESC/POS printer has, and of ``ESC a``.

No printer here is asked to unpack anything. ``pieces`` says what is saved. Of the commands that place a picture
``ESC a`` alone is effective for ``GS v 0`` by the manuals of Epson, of the Citizen CT-E651 and of the HPRT TP80K; an
Everycom EC400 ignores it. Margins and positions (``GS L``, ``ESC $``) would crop a bit more, and are not promised by
all of those; ``ESC J`` for white rows counts in units that differ from printer to printer.
"""

import re
import struct

import numpy as np

from kiosk.printing.pieces import Piece, Place, Rows, pieces, rows_of
from kiosk.printing.raster import Raster

_REAL_TIME = re.compile(rb"\x10([\x04\x05\x14])")
"""DLE EOT, DLE ENQ and DLE DC4 act at once, even inside a picture (Epson TM-T81 specification): the last can clear
the printer's memory."""


def pictures(raster: Raster) -> bytes:
    """All of ``raster`` as pictures one below the other, for a printer that has just been initialised.

    None of them holds a real-time command.
    """
    rows = rows_of(raster)
    parts, place = [], Place.LEFT
    for piece in pieces(raster):
        if piece.place is not place:
            place = piece.place
            parts.append(b"\x1ba" + bytes((place,)))
        parts += [_header(piece), content(rows, piece)]
    return b"".join(parts)


def content(rows: Rows, piece: Piece) -> bytes:
    """The piece's lines, each real-time command broken by one more black bit, from one line to the next too.

    Bit 1 is white in 04, 05 and 14; setting it gives 06, 07 and 16, none of which can begin or end such a command.
    What stands before and after is no help to one: a header ends with 00, and the next command begins with 1B or 1D.
    """
    lines = rows[piece.first : piece.end : piece.tall, piece.left : piece.right]
    if piece.wide == 2:
        lines = np.packbits(np.unpackbits(lines, axis=1)[:, ::2], axis=1)
    return _REAL_TIME.sub(lambda match: bytes((0x10, match[1][0] | 0b10)), lines.tobytes())


def _header(piece: Piece) -> bytes:
    """Mode bit 0 doubles the width, bit 1 the height."""
    mode = (piece.wide - 1) | (piece.tall - 1) << 1
    return b"\x1dv0" + struct.pack("<BHH", mode, piece.width, piece.lines)
