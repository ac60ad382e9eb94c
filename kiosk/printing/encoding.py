"""A raster as few bytes of ``GS v 0``, the one picture command that every ESC/POS printer has, and nothing else.

No printer here is asked to unpack anything. What is saved: rows need not be wider than their ink; white rows are one
byte wide, which feeds exactly so many rows, while ``ESC J`` counts in units that differ from printer to printer; and
what consists of squares of two by two dots, as labels do, goes as mode 3, which prints each bit as such a square.
Everything starts at the left edge: margins and justification are not obeyed for pictures by all (an Everycom EC400).
"""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

import numpy as np

from kiosk.printing.raster import Raster

Rows: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
LONGEST = 128
"""Rows that one ``GS v 0`` prints: cheap printers jam on long pictures (Honeywell IHR810 above 400 rows)."""
_HEADER = 8
_WORTH = 32
"""Bytes that one more picture must save: between two of them a printer that gets its bytes slowly may halt."""
_REAL_TIME = re.compile(rb"\x10([\x04\x05\x14])")
"""DLE EOT, DLE ENQ and DLE DC4 act at once, even inside a picture (Epson TM-T81 specification): the last can clear
the printer's memory."""


@dataclass(frozen=True)
class Piece:
    """Rows ``first`` to ``end`` as one picture, ``width`` bytes a line; each bit prints ``scale`` by ``scale`` dots."""

    first: int
    end: int
    width: int
    scale: int = 1

    @property
    def lines(self) -> int:
        return (self.end - self.first) // self.scale

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return _HEADER + self.lines * self.width


def pictures(raster: Raster) -> bytes:
    """All of ``raster`` as pictures one below the other, none of which holds a real-time command."""
    rows = _rows(raster)
    return b"".join(_header(piece) + _content(rows, piece) for piece in pieces(raster))


def as_printed(raster: Raster) -> Raster:
    """What the paper shows: the raster, with one more bit wherever its bytes held a real-time command."""
    rows = _rows(raster)
    paper = np.zeros_like(rows)
    for piece in pieces(raster):
        lines = np.frombuffer(_content(rows, piece), np.uint8).reshape(piece.lines, piece.width)
        dots = np.unpackbits(lines, axis=1).repeat(piece.scale, axis=0).repeat(piece.scale, axis=1)
        paper[piece.first : piece.end, : piece.width * piece.scale] = np.packbits(dots, axis=1)
    return Raster(raster.width, raster.height, paper.tobytes(), raster.whole_rows)


def pieces(raster: Raster) -> list[Piece]:
    """The pictures that ``raster`` is cut into, from top to bottom."""
    if raster.whole_rows:
        starts = range(0, raster.height, LONGEST)
        return [Piece(first, min(first + LONGEST, raster.height), raster.width // 8) for first in starts]
    return _joined(_alike(_by_width(_rows(raster))))


def _rows(raster: Raster) -> Rows:
    return np.frombuffer(raster.rows, np.uint8).reshape(raster.height, raster.width // 8)


def _by_width(rows: Rows) -> Iterator[Piece]:
    """Each row by itself, as narrow as its ink; where all between two white rows is doubled, each pair of them."""
    inked = rows != 0
    is_inked = inked.any(axis=1)
    widths = np.where(is_inked, rows.shape[1] - inked[:, ::-1].argmax(axis=1), 1).tolist()
    for is_ink, band in groupby(range(len(rows)), key=is_inked.tolist().__getitem__):
        first, *rest = band
        end = first + len(rest) + 1
        scale = 2 if is_ink and _is_doubled(rows[first:end]) else 1
        for row in range(first, end, scale):
            yield Piece(row, row + scale, -(-widths[row] // scale), scale)


def _is_doubled(rows: Rows) -> bool:
    """Whether all consists of squares of two by two dots.

    Never part of a thing: where a printer does not obey mode 3, it comes out small, but whole.
    """
    if any(side % 2 for side in rows.shape) or not (rows[::2] == rows[1::2]).all():
        return False
    return bool((((rows >> 1) ^ rows) & 0b01010101 == 0).all())


def _alike(rows: Iterable[Piece]) -> list[Piece]:
    """Neighbours of the same width and scale as one."""
    runs: list[Piece] = []
    for piece in rows:
        same = runs and (runs[-1].width, runs[-1].scale) == (piece.width, piece.scale)
        if same and piece.end - runs[-1].first <= LONGEST:
            runs[-1] = replace(runs[-1], end=piece.end)
        else:
            runs.append(piece)
    return runs


def _joined(runs: list[Piece]) -> list[Piece]:
    """Runs put together to the pieces that cost least: for each end, the best place where its last piece begins."""
    costs, lasts = [0], []
    for end in range(len(runs)):
        offers = ((costs[first] + last.size + _WORTH, last, first) for first, last in _ending_with(runs, end))
        cost, last, first = min(offers, key=lambda offer: offer[0])
        costs.append(cost)
        lasts.append((last, first))
    return list(_back(lasts))


def _back(lasts: list[tuple[Piece, int]]) -> Iterator[Piece]:
    """The chosen pieces out of each end's last one and where it begins."""
    chosen, end = [], len(lasts)
    while end:
        piece, end = lasts[end - 1]
        chosen.append(piece)
    return reversed(chosen)


def _ending_with(runs: list[Piece], end: int) -> Iterator[tuple[int, Piece]]:
    """Each piece of at most LONGEST rows that ends with the run ``end``, and the run that it begins with."""
    piece = runs[end]
    yield end, piece
    for first in range(end - 1, -1, -1):
        piece = _both(runs[first], piece)
        if piece.end - piece.first > LONGEST:
            return
        yield first, piece


def _both(upper: Piece, lower: Piece) -> Piece:
    if upper.scale == lower.scale:
        return Piece(upper.first, lower.end, max(upper.width, lower.width), upper.scale)
    return Piece(upper.first, lower.end, max(upper.width * upper.scale, lower.width * lower.scale))


def _header(piece: Piece) -> bytes:
    return b"\x1dv0" + struct.pack("<BHH", 3 if piece.scale == 2 else 0, piece.width, piece.lines)


def _content(rows: Rows, piece: Piece) -> bytes:
    """The piece's lines, each real-time command broken by one more black bit, from one line to the next too.

    Bit 1 is white in 04, 05 and 14; setting it gives 06, 07 and 16, none of which can begin or end such a command.
    What stands before and after is no help to one: a header ends with 00, and the next command begins with 1B or 1D.
    """
    lines = rows[piece.first : piece.end]
    if piece.scale == 2:
        lines = np.packbits(np.unpackbits(lines[::2], axis=1)[:, ::2], axis=1)
    return _REAL_TIME.sub(lambda match: bytes((0x10, match[1][0] | 0b10)), lines[:, : piece.width].tobytes())
