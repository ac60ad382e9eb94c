"""Which character a key makes on a keyboard of US layout, which is what scanner guns pretend to be.

Keys are numbered as in Linux' ``input-event-codes.h``, which follows the scan codes of the first PC keyboards.
"""

SHIFT_KEYS = frozenset({42, 54})
CHORD_KEYS = frozenset({29, 97, 56, 100, 125, 126})
"""Control, Alt and Meta, left and right: what comes with them is a command, not text."""
END_KEYS = frozenset({15, 28, 96})
"""Tab, Return and the keypad's Enter: with one of these a gun ends a scan."""

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
)
"""The first key's number, and what it and those after it make without and with Shift."""

_CHARACTERS = {
    first + place: pair
    for first, plain, shifted in _ROWS
    for place, pair in enumerate(zip(plain, shifted, strict=True))
}


def character(key: int, *, shifted: bool) -> str:
    """What ``key`` types; empty where it types nothing."""
    plain, capital = _CHARACTERS.get(key, ("", ""))
    return capital if shifted else plain
