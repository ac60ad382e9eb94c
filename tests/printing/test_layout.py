"""What is on the paper, measured on the paper."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from kiosk.errors import SettingError
from kiosk.model.patient import Patient
from kiosk.printing.layout import PAPERS, SlipPainter
from kiosk.printing.raster import Raster
from kiosk.printing.text import SMALLEST, set_lines, text_font
from tests.printing.hospital import LANGUAGES, slip_in
from tests.printing.slips import TOKEN_ID, a_slip

WIDTHS = sorted(PAPERS)
MM = {width: paper.dots_per_mm for width, paper in PAPERS.items()}
LABELS = ("M-001", "S-999", "MA-017", "MA-1017")
SLIPS = {
    "en": a_slip(),
    "hi": a_slip("hi", "GA-017", "OBG"),
    "gu": a_slip("gu", "S-003", "SUR"),
    "copy": a_slip("hi", "NA-1017", "ENT", copy=2),
}


def ink(raster: Raster) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Rows by columns, True where the paper is black."""
    return ~np.asarray(raster.image())


def bands(raster: Raster) -> list[tuple[int, int]]:
    """Runs of rows that hold ink, as (first row, rows)."""
    rows = [bool(row.any()) for row in ink(raster)]
    runs = [(inked, len(list(run))) for inked, run in itertools.groupby(rows)]
    starts = itertools.accumulate((length for _, length in runs), initial=0)
    return [(start, length) for start, (inked, length) in zip(starts, runs, strict=False) if inked]


def label_band(raster: Raster) -> tuple[int, int]:
    """The tallest thing in the upper half of a slip."""
    return max((band for band in bands(raster) if band[0] < raster.height // 2), key=lambda band: band[1])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SLIPS)
def test_qr_carries_the_token_id_and_nothing_else(width: int, name: str) -> None:
    image = SlipPainter(width).render(SLIPS[name]).image().convert("L")
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [TOKEN_ID]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("label", LABELS)
def test_label_is_at_least_12_mm_high_and_inside_the_paper(width: int, label: str) -> None:
    raster = SlipPainter(width).render(replace(SLIPS["en"], label=label, where="", ahead=""))
    top, rows = label_band(raster)
    assert 12 * MM[width] <= rows <= 16 * MM[width]
    columns = np.flatnonzero(ink(raster)[top : top + rows].any(axis=0))
    assert columns[0] >= MM[width] / 2
    assert columns[-1] < width - MM[width] / 2


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SLIPS)
def test_slip_is_under_90_mm_long(width: int, name: str) -> None:
    assert SlipPainter(width).render(SLIPS[name]).height <= 90 * MM[width]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SLIPS)
def test_nothing_touches_the_edges(width: int, name: str) -> None:
    dots = ink(SlipPainter(width).render(SLIPS[name]))
    assert not dots[0].any()
    assert not dots[-1].any()
    assert not dots[:, :3].any()
    assert not dots[:, -3:].any()


def test_same_slip_is_the_same_picture() -> None:
    painter = SlipPainter(576)
    first = painter.render(SLIPS["hi"])
    painter.render(SLIPS["copy"])
    assert painter.render(SLIPS["hi"]) == first


@pytest.mark.parametrize("field", ["facility", "heading", "department", "where", "when", "ahead", "person", "abha"])
def test_every_text_is_drawn_and_an_empty_one_leaves_no_gap(field: str) -> None:
    painter, slip = SlipPainter(576), SLIPS["en"]
    with_text, without = painter.render(slip), painter.render(replace(slip, **{field: ""}))
    assert with_text != without
    assert without.height <= with_text.height


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_counts_is_never_cut_off(width: int, language: str) -> None:
    painter, slip = SlipPainter(width), slip_in(language, copy=1)
    others = {
        "label": "GA-018",
        "where": slip.where.replace("3", "8"),
        "ahead": slip.ahead.replace("12", "14"),
        "abha": slip.abha.replace("0018", "0014"),
        "duplicate": slip.duplicate.replace("1", "2"),
    }
    assert all(getattr(slip, field) != other for field, other in others.items())
    drawn = {painter.render(replace(slip, **{field: other})).rows for field, other in others.items()}
    assert len(drawn | {painter.render(slip).rows}) == len(others) + 1


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_ours_is_cut_off(width: int, language: str) -> None:
    """In the smallest letters, as those on the narrowest paper are, with as many people ahead as ever come."""
    slip = slip_in(language, copy=2)
    font = text_font(SMALLEST, bold=False)
    for text in (slip.heading, slip.ahead.replace("12", "488"), slip.duplicate, slip.where):
        lines = set_lines(text, font, width - 28, 2, Qt.AlignmentFlag.AlignLeft)
        assert not lines[-1].text.endswith("…"), text


def test_duplicate_is_white_on_a_black_bar() -> None:
    painter = SlipPainter(576)
    marked = ink(painter.render(SLIPS["copy"]))
    plain = ink(painter.render(replace(SLIPS["copy"], duplicate="")))
    share = marked[: marked.shape[0] // 3].mean(axis=1)
    assert (share > 0.6).sum() > 20
    assert (plain.mean(axis=1) > 0.6).sum() < 20


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "name",
    [
        "Ásha\nM-999\r\n\x1b@\x1dV0\x10\x14\x01\x00\x01",
        "A" * 100,
        "क्ष" * 100,
        "Z" + "\u0300\u0323\u0489" * 500,
        "مريم \u202eنور\u202c \u2066x\u2069",
        "\ud800 lone",
        "𑄌𑄋𑄴𑄟 👩‍⚕️ 中文",
        "\u0000\ufeff\u200d",
        "ไทย မြန်မာ ខ្មែរ",
    ],
)
@pytest.mark.qt_log_ignore("OpenType support missing")
def test_hostile_names_neither_break_nor_lengthen_the_slip(width: int, name: str) -> None:
    painter = SlipPainter(width)
    slip = a_slip(patient=Patient(abha_number="91000000000018", name=name))
    raster = painter.render(slip)
    assert raster.height <= painter.render(SLIPS["en"]).height + 6 * MM[width]
    assert [code.text for code in zxingcpp.read_barcodes(raster.image().convert("L"))] == [TOKEN_ID]


@pytest.mark.qt_log_ignore("OpenType support missing")
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=300), st.sampled_from(WIDTHS))
def test_any_text_anywhere_is_drawn_within_90_mm(text: str, width: int) -> None:
    texts = ("facility", "heading", "department", "where", "ahead", "when", "person", "abha", "duplicate", "label")
    seconds = ("facility_second", "department_second", "where_second")
    raster = SlipPainter(width).render(replace(SLIPS["en"], **dict.fromkeys((*texts, *seconds), text)))
    assert raster.height <= 90 * MM[width]
    assert len(raster.rows) == raster.height * width // 8


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("text", ["مريم نور " * 30, "ꯃꯅꯤꯄꯨꯔ ꯑꯁꯤ " * 30, "স্বাস্থ্যকেন্দ্র " * 20, "W" * 200])
def test_the_longest_texts_in_tall_scripts_fit_in_90_mm(text: str, width: int) -> None:
    texts = ("facility", "heading", "department", "where", "ahead", "when", "person", "abha", "duplicate")
    seconds = ("facility_second", "department_second", "where_second")
    slip = replace(SLIPS["en"], **dict.fromkeys((*texts, *seconds), text))
    raster = SlipPainter(width).render(slip)
    assert raster.height <= 90 * MM[width]
    assert [code.text for code in zxingcpp.read_barcodes(raster.image().convert("L"))] == [TOKEN_ID]


def test_an_unknown_width_names_the_allowed_ones() -> None:
    with pytest.raises(SettingError, match="576, 512, 384"):
        SlipPainter(600)
