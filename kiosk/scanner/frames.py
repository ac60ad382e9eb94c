"""Frames as cameras give them: a JPEG is decoded straight to grey for the reader, and small for the preview."""

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.scanner.decode import Grey
from kiosk.scanner.jpeg_size import pixels_claimed

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Height x width x 3, in OpenCV's order blue, green, red."""

_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
MOST_PIXELS = 16 * 1024**2
"""More than any webcam has. A stream's JPEG may claim more, and decoding that takes all memory that there is here."""
_DIGEST_ROWS = 4
_END = b"\xff\xd9"
"""Of a JPEG."""


class Frame(Protocol):
    """One picture of a camera."""

    def grey(self) -> Grey | None:
        """All of it; None where it is damaged."""
        ...

    def shrunk(self, times: float) -> Pixels | None:
        """In colour, and made smaller at most ``times`` times, as far as that saves work."""
        ...

    @property
    def digest(self) -> int:
        """Equal for equal pictures; two pictures of one still scene differ by the sensor's noise."""
        ...


@dataclass(frozen=True, eq=False)
class JpegFrame:
    """A picture as a camera's MJPG mode or a network camera sends it."""

    data: bytes = field(repr=False)

    def grey(self) -> Grey | None:
        return _decoded(self.data, cv2.IMREAD_GRAYSCALE)

    def shrunk(self, times: float) -> Pixels | None:
        step = next((step for step in _REDUCED if step <= times), 1)
        return _decoded(self.data, _REDUCED.get(step, cv2.IMREAD_COLOR))

    @property
    def digest(self) -> int:
        return hash(self.data)


@dataclass(frozen=True, eq=False)
class PixelFrame:
    """A picture of a camera without MJPG, or of a file."""

    pixels: Pixels = field(repr=False)

    def grey(self) -> Grey:
        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_BGR2GRAY), np.uint8)

    def shrunk(self, times: float) -> Pixels:
        return self.pixels

    @property
    def digest(self) -> int:
        return hash(np.ascontiguousarray(self.pixels[::_DIGEST_ROWS]).tobytes())


def _decoded(data: bytes, flags: int) -> Pixels | None:
    claimed = pixels_claimed(data)
    if claimed is None or claimed > MOST_PIXELS:
        return None
    if not data.endswith(_END):
        # Some cameras leave the end away, and USB loses some; what came of the picture may still hold the code.
        data += _END
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture, np.uint8)
