"""A hospital's emblem, out of a picture file, as black dots."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

_MOST_BYTES = 5_000_000
_MOST_DOTS = 4000


@dataclass(frozen=True)
class Logo:
    """Gray from 0 (black) to 255, row by row."""

    width: int
    height: int
    gray: bytes

    def image(self) -> Image.Image:
        return Image.frombytes("L", (self.width, self.height), self.gray)


def read_logo(path: Path) -> Logo:
    """The picture in a PNG or JPEG file, on white where it is transparent.

    Raises:
        ValueError: with a sentence for the file's owner.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"{path.name} has over {_MOST_BYTES // 1_000_000} MB: save it smaller")
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            return _logo(picture, path.name)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path.name} is no PNG or JPEG picture that can be read") from error


def _logo(picture: Image.Image, name: str) -> Logo:
    if max(picture.size) > _MOST_DOTS:
        raise ValueError(f"{name} is {picture.width} x {picture.height} dots; allowed are {_MOST_DOTS}")
    colour = picture.convert("RGBA")
    white = Image.new("RGBA", colour.size, "white")
    gray = Image.alpha_composite(white, colour).convert("L")
    return Logo(gray.width, gray.height, gray.tobytes())
