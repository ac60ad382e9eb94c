"""One picture in the printer's own dots: 1 bit each, set where the paper turns black."""

from dataclasses import dataclass

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage


@dataclass(frozen=True)
class Raster:
    """``rows`` holds ``width / 8`` bytes a row, leftmost dot in the highest bit, 1 is black."""

    width: int
    height: int
    rows: bytes

    def image(self) -> Image.Image:
        """As a picture for people and files: black on white."""
        white_is_set = self.rows.translate(_INVERTED)
        return Image.frombytes("1", (self.width, self.height), white_is_set)


_INVERTED = bytes(255 - value for value in range(256))


def raster_of(gray: QImage) -> Raster:
    """``gray`` (Grayscale8, black on white, width a multiple of 32) cut at half, without dithering."""
    mono = gray.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)
    return Raster(mono.width(), mono.height(), bytes(mono.constBits()))
