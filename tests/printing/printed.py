"""What the bytes of a slip are to leave on paper."""

import numpy as np

from kiosk.printing.encoding import content
from kiosk.printing.pieces import pieces, rows_of
from kiosk.printing.raster import Raster


def as_printed(raster: Raster) -> Raster:
    """The raster, with one more bit wherever its bytes held a real-time command."""
    rows = rows_of(raster)
    paper = np.zeros_like(rows)
    for piece in pieces(raster):
        lines = np.frombuffer(content(rows, piece), np.uint8).reshape(piece.lines, piece.width)
        dots = np.unpackbits(lines, axis=1).repeat(piece.tall, axis=0).repeat(piece.wide, axis=1)
        paper[piece.first : piece.end, piece.left : piece.right] = np.packbits(dots, axis=1)
    return Raster(raster.width, raster.height, paper.tobytes(), raster.whole_rows)
