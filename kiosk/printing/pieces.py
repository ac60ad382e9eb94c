"""A raster cut into pictures that take few bytes, out of what ``GS v 0`` can do and nothing else.

Rows need not be wider than their ink; white rows are one byte wide, which feeds exactly so many rows; what consists of
dots doubled in width, height or both, as rules and labels do, is printed doubled (mode 1, 2 or 3); what stands at the
right or in the middle, as Urdu does, is cropped at its left as well, and put back by ``ESC a``. A printer that does not
obey ``ESC a`` for pictures prints such a thing at the left, but whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np

from kiosk.printing.raster import Raster

Rows: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
LONGEST = 128
"""Rows that one ``GS v 0`` prints: cheap printers jam on long pictures (Honeywell IHR810 above 400 rows)."""
_HEADER = 8
_WORTH = 16
"""Bytes that one more picture must save: between two of them a printer that gets its bytes slowly may halt."""
_WORTH_PLACING = 0.1
"""Share of all bytes that ``ESC a`` must save: slips that are written from the left do without it."""


class Place(IntEnum):
    """Where a picture stands on the paper, as ``ESC a`` counts."""

    LEFT = 0
    MIDDLE = 1
    RIGHT = 2


@dataclass(frozen=True)
class Piece:
    """Rows ``first`` to ``end`` of the paper, there the bytes ``left`` to ``right``, as one picture.

    Each bit prints ``wide`` by ``tall`` dots. It starts at the paper's left edge, ends at its right one, or is as far
    from both.
    """

    first: int
    end: int
    right: int
    left: int = 0
    wide: int = 1
    tall: int = 1

    @property
    def lines(self) -> int:
        return (self.end - self.first) // self.tall

    @property
    def width(self) -> int:
        """Bytes a line."""
        return (self.right - self.left) // self.wide

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return _HEADER + self.lines * self.width

    def place(self, row: int) -> Place:
        """On paper of ``row`` bytes."""
        if self.left == 0:
            return Place.LEFT
        return Place.RIGHT if self.right == row else Place.MIDDLE


def pieces(raster: Raster) -> list[Piece]:
    """The pictures that ``raster`` is cut into, from top to bottom."""
    if raster.whole_rows:
        return list(_run(Piece(0, raster.height, raster.width // 8)))
    rows = rows_of(raster)
    ragged, placed = list(_cropped(rows, _ragged)), list(_cropped(rows, _placed))
    is_worth = _content_size(placed) <= (1 - _WORTH_PLACING) * _content_size(ragged)
    return _joined(placed if is_worth else ragged)


def rows_of(raster: Raster) -> Rows:
    """Its bytes, row by row."""
    return np.frombuffer(raster.rows, np.uint8).reshape(raster.height, raster.width // 8)


def _content_size(cropped: list[Piece]) -> int:
    return sum(piece.lines * piece.width for piece in cropped)


def _cropped(rows: Rows, crop: Callable[[Rows, int], Iterator[Piece]]) -> Iterator[Piece]:
    """Things, that is, all between two white rows; and what is white, where the thing above it stands."""
    height, row = rows.shape
    is_inked = np.asarray(rows.any(axis=1))
    turns = (np.flatnonzero(is_inked[1:] != is_inked[:-1]) + 1).tolist()
    white = _white(Place.LEFT, row)
    for first, end in pairwise((0, *turns, height)):
        if is_inked[first]:
            thing = list(crop(rows[first:end], first))
            white = _white(thing[-1].place(row), row)
            yield from thing
        else:
            yield from _run(replace(white, first=first, end=end))


def _run(piece: Piece) -> Iterator[Piece]:
    """In pieces of at most LONGEST rows."""
    for first in range(piece.first, piece.end, LONGEST):
        yield replace(piece, first=first, end=min(first + LONGEST, piece.end))


def _white(place: Place, row: int) -> Piece:
    left, right = {Place.LEFT: (0, 1), Place.MIDDLE: (row // 2 - 1, row // 2 + 1), Place.RIGHT: (row - 1, row)}[place]
    return Piece(0, 0, right, left)


def _placed(rows: Rows, first: int) -> Iterator[Piece]:
    """As one block where that takes less: a printer that does not obey ``ESC a`` must shift all of a thing alike."""
    ragged, block = list(_ragged(rows, first)), _block(rows, first)
    is_less = len(rows) <= LONGEST and block.lines * block.width < _content_size(ragged)
    yield from [block] if is_less else ragged


def _ragged(rows: Rows, first: int) -> Iterator[Piece]:
    """From the left edge, each row as narrow as its ink; rows of the same width as one."""
    wide, tall = _doubling(rows)
    bytes_wide = rows.shape[1] - (rows[::tall, ::-1] != 0).argmax(axis=1)
    rights = (-(-bytes_wide // wide) * wide).tolist()
    top = first
    for right, lines in groupby(rights):
        end = top + tall * len(list(lines))
        yield from _run(Piece(top, end, right, 0, wide, tall))
        top = end


def _block(rows: Rows, first: int) -> Piece:
    """All rows cropped alike: at the right edge, or in the middle if that takes less."""
    wide, tall = _doubling(rows)
    row = rows.shape[1]
    inked = np.flatnonzero(rows.any(axis=0))
    left, right_margin = (int(margin) // wide * wide for margin in (inked[0], row - 1 - inked[-1]))
    margin = min(left, right_margin)
    end = first + len(rows)
    at_right, in_middle = (
        Piece(first, end, row, left, wide, tall),
        Piece(first, end, row - margin, margin, wide, tall),
    )
    return min(at_right, in_middle, key=lambda piece: piece.size)


def _doubling(rows: Rows) -> tuple[int, int]:
    """How many dots wide and tall each dot of a thing is: 1 or 2.

    Never of a part of it: where a printer does not obey the mode, a thing comes out small, but whole.
    """
    height, row = rows.shape
    is_wide = row % 2 == 0 and bool((((rows >> 1) ^ rows) & 0b01010101 == 0).all())
    is_tall = height % 2 == 0 and bool((rows[::2] == rows[1::2]).all())
    return 1 + is_wide, 1 + is_tall


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
    left, right = min(upper.left, lower.left), max(upper.right, lower.right)
    if (upper.wide, upper.tall) == (lower.wide, lower.tall):
        return Piece(upper.first, lower.end, right, left, upper.wide, upper.tall)
    return Piece(upper.first, lower.end, right, left)
