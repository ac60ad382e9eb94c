"""Shaping: conjuncts become glyphs of the right font, and no box is printed for a missing one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase

from kiosk.model.scripts import BASE_FAMILY, FAMILIES
from kiosk.printing.text import cleaned, laid_out, set_lines

INDIAN_TEXTS = {
    "Noto Sans Devanagari": "क्षत्रिय श्री 12",
    "Noto Sans Gujarati": "જિલ્લા હોસ્પિટલ",
    "Noto Sans Bengali": "জেলা হাসপাতাল",
    "Noto Sans Gurmukhi": "ਜ਼ਿਲ੍ਹਾ ਹਸਪਤਾਲ",
    "Noto Sans Tamil": "மருத்துவமனை",
    "Noto Sans Telugu": "ఆసుపత్రి",
    "Noto Sans Kannada": "ಆಸ್ಪತ್ರೆ",
    "Noto Sans Malayalam": "ആശുപത്രി",
    "Noto Sans Oriya": "ଡାକ୍ତରଖାନା",
    "Noto Sans Arabic": "ہسپتال",
    "Noto Sans Ol Chiki": "ᱥᱟᱱᱛᱟᱲᱤ",
    "Noto Sans Meetei Mayek": "ꯃꯅꯤꯄꯨꯔ",
}


def font(size: int = 28) -> QFont:
    made = QFont(BASE_FAMILY)
    made.setPixelSize(size)
    return made


def glyphs(text: str) -> list[tuple[str, list[int]]]:
    """Family and glyph numbers of each run."""
    layout, _ = laid_out(text, font(), 2000, Qt.AlignmentFlag.AlignLeft)
    return [(run.rawFont().familyName(), list(run.glyphIndexes())) for run in layout.glyphRuns()]


def test_every_family_is_installed() -> None:
    assert set(FAMILIES) <= set(QFontDatabase.families())


@pytest.mark.parametrize("family", INDIAN_TEXTS)
def test_each_script_is_drawn_by_its_own_font_without_a_missing_glyph(family: str) -> None:
    runs = glyphs(INDIAN_TEXTS[family])
    assert [name for name, _ in runs] == [family]
    assert all(0 not in indexes for _, indexes in runs)


@pytest.mark.parametrize(("cluster", "most"), [("क्ष", 1), ("श्री", 2), ("क्षत्रिय", 4), ("ક્ષ", 1), ("લ્લા", 3), ("સ્પિ", 3)])
def test_conjuncts_are_joined(cluster: str, most: int) -> None:
    ((_, indexes),) = glyphs(cluster)
    assert len(indexes) <= most
    assert len(indexes) < len(cluster)


def test_the_short_i_stands_before_its_consonant() -> None:
    ((_, consonant),), ((_, syllable),) = glyphs("क"), glyphs("कि")
    assert syllable[-1] == consonant[0]
    assert len(syllable) == 2


def test_mixed_text_changes_fonts_and_back() -> None:
    assert sorted(name for name, _ in glyphs("आपसे आगे / People ahead: 4")) == ["Noto Sans", "Noto Sans Devanagari"]


@pytest.mark.parametrize("text", ["word " * 60, "x" * 200, "शब्द " * 50, "क्षत्रिय" * 25, "ہسپتال " * 30])
def test_text_too_long_for_its_lines_is_cut_with_an_ellipsis(text: str) -> None:
    lines = set_lines(text, font(), 300, 2, Qt.AlignmentFlag.AlignLeft)
    assert len(lines) == 2
    assert lines[-1].text.endswith("…")
    assert all(line.ink_width <= 300 for line in lines)


def test_text_that_fits_is_left_alone() -> None:
    (line,) = set_lines("Room 12", font(), 300, 2, Qt.AlignmentFlag.AlignLeft)
    assert line.text == "Room 12"


@pytest.mark.parametrize(
    ("untrusted", "text"),
    [
        ("a\r\n\tb\x1b@\x10\x14c", "a b@c"),
        ("\u202eevil\u202c", "evil"),
        ("\ud800x", "x"),
        ("é" + "\u0301" * 50, "é" + "\u0301" * 4),
        ("श्री\u200dमान्", "श्री\u200dमान्"),
        ("x" * 999, "x" * 200),
        ("   ", ""),
    ],
)
def test_cleaned(untrusted: str, text: str) -> None:
    assert cleaned(untrusted) == text
