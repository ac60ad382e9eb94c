"""Whether the fonts on this machine draw every script of India's scheduled languages as it is written.

A QGuiApplication must exist. The fonts are Debian's ``fonts-noto-core``.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QRawFont

from kiosk.model.scripts import BASE_FAMILY, BLOCKS
from kiosk.printing.text import laid_out

_WIDE = 4000
_SIZE = 28


@dataclass(frozen=True)
class Sample:
    """A line in one script. ``joins``: its letters change their shapes beside each other, as they do here."""

    script: str
    family: str
    text: str
    joins: bool = True


SAMPLES = (
    Sample("Latin", "Noto Sans", "District Hospital 0123456789", joins=False),
    Sample("Devanagari", "Noto Sans Devanagari", "ज़िला चिकित्सालय, क्षत्रिय श्री"),
    Sample("Bengali", "Noto Sans Bengali", "জেলা হাসপাতাল, স্বাস্থ্য"),
    Sample("Gurmukhi", "Noto Sans Gurmukhi", "ਜ਼ਿਲ੍ਹਾ ਹਸਪਤਾਲ"),
    Sample("Gujarati", "Noto Sans Gujarati", "જિલ્લા હોસ્પિટલ, સ્ત્રી"),
    Sample("Odia", "Noto Sans Oriya", "ଜିଲ୍ଲା ଡାକ୍ତରଖାନା, ସ୍ତ୍ରୀ"),
    Sample("Tamil", "Noto Sans Tamil", "மாவட்ட மருத்துவமனை, ஸ்ரீ"),
    Sample("Telugu", "Noto Sans Telugu", "జిల్లా ఆసుపత్రి, స్త్రీ"),
    Sample("Kannada", "Noto Sans Kannada", "ಜಿಲ್ಲಾ ಆಸ್ಪತ್ರೆ, ಸ್ತ್ರೀ"),
    Sample("Malayalam", "Noto Sans Malayalam", "ജില്ലാ ആശുപത്രി, സ്ത്രീ"),
    Sample("Urdu", "Noto Sans Arabic", "ضلع ہسپتال، مریض"),
    Sample("Ol Chiki", "Noto Sans Ol Chiki", "ᱥᱟᱱᱛᱟᱲᱤ ᱦᱟᱥᱯᱟᱛᱟᱞ", joins=False),
    Sample("Meitei", "Noto Sans Meetei Mayek", "ꯃꯤꯇꯩ ꯃꯌꯦꯛ ꯍꯣꯁ꯭ꯄꯤꯇꯥꯜ", joins=False),
)


def font_faults() -> list[str]:
    """What is wrong, one short sentence for each script; nothing where slips can be printed in all of them."""
    return [f"{sample.script}: {fault}" for sample in SAMPLES if (fault := _fault(sample))]


def _fault(sample: Sample) -> str:
    if sample.family not in QFontDatabase.families():
        return f"{sample.family} is missing"
    for bold in (False, True):
        raw = QRawFont.fromFont(_font(sample.family, bold=bold))
        lacking = [letter for letter in _letters(sample.family) if not raw.supportsCharacter(ord(letter))]
        if lacking:
            return f"{sample.family} lacks {len(lacking)} letters such as U+{ord(lacking[0]):04X}"
    return _shaping_fault(sample)


def _letters(family: str) -> list[str]:
    """Of its blocks, what has been in Unicode since 3.2, as later additions are rare; newer blocks count whole."""
    letters = [chr(code) for first, last, name in BLOCKS if name == family for code in range(first, last + 1)]
    old = [letter for letter in letters if unicodedata.ucd_3_2_0.category(letter)[0] in "LMN"]
    return old or [letter for letter in letters if unicodedata.category(letter)[0] in "LMN"]


def _shaping_fault(sample: Sample) -> str:
    drawn = list(_glyphs(sample))
    if any(0 in glyphs for _, glyphs in drawn):
        return "a letter is drawn as a box"
    if any(family != sample.family for family, _ in drawn):
        return f"drawn with {drawn[0][0]} instead of {sample.family}"
    unshaped = QRawFont.fromFont(_font(sample.family)).glyphIndexesForString(sample.text)
    if sample.joins and [glyph for _, glyphs in drawn for glyph in glyphs] == list(unshaped):
        return "letters are not joined"
    return ""


def _glyphs(sample: Sample) -> Iterator[tuple[str, list[int]]]:
    """Font and glyphs of each run as a slip draws it. The layout lives until all are read."""
    layout, _ = laid_out(sample.text, _font(BASE_FAMILY), _WIDE, Qt.AlignmentFlag.AlignLeft)
    for run in layout.glyphRuns():
        yield run.rawFont().familyName(), list(run.glyphIndexes())


def _font(family: str, *, bold: bool = False) -> QFont:
    font = QFont(family)
    font.setPixelSize(_SIZE)
    font.setBold(bold)
    return font
