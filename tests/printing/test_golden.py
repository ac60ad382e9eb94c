"""Slips in all scripts look as they did when somebody looked at them, and their QR outlives the print head."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from kiosk.printing.layout import SlipPainter
from tests.printing.golden import FOLDER, MOST, WIDTHS, drawn, path_of, worst_tile
from tests.printing.hospital import LANGUAGES, slip_in
from tests.printing.slips import TOKEN_ID

BLUR_DOTS = 1.6
"""Standard deviation: an edge is half a millimetre wide."""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_looks_as_it_did_and_its_qr_is_read_off_a_worn_print_head(language: str, width: int) -> None:
    picture = drawn(language, width).image()
    with Image.open(path_of(language, width)) as golden:
        assert worst_tile(golden, picture) <= MOST
        for printed in (picture, golden):
            assert [code.text for code in zxingcpp.read_barcodes(worn(printed))] == [TOKEN_ID]


def test_every_picture_that_is_kept_is_looked_at() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(path_of(language, width) for language in LANGUAGES for width in WIDTHS)


def changed(language: str, **texts: Any) -> Image.Image:
    return SlipPainter(576).render(replace(slip_in(language, copy=1), **texts)).image()


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("hi", {"department": "स्‌त्री एवं प्रसूति रोग"}),
        ("hi", {"person": "आशा श., 45 वर्ष, महीला"}),
        ("te", {"where": "గదీ 3"}),
        ("ur", {"facility": "ض ل ع ہسپتال، رام پور"}),
        ("en", {"label": "GA-011"}),
        ("en", {"when": "22-11-2026  09:41"}),
    ],
)
def test_a_letter_that_is_not_joined_or_is_another_is_seen(language: str, texts: dict[str, str]) -> None:
    with Image.open(path_of(language, 576)) as golden:
        assert worst_tile(golden, changed(language, **texts)) > MOST


def test_letters_that_are_a_dot_off_are_not_seen_as_others() -> None:
    with Image.open(path_of("hi", 576)) as golden:
        assert worst_tile(golden, ImageChops.offset(golden, 1, 1)) == 0.0
        thicker = golden.convert("L").filter(ImageFilter.MinFilter(3))
        assert worst_tile(golden, thicker) <= MOST


def worn(picture: Image.Image) -> Image.Image:
    """A head that prints with blurred edges and half its heat, and two of whose elements are dead, seen by a camera."""
    seen = picture.convert("L").resize((2 * picture.width, 2 * picture.height), Image.Resampling.NEAREST)
    gray = np.asarray(seen.filter(ImageFilter.GaussianBlur(2 * BLUR_DOTS)), np.float32)
    faded = 255 - (255 - gray) * 0.5
    for dead in (61, 118):
        faded[:, 2 * dead : 2 * dead + 2] = 255
    return Image.fromarray(faded.astype(np.uint8))
