"""Random names in nine Indian scripts: letters and signs in any order, for the bytes are what matters."""

import unicodedata

from hypothesis import strategies as st

_BLOCKS = {
    "Devanagari": 0x0900,
    "Bengali": 0x0980,
    "Gurmukhi": 0x0A00,
    "Gujarati": 0x0A80,
    "Odia": 0x0B00,
    "Tamil": 0x0B80,
    "Telugu": 0x0C00,
    "Kannada": 0x0C80,
    "Malayalam": 0x0D00,
}
SCRIPTS = tuple(_BLOCKS)


def names_in(script: str) -> st.SearchStrategy[str]:
    """One to three words of one to twelve letters and signs."""
    block = _BLOCKS[script]
    letters = [chr(code) for code in range(block, block + 0x80) if unicodedata.category(chr(code))[0] in "LM"]
    words = st.text(st.sampled_from([*letters, "\u200c", "\u200d"]), min_size=1, max_size=12)
    return st.lists(words, min_size=1, max_size=3).map(" ".join)
