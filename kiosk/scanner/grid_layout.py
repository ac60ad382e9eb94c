"""What every QR symbol of a version has in common: its size, its patterns, and where they lie (ISO/IEC 18004)."""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from segno import consts

Floats: TypeAlias = npt.NDArray[np.float32]
Flags: TypeAlias = npt.NDArray[np.bool_]

MOST_VERSION = 40
FINDER: Floats = np.full((9, 9), -1, np.float32)
"""A finder pattern with the light around it; 1 is dark."""
FINDER[1:8, 1:8], FINDER[2:7, 2:7], FINDER[3:6, 3:6] = 1, -1, 1
ALIGNMENT: Floats = np.full((5, 5), 1, np.float32)
ALIGNMENT[1:4, 1:4], ALIGNMENT[2, 2] = -1, 1


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
    side, alignment = side_of(version), tuple(_alignment(version))
    modules = np.zeros((side, side), np.float32)
    modules[6, 8 : side - 8] = modules[8 : side - 8, 6] = np.where(np.arange(8, side - 8) % 2, -1, 1)
    for u, v in alignment:
        modules[int(v) - 2 : int(v) + 3, int(u) - 2 : int(u) + 3] = ALIGNMENT
    modules[:8, :8], modules[:8, side - 8 :], modules[side - 8 :, :8] = (
        FINDER[1:, 1:],
        FINDER[1:, :-1],
        FINDER[:-1, 1:],
    )
    modules[side - 8, 8] = 1
    _write_version(modules, version)
    known = modules.ravel() != 0
    return Layout(side, known, modules.ravel()[known], alignment)


def _write_version(modules: Floats, version: int) -> None:
    """Its 18 bits, twice, in symbols that are large enough to need them."""
    if version < 7:
        return
    bits = [1 if consts.VERSION_INFO[version - 7] >> place & 1 else -1 for place in range(18)]
    block = np.array(bits, np.float32).reshape(6, 3)
    modules[:6, -11:-8], modules[-11:-8, :6] = block, block.T


def _alignment(version: int) -> list[tuple[float, float]]:
    """Those nearest to the top left first; none where a finder pattern is."""
    if version == 1:
        return []
    places = [place + 0.5 for place in consts.ALIGNMENT_POS[version - 2]]
    first, last = places[0], places[-1]
    taken = {(first, first), (first, last), (last, first)}
    return sorted({(u, v) for u in places for v in places} - taken, key=sum)
