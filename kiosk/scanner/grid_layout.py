"""What every QR symbol of a version has in common: its size, its patterns, and where they lie (ISO/IEC 18004)."""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import segno
from segno import consts

Floats: TypeAlias = npt.NDArray[np.float32]
Flags: TypeAlias = npt.NDArray[np.bool_]

MOST_VERSION = 40
_CHANGING = (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT, consts.TYPE_FORMAT_DARK, consts.TYPE_FORMAT_LIGHT)


@dataclass(frozen=True, eq=False)
class Layout:
    """``known``: the modules, row by row, that are the same in every symbol; ``values``: these, 1 dark and -1 light.

    ``alignment``: centres of the alignment patterns, in modules from the symbol's top left corner.
    """

    side: int
    known: Flags
    values: Floats
    alignment: tuple[tuple[float, float], ...]


def side_of(version: int) -> int:
    """Modules along one side."""
    return 17 + 4 * version


@cache
def layout(version: int) -> Layout:
    """The layout of ``version``, 1 to 40."""
    symbol = segno.make_qr("A", version=version, error="l", boost_error=False, mask=0)
    types = np.array([list(row) for row in symbol.matrix_iter(border=0, verbose=True)])
    dark = np.array([list(row) for row in symbol.matrix], np.float32)
    known = ~np.isin(types, _CHANGING)
    return Layout(side_of(version), known.ravel(), 2 * dark[known] - 1, tuple(_alignment(version)))


def _alignment(version: int) -> list[tuple[float, float]]:
    """Those nearest to the top left first; none where a finder pattern is."""
    if version == 1:
        return []
    places = [place + 0.5 for place in consts.ALIGNMENT_POS[version - 2]]
    first, last = places[0], places[-1]
    taken = {(first, first), (first, last), (last, first)}
    return sorted({(u, v) for u in places for v in places} - taken, key=sum)
