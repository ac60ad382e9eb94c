"""The poster is read by a decoder and holds what it must, on screen and on paper."""

import re
import zlib
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage

from kiosk.abdm.poster import HEIGHT, WIDTH, Poster, poster_pdf, poster_png
from kiosk.abdm.poster_pictures import qr_matrix, qr_path
from kiosk.abdm.poster_words import WORDS
from kiosk.errors import SettingError
from kiosk.model.counter import share_url

URL = share_url("phrsbx.abdm.gov.in", "IN0000000000", "OPD1")
NAMES = {"en": "District Hospital", "hi": "ज़िला अस्पताल", "gu": "જિલ્લા હૉસ્પિટલ"}
COUNTER = {"en": "General Medicine", "hi": "सामान्य चिकित्सा"}
LONG = {"en": "Government Medical College and Associated Hospitals of the District of Somewhere" * 2}
LANGUAGES = [("en",), ("hi", "en"), ("gu", "hi", "en")]

pytestmark = pytest.mark.usefixtures("qapp")


def poster(languages: tuple[str, ...] = ("hi", "en"), **changes: object) -> Poster:
    fields: dict[str, object] = {"facility": NAMES, "counter": COUNTER, "footnote": "IN0000000000 · OPD1"}
    return Poster(URL, languages=languages, **fields | changes)  # type: ignore[arg-type]


def picture(png: bytes, folder: Path) -> Image.Image:
    path = folder / "poster.png"
    path.write_bytes(png)
    with Image.open(path) as image:
        return image.convert("RGB")


def codes(image: Image.Image) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(np.asarray(image.convert("L")))


def texts(image: Image.Image) -> list[str]:
    return [code.text for code in codes(image)]


@pytest.mark.parametrize("languages", LANGUAGES)
@pytest.mark.parametrize("dpi", [72, 100])
def test_the_code_is_read_from_a_coarse_print(languages: tuple[str, ...], dpi: int, tmp_path: Path) -> None:
    assert texts(picture(poster_png(poster(languages), dpi), tmp_path)) == [URL]


def test_it_is_the_only_code_and_a_large_one(tmp_path: Path) -> None:
    (code,) = codes(picture(poster_png(poster(), 300), tmp_path))
    assert code.text == URL
    millimetres = (code.position.top_right.x - code.position.top_left.x) / 300 * 25.4
    assert 65 < millimetres < 85


def test_nothing_stands_in_the_quiet_zone(tmp_path: Path) -> None:
    """Four modules of white on each side, whatever the counter is called."""
    long = {"en": "Registration of new and returning out-patients, women and children first"}
    image = picture(poster_png(poster(counter=long), 254), tmp_path).convert("L")
    side = len(qr_matrix(URL))
    module = 900 / (side + 8)
    left, top, inside = WIDTH / 2 - side * module / 2, 592 + 4 * module, side * module
    dots = np.asarray(image)
    whole = dots[round(top - 3.9 * module) : round(top + inside + 3.9 * module), :]
    whole = whole[:, round(left - 3.9 * module) : round(left + inside + 3.9 * module)]
    ring = np.ones(whole.shape, dtype=bool)
    edge = round(3.7 * module)
    ring[edge:-edge, edge:-edge] = False
    assert whole[ring].min() > 250


def test_the_png_is_an_a4_page_with_its_resolution(tmp_path: Path) -> None:
    path = tmp_path / "poster.png"
    path.write_bytes(poster_png(poster()))
    with Image.open(path) as image:
        assert image.size == (2480, 3508)
        assert [round(value) for value in image.info["dpi"]] == [300, 300]


def test_the_pdf_is_one_a4_page_of_lines_and_letters() -> None:
    pdf = poster_pdf(poster())
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[([\d. ]+)\]", pdf)
    assert box is not None
    assert [round(float(each)) for each in box[1].split()] == [0, 0, 595, 842]
    assert b"/Subtype /Image" not in pdf
    assert b"NotoSansDevanagari" in pdf.replace(b"-", b"")
    assert len(pdf) < 400_000


def test_the_pdfs_code_is_drawn_as_one_outline() -> None:
    """One fill, so that no printer leaves seams between modules."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", poster_pdf(poster()), re.DOTALL)
    drawn = b"".join(_unpacked(stream) for stream in streams)
    assert max(len(path) for path in re.split(rb"\bf\*?\s", drawn)) > 2_000


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_the_matrix_is_square_and_without_its_quiet_zone() -> None:
    matrix = qr_matrix(URL)
    assert {len(row) for row in matrix} == {len(matrix)} == {37}
    assert {module for row in matrix for module in row} == {0, 1}
    assert matrix[0][:8] == bytes([1] * 7 + [0])


def test_the_outline_covers_exactly_the_dark_modules() -> None:
    matrix = qr_matrix(URL)
    path = qr_path(matrix)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            inner = QRectF(column + 0.1, row + 0.1, 0.8, 0.8)
            assert path.contains(inner) if dark else not path.intersects(inner)


@pytest.mark.parametrize("languages", LANGUAGES)
def test_long_names_are_made_to_fit(languages: tuple[str, ...], tmp_path: Path) -> None:
    image = picture(poster_png(poster(languages, facility=LONG, counter=LONG), 100), tmp_path)
    assert texts(image) == [URL]
    dots = np.asarray(image.convert("L"))
    assert dots[:, :8][round(0.2 * len(dots)) :].min() > 250
    assert dots[:, -8:][round(0.2 * len(dots)) :].min() > 250


def test_every_language_says_everything() -> None:
    for words in WORDS.values():
        assert len(words.needs) == 3
        assert all((words.headline, words.arrival, words.needed, words.without, *words.steps, *words.needs))


@pytest.mark.parametrize("languages", [(), ("xx",), ("en", "en"), ("en", "hi", "gu", "en")])
def test_languages_that_it_cannot_speak(languages: tuple[str, ...]) -> None:
    with pytest.raises(SettingError, match="up to three of en, hi, gu"):
        poster(languages)


def test_painting_needs_an_application() -> None:
    assert QGuiApplication.instance() is not None
    assert pytest.approx(297 / 210) == HEIGHT / WIDTH
    assert not QImage.fromData(poster_png(poster(), 30)).isNull()
