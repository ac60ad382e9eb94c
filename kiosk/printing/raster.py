"""One picture in the printer's own dots: 1 bit each, set where the paper turns black."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from kiosk.printing.sheet import Ink


@dataclass(frozen=True)
class Raster:
    """``rows`` holds ``width / 8`` bytes a row, leftmost dot in the highest bit, 1 is black.

    Attributes:
        whole_rows: for a printer that wants all rows of full width, white ones too.
        is_placed: things go to their place by ``ESC a`` though that saves little: what a print test is to show.
    """

    width: int
    height: int
    rows: bytes
    whole_rows: bool = False
    is_placed: bool = False

    def image(self) -> Image.Image:
        """As a picture for people and files: black on white."""
        white_is_set = self.rows.translate(_INVERTED)
        return Image.frombytes("1", (self.width, self.height), white_is_set)


_INVERTED = bytes(255 - value for value in range(256))


def raster_of(ink: Ink, *, whole_rows: bool = False, is_placed: bool = False) -> Raster:
    """``ink`` must be a multiple of 8 wide."""
    height, width = ink.shape
    return Raster(width, height, np.packbits(ink, axis=1).tobytes(), whole_rows, is_placed)
