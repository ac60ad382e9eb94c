"""One symbol in many frames: what each of them tells of its modules, added up."""

from dataclasses import dataclass

import numpy as np

from kiosk.scanner.grid_layout import Floats, side_of

_SAME = 0.3
_OTHERS_TO_BEGIN_ANEW = 3
_FADING = 0.99


@dataclass
class Fusion:
    """Adds up likelihoods of one symbol at a time; ``frames`` of them so far."""

    version: int = 0
    total: Floats | None = None
    frames: int = 0
    _others: int = 0

    def add(self, likelihoods: Floats, version: int) -> bool:
        """Take in a frame; whether the total now says more of the symbol that this frame shows.

        One that shows something else is left out; a few of these in turn are the next symbol.
        """
        told = self._as_told(likelihoods, version)
        if told is not None and self.total is not None:
            self.total = _FADING * self.total + told
            self.frames += 1
            self._others = 0
            return True
        if self.total is None or self._others + 1 >= _OTHERS_TO_BEGIN_ANEW:
            self.version, self.total, self.frames, self._others = version, likelihoods, 1, 0
        else:
            self._others += 1
        return False

    def clear(self) -> None:
        self.version, self.total, self.frames, self._others = 0, None, 0, 0

    def _as_told(self, likelihoods: Floats, version: int) -> Floats | None:
        """The likelihoods, rows and columns changed if that is how they agree; None where they do not agree."""
        if self.total is None or version != self.version:
            return None
        side = side_of(version)
        mirrored = likelihoods.reshape(side, side).T.ravel()
        best = max((likelihoods, mirrored), key=lambda one: _agreement(one, self.total))
        return best if _agreement(best, self.total) > _SAME else None


def _agreement(one: Floats, other: Floats | None) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing agrees with what says nothing
        return 0.0 if other is None else float(np.corrcoef(one, other)[0, 1])
