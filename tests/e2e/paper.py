"""Reading a printed slip as a person, or the desk's scanner gun, would."""

import numpy as np
import zxingcpp
from PIL import Image

BAR_ROWS = 24
"""The stamp DUPLICATE is white on a black bar, 5 mm high at 8 rows a millimetre; no rule on a slip is half as thick."""


def qr_on(paper: Image.Image) -> str:
    """The text of the slip's only QR."""
    (code,) = zxingcpp.read_barcodes(np.asarray(paper.convert("L")))
    return code.text


def is_marked_duplicate(paper: Image.Image) -> bool:
    """Whether there is a bar across the paper: rows in a row, each mostly black."""
    dark = np.asarray(paper.convert("L")) < 128
    longest = run = 0
    for share in dark.mean(axis=1):
        run = run + 1 if share > 0.6 else 0
        longest = max(longest, run)
    return longest >= BAR_ROWS
