"""How large a JPEG says that it is, before anybody makes room for so many pixels (ITU-T T.81, annex B)."""

import re
import struct

_START = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff+([\x01-\xfe])")
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
"""Markers that nothing belongs to."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers before which there is no picture and after which its size stands."""
_NO_MORE = frozenset({0xD9, 0xDA})
_LENGTH, _SIZE = struct.Struct(">H"), struct.Struct(">HBHH")
_MOST_SEGMENTS = 200
"""Cameras write some ten."""


def pixels_claimed(untrusted: bytes) -> int | None:
    """Width times height; None of what is no JPEG, or none that tells its size in time."""
    if not untrusted.startswith(_START):
        return None
    at = 2
    for _ in range(_MOST_SEGMENTS):
        marker = _MARKER.search(untrusted, at)
        kind = marker[1][0] if marker is not None else 0xD9
        if marker is None or kind in _NO_MORE:
            return None
        at = marker.end()
        if kind in _FRAMES:
            return _area(untrusted, at)
        if kind not in _ALONE:
            at += _length(untrusted, at)
    return None


def _area(untrusted: bytes, at: int) -> int | None:
    if len(untrusted) < at + _SIZE.size:
        return None
    _, _, height, width = _SIZE.unpack_from(untrusted, at)
    return int(height * width)


def _length(untrusted: bytes, at: int) -> int:
    """Of a segment; what is left where it is cut off."""
    return int(_LENGTH.unpack_from(untrusted, at)[0]) if len(untrusted) >= at + _LENGTH.size else _LENGTH.size
