"""QR pictures for tests."""

import numpy as np
import segno

from kiosk.scanner.decode import Grey


def drawn(text: str, *, scale: int = 4, error: str = "l") -> Grey:
    """A clean QR as ABHA services make them: UTF-8 bytes, no ECI header."""
    code = segno.make(text, error=error, boost_error=False, micro=False, mode="byte", encoding="utf-8", eci=False)
    rows = [[255 * (1 - bit) for bit in row] for row in code.matrix_iter(scale=scale, border=4)]
    return np.array(rows, np.uint8)


def beside(*pictures: Grey) -> Grey:
    """The pictures in one row, on white."""
    height = max(picture.shape[0] for picture in pictures)
    tall = [np.pad(one, ((0, height - one.shape[0]), (0, 0)), constant_values=255) for one in pictures]
    return np.hstack(tall)
