"""Which font each script of India needs. Screens and slips draw the same names, so they share the list."""

BASE_FAMILY = "Noto Sans"
BLOCKS = (
    (0x0600, 0x06FF, "Noto Sans Arabic"),
    (0x0900, 0x097F, "Noto Sans Devanagari"),
    (0x0980, 0x09FF, "Noto Sans Bengali"),
    (0x0A00, 0x0A7F, "Noto Sans Gurmukhi"),
    (0x0A80, 0x0AFF, "Noto Sans Gujarati"),
    (0x0B00, 0x0B7F, "Noto Sans Oriya"),
    (0x0B80, 0x0BFF, "Noto Sans Tamil"),
    (0x0C00, 0x0C7F, "Noto Sans Telugu"),
    (0x0C80, 0x0CFF, "Noto Sans Kannada"),
    (0x0D00, 0x0D7F, "Noto Sans Malayalam"),
    (0x1C50, 0x1C7F, "Noto Sans Ol Chiki"),
    (0xABC0, 0xABFF, "Noto Sans Meetei Mayek"),
)
"""Unicode blocks of the languages of India and the family of Debian's fonts-noto-core that shapes each."""

FAMILIES = (BASE_FAMILY, *(family for _, _, family in BLOCKS))
"""Every family that a name may need."""


def family_of(letter: str) -> str | None:
    """The family for a letter of an Indian script, or None."""
    return next((family for first, last, family in BLOCKS if first <= ord(letter) <= last), None)
