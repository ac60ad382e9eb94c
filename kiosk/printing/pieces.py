"""A raster cut into pictures that take few bytes, out of what ``GS v 0`` can do and nothing else.

Rows need not be wider than their ink; white rows are one byte wide, which feeds exactly so many rows; what consists of
dots doubled in width, height or both, as rules and labels do, is printed doubled (mode 1, 2 or 3); what stands at the
right or in the middle, as Urdu does, is cropped at its left as well, and put back by ``ESC a``.

``ESC a`` counts from the edges of the print head. No head has more than 576 dots, so each thing on slips of that width
goes where it takes least; a narrower slip may meet a wider head, so all of it goes to one place, and moves together. A
printer that does not obey ``ESC a`` for pictures prints a thing at the left, but whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np

from kiosk.printing.paper import PAPERS
from kiosk.printing.raster import Raster

Rows: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
_Way: TypeAlias = Callable[[Rows, int], Iterator["Piece"]]
"""How the rows of one thing, and the first one's number, become pieces."""
LONGEST = 128
"""Rows that one ``GS v 0`` prints: cheap printers jam on long pictures (Honeywell IHR810 above 400 rows)."""
_HEADER = 8
_WORTH = 16
"""Bytes that one more picture must save: between two of them a printer that gets its bytes slowly may halt."""
_WORTH_PLACING = 0.1
"""Share of all bytes that ``ESC a`` must save: slips that are written from the left do without it."""


class Place(IntEnum):
    """Where pictures stand on the paper, as ``ESC a`` counts."""

    LEFT = 0
    MIDDLE = 1
    RIGHT = 2


@dataclass(frozen=True)
class Piece:
    """Rows ``first`` to ``end`` of the raster, there the bytes ``left`` to ``right``, as one picture.

    Each bit prints ``wide`` by ``tall`` dots. In its place it starts at the raster's left edge, ends at its right one,
    or is as far from both.
    """

    first: int
    end: int
    right: int
    left: int = 0
    wide: int = 1
    tall: int = 1
    place: Place = Place.LEFT

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


def pieces(raster: Raster) -> list[Piece]:
    """The pictures that ``raster`` is cut into, from top to bottom."""
    if raster.whole_rows:
        return list(_run(Piece(0, raster.height, raster.width // 8)))
    rows = rows_of(raster)
    ways = (_least,) if raster.width == max(PAPERS) else _ALIKE
    from_left = list(_cropped(rows, _ragged))
    placed = min((list(_cropped(rows, way)) for way in ways), key=_content_size)
    is_worth = raster.is_placed or _content_size(placed) <= (1 - _WORTH_PLACING) * _content_size(from_left)
    return _joined(placed if is_worth else from_left)


def rows_of(raster: Raster) -> Rows:
    """Its bytes, row by row."""
    return np.frombuffer(raster.rows, np.uint8).reshape(raster.height, raster.width // 8)


def _content_size(cropped: list[Piece]) -> int:
    return sum(piece.lines * piece.width for piece in cropped)


def _cropped(rows: Rows, way: _Way) -> Iterator[Piece]:
    """Things, that is, all between two white rows; and what is white, where the thing above it stands."""
    height, row = rows.shape
    is_inked = np.asarray(rows.any(axis=1))
    turns = (np.flatnonzero(is_inked[1:] != is_inked[:-1]) + 1).tolist()
    place = Place.LEFT
    for first, end in pairwise((0, *turns, height)):
        if is_inked[first]:
            thing = list(way(rows[first:end], first))
            place = thing[-1].place
            yield from thing
        else:
            yield from _run(_white(place, row, first, end))


def _run(piece: Piece) -> Iterator[Piece]:
    """In pieces of at most LONGEST rows."""
    for first in range(piece.first, piece.end, LONGEST):
        yield replace(piece, first=first, end=min(first + LONGEST, piece.end))


def _white(place: Place, row: int, first: int, end: int) -> Piece:
    left, right = {Place.LEFT: (0, 1), Place.MIDDLE: (row // 2 - 1, row // 2 + 1), Place.RIGHT: (row - 1, row)}[place]
    return Piece(first, end, right, left, place=place)


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


def _block(place: Place, rows: Rows, first: int) -> Iterator[Piece]:
    """All rows cropped alike: a printer that does not obey ``ESC a`` must shift all of a thing by as much.

    What takes several pictures is not cropped: any of them may be joined with something that begins further left.
    """
    wide, tall = _doubling(rows)
    row = rows.shape[1]
    inked = np.flatnonzero(rows.any(axis=0))
    margins = (inked[0] if len(rows) <= LONGEST else 0, row - 1 - inked[-1])
    left, right_margin = (int(margin) // wide * wide for margin in margins)
    if place is Place.MIDDLE:
        left = right_margin = min(left, right_margin)
    else:
        right_margin = 0
    yield from _run(Piece(first, first + len(rows), row - right_margin, left, wide, tall, place))


_ALIKE: tuple[_Way, ...] = (partial(_block, Place.RIGHT), partial(_block, Place.MIDDLE))


def _least(rows: Rows, first: int) -> Iterator[Piece]:
    found = [list(way(rows, first)) for way in (_ragged, *_ALIKE)]
    yield from min(found, key=_content_size)


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
    """Each piece of at most LONGEST rows in one place that ends with the run ``end``; the run that it begins with."""
    piece = runs[end]
    yield end, piece
    for first in range(end - 1, -1, -1):
        if runs[first].place is not piece.place or piece.end - runs[first].first > LONGEST:
            return
        piece = _both(runs[first], piece)
        yield first, piece


def _both(upper: Piece, lower: Piece) -> Piece:
    both = replace(upper, end=lower.end, left=min(upper.left, lower.left), right=max(upper.right, lower.right))
    return both if (upper.wide, upper.tall) == (lower.wide, lower.tall) else replace(both, wide=1, tall=1)
