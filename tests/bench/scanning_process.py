"""What the scanner's process does with each frame of a camera, all of it: JPEG, codes, guidance and preview."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from kiosk.scanner.frames import JpegFrame
from kiosk.scanner.watching import Watch
from tests.bench.report import percentile
from tests.bench.scanning_frames import FPS, LEVELS, Shot, Story

_PERIOD_MS = 1000 / FPS


class StoryEndedError(Exception):
    """There is no frame left."""


@dataclass
class StorySource:
    """A camera that shows each frame of a story at its time, however long the one before took.

    ``busy_s`` has the thread's own seconds from each frame to the next.
    """

    shots: Iterator[Shot]
    is_live: bool = False
    busy_s: list[float] = field(default_factory=list)
    _at_s: float = 0.0
    _began_s: float | None = None

    def read(self) -> JpegFrame:
        if self._began_s is not None:
            self.busy_s.append(time.thread_time() - self._began_s)
        shot = next(self.shots, None)
        if shot is None:
            raise StoryEndedError
        frame = JpegFrame(_jpeg(shot))
        self._at_s, self._began_s = shot.at_s, time.thread_time()
        return frame

    def clock(self) -> float:
        """The story's seconds, and what has been spent on this frame."""
        return self._at_s + (0.0 if self._began_s is None else time.thread_time() - self._began_s)

    def close(self) -> None:
        """Nothing to give back."""


def _jpeg(shot: Shot) -> bytes:
    if isinstance(shot.picture, Path):
        return shot.picture.read_bytes()
    return cv2.imencode(".jpg", shot.picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def watched(story: Story) -> list[float]:
    """Milliseconds of the thread for each frame of ``story``, until its end: after a code is read, too."""
    source = StorySource(iter(story))
    watch = Watch(lambda: source, lambda message: None, lambda seconds: None, source.clock)
    try:
        watch.run()
    except StoryEndedError:
        return [1000 * busy_s for busy_s in source.busy_s]


def process_lines(source: str, stories: Sequence[Story]) -> Iterator[str]:
    """The table: for each size and level what a frame costs, and the share of a core at 30 frames a second."""
    if not stories:
        return
    yield ""
    yield f"{source}: the whole of the scanner's process for each frame (JPEG, codes, guidance, preview), CPU"
    yield f"{'':24}{'frames':>10}{'p50 ms':>10}{'p95 ms':>10}{'of a core':>10}"
    for rows in sorted({len(story[0].grey()) for story in stories}):
        for level, name in enumerate(LEVELS):
            shown = [story for story in stories if len(story[0].grey()) == rows and story[0].level == level]
            times = [ms for story in shown for ms in watched(story)]
            if times:
                yield f"{rows:>5} rows, {name:12}{_figures(times)}"


def _figures(times: Sequence[float]) -> str:
    share = sum(times) / len(times) / _PERIOD_MS
    half, most = (percentile(times, percent) for percent in (50, 95))
    return f"{len(times):10}{half:10.1f}{most:10.1f}{share:>10.0%}"
