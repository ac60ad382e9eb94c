"""The pictures in a network camera's stream (multipart/x-mixed-replace), cut out of bytes as they arrive."""

import re
from dataclasses import dataclass, field
from email.message import Message

MAX_PICTURE_BYTES = 8 * 1024**2
"""More than any camera's JPEG: a stream that announces or sends more has none to offer."""
_MAX_HEADER_BYTES = 4096
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class GarbledStreamError(ValueError):
    """These bytes are no stream of pictures."""


def boundary_of(content_type: str) -> bytes:
    """What stands between two pictures.

    Raises:
        GarbledStreamError: it is no stream of pictures.
    """
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary("")
    # Many cameras name it with the two dashes that belong to the stream, some without.
    bare = boundary.lstrip("-")
    if header.get_content_maintype() != "multipart" or not bare or not bare.isascii() or len(bare) > 100:
        raise GarbledStreamError("no multipart stream")
    return b"--" + bare.encode()


@dataclass
class Pictures:
    """Takes a stream in any pieces; holds at most one picture and what was fed last."""

    boundary: bytes
    _buffer: bytearray = field(default_factory=bytearray, repr=False)
    _in_picture: bool = False
    _length: int | None = None
    _searched: int = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The pictures that end in ``data``.

        Raises:
            GarbledStreamError
        """
        self._buffer += data
        found = []
        while (self._in_picture or self._enter()) and (picture := self._picture()) is not None:
            found.append(picture)
        return found

    def _enter(self) -> bool:
        """Go past the next boundary and header; False while they have not come."""
        start = self._find()
        if start is None:
            return False
        header = _HEADER_END.search(self._buffer, start, start + _MAX_HEADER_BYTES)
        if header is None:
            if len(self._buffer) - start > _MAX_HEADER_BYTES:
                raise GarbledStreamError("a part without an end of its header")
            self._searched = start
            return False
        announced = _LENGTH.search(self._buffer, start, header.end())
        self._length = int(announced[1]) if announced else None
        if self._length is not None and self._length > MAX_PICTURE_BYTES:
            raise GarbledStreamError("a part that is too large")
        self._drop(header.end())
        self._in_picture = True
        return True

    def _picture(self) -> bytes | None:
        """The picture that has begun, once all of it has come."""
        end = self._length if self._length is not None else self._find()
        if end is None or len(self._buffer) < end:
            return None
        picture = bytes(self._buffer[:end])
        self._drop(end)
        self._in_picture = False
        return picture

    def _find(self) -> int | None:
        """Where the next boundary stands; what was searched once is not searched again."""
        at = self._buffer.find(self.boundary, max(0, self._searched - len(self.boundary)))
        if at >= 0:
            return at
        self._searched = len(self._buffer)
        if self._searched > MAX_PICTURE_BYTES:
            raise GarbledStreamError("no end of a part")
        return None

    def _drop(self, end: int) -> None:
        del self._buffer[:end]
        self._searched = 0
