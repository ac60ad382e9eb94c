"""Undoing ZBar's guess at the charset of a QR, where that can be done without doubt.

ZBar takes the bytes of a QR without ECI header for Shift_JIS, Big5, Latin-1 or UTF-8, whichever fits first, and hands
out the result as UTF-8: a third of short Indian names come back as Chinese. It cannot be told not to. So a text is
believed only where no such guess can have made it, or where exactly one guess, undone, gives UTF-8.
"""

import re

_GUESSES = ("cp932", "shift_jis", "big5hkscs", "big5", "cp950", "cp1252", "latin-1")
_BEYOND_GUESSING = re.compile(r"[\x00-\x7F\u0600-\u06FF\u0900-\u0D7F\u200C\u200D]*")
"""ASCII, Arabic script for Urdu, the Indian scripts, their joiners: no guessed charset holds any but the first."""


def undo_guess(text: str) -> str | None:
    """What the QR said, given what ZBar made of it; None where that is in doubt."""
    if _BEYOND_GUESSING.fullmatch(text):
        return text
    originals = {original for guess in _GUESSES if (original := _reread(text, guess)) is not None}
    return originals.pop() if len(originals) == 1 else None


def _reread(text: str, guess: str) -> str | None:
    data = _encoded(text, guess)
    if data is None or _decoded(data, guess) != text:
        return None
    return _decoded(data, "utf-8")


def _encoded(text: str, charset: str) -> bytes | None:
    try:
        return text.encode(charset)
    except UnicodeEncodeError:
        return None


def _decoded(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return None
