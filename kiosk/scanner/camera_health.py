"""Whether a live camera's pictures can be believed: a camera may go on sending one old picture, or a black one."""

from dataclasses import dataclass

from kiosk.errors import CameraError
from kiosk.scanner.decode import Grey

PATIENCE_S = 1.6
"""A fault is told after so long, which leaves time to open the camera again within three seconds."""
_SAMPLE = 8
_LEAST_REPEATS = 5
_BLACK_MEAN, _COVERED_MEAN, _EVEN = 10.0, 40.0, 4.0


@dataclass
class PictureHealth:
    """Judges the frames of one opening of a camera, from ``opened_at`` on.

    Attributes:
        is_live: what is not may show the same picture for ever, or a black one.
        digest: of the newest frame. Given to the next opening, it tells a camera that is frozen still.
        patience_s: how long a fault must last.
    """

    opened_at: float
    is_live: bool = True
    digest: int | None = None
    patience_s: float = PATIENCE_S
    _repeats: int = 0

    def __post_init__(self) -> None:
        self._came_at = self._changed_at = self._light_at = self.opened_at

    def take(self, digest: int, grey: Grey, now: float) -> bool:
        """Whether this frame shows a camera that works; False while that is in doubt.

        Raises:
            CameraError: CAMERA_FROZEN, CAMERA_BLACK
        """
        self._came_at = now
        if not self.is_live:
            return True
        is_same, is_black = digest == self.digest, is_dark_all_over(grey)
        self.digest = digest
        self._repeats = self._repeats + 1 if is_same else 0
        if not is_same:
            self._changed_at = now
        if not is_black:
            self._light_at = now
        if is_black and now - self._light_at >= self.patience_s:
            raise CameraError("the camera's picture is black", code="CAMERA_BLACK")
        if self._repeats >= _LEAST_REPEATS and now - self._changed_at >= self.patience_s:
            raise CameraError("the camera's picture stands still", code="CAMERA_FROZEN")
        return not is_same and not is_black

    def miss(self, now: float) -> None:
        """There was no frame.

        Raises:
            CameraError: CAMERA_NO_FRAMES
        """
        if now - self._came_at >= self.patience_s:
            raise CameraError("the camera gives no pictures", code="CAMERA_NO_FRAMES")


def is_dark_all_over(grey: Grey) -> bool:
    """Black, or nearly so without any detail: the lens is covered, or the sensor is dead."""
    sample = grey[::_SAMPLE, ::_SAMPLE]
    mean = float(sample.mean())
    return mean < _BLACK_MEAN or (mean < _COVERED_MEAN and float(sample.std()) < _EVEN)
