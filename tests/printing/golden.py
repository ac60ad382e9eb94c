"""Pictures of slips as somebody has looked at them. ``python -m tests.printing.golden`` draws them anew: look again.

Two pictures are alike where hardly any dot of one is further than two dots from a dot of the other. A font's patch
version passes that; a letter that is not joined, turned or missing does not.
"""

import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from kiosk.printing.layout import SlipPainter
from kiosk.printing.raster import Raster
from kiosk.printing.sheet import Ink
from tests.printing.hospital import LANGUAGES, slip_in

FOLDER = Path(__file__).parent / "golden"
WIDTHS = (576, 384)
TILE = 24
"""Dots, across and down, that are judged together: about a letter."""
_NEAR = 2
_LEAST = 80
"""Dots of ink below which a tile is judged as if it had so many."""
MOST = 0.08
"""Share of a tile's dots that may lie apart."""


def path_of(language: str, width: int) -> Path:
    return FOLDER / f"{language}-{width}.png"


def drawn(language: str, width: int) -> Raster:
    """As printed for a slip that comes as a copy, which shows all there is; drawn twice, as Qt warms up first."""
    painter = SlipPainter(width)
    painter.render(slip_in(language, copy=1))
    return painter.render(slip_in(language, copy=1))


def worst_tile(one: Image.Image, other: Image.Image) -> float:
    """The largest share of dots that lie apart, over all tiles."""
    size = tuple(-(-max(sides) // TILE) * TILE for sides in zip(one.size, other.size, strict=True))
    first, second = (np.asarray(_on_white(picture, size)) < 128 for picture in (one, other))
    apart = _tiles(first & ~_spread(second)) + _tiles(second & ~_spread(first))
    inked = (_tiles(first) + _tiles(second)) / 2
    return float((apart / np.maximum(inked, _LEAST)).max())


def _on_white(picture: Image.Image, size: tuple[int, ...]) -> Image.Image:
    paper = Image.new("L", (size[0], size[1]), 255)
    paper.paste(picture.convert("L"))
    return paper


def _spread(ink: Ink) -> Ink:
    near = np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8)
    return cv2.dilate(ink.astype(np.uint8), near) > 0


def _tiles(ink: Ink) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Dots of ink in each tile."""
    height, width = ink.shape
    return np.asarray(ink.reshape(height // TILE, TILE, width // TILE, TILE).sum(axis=(1, 3)), np.int64)


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        for width in WIDTHS:
            drawn(language, width).image().save(path_of(language, width), optimize=True)
    print(f"{len(LANGUAGES) * len(WIDTHS)} pictures in {FOLDER}: look at each")
    del application


if __name__ == "__main__":
    main()
