"""Picture files for ``kiosk decode`` and ``kiosk checkin``, read in a process of their own like the camera's frames."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.errors import CameraError
from kiosk.scanner.child import Child
from kiosk.scanner.explaining import StepTaken, unpacked
from kiosk.scanner.messages import checked_text, parse_object
from kiosk.scanner.process import read_files

UNREADABLE = "CAMERA_FILE_UNREADABLE"
LONGEST_S = 20.0
_MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class FileRead:
    """The distinct texts in one picture, largest symbol first; the milliseconds from picture to text; what was done."""

    texts: tuple[str, ...] = field(repr=False)
    ms: float
    steps: tuple[StepTaken, ...] = ()


class FileReader:
    """Reads pictures one after another.

    Entering returns at once, while the process starts up beside the caller. One that a picture has crashed, or held up
    for ``longest_s``, is replaced before the next picture.
    """

    def __init__(
        self, *, longest_s: float = LONGEST_S, start_child: Callable[[], Child] = lambda: Child(read_files)
    ) -> None:
        self._longest_s = longest_s
        self._start_child = start_child
        self._child: Child | None = None

    def __enter__(self) -> Self:
        with suppress(OSError):  # then the first ``read`` tries again, and says so
            self._child = self._start_child()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._drop_child()

    def read(self, path: Path) -> FileRead:
        """What the picture at ``path`` says.

        Raises:
            CameraError: CAMERA_FILE_UNREADABLE, for whatever is no picture of at most 64 megapixels.
        """
        if not path.is_file():
            raise CameraError(f"{path} is {'a folder' if path.is_dir() else 'not there'}", code=UNREADABLE)
        try:
            return _parse(self._ask(path), path)
        except (EOFError, OSError) as error:
            self._drop_child()
            raise CameraError(f"{path} made the reader fail", code=UNREADABLE) from error

    def _ask(self, path: Path) -> bytes:
        child = self._child = self._child or self._start_child()
        # Absolute, as a spawned process starts in the folder where the program did.
        child.send(os.fsencode(path.absolute()))
        answer = child.receive(self._longest_s, _MAX_ANSWER_BYTES)
        if answer is None:
            raise TimeoutError
        return answer

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.close()


def _parse(untrusted: bytes, path: Path) -> FileRead:
    if not untrusted:
        raise CameraError(f"{path} is not a picture, or larger than 64 megapixels", code=UNREADABLE)
    answer = parse_object(untrusted, {"texts": list, "ms": float, "steps": list})
    texts, ms = answer["texts"], answer["ms"]
    assert isinstance(texts, list)
    assert isinstance(ms, float)
    return FileRead(tuple(map(checked_text, texts)), ms, unpacked(answer["steps"]))
