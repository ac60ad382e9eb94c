"""What a camera is worth, for whoever sets it up: measured from its frames over some seconds."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field

import cv2
import numpy as np

from kiosk.errors import CameraError
from kiosk.model.aiming import Guidance
from kiosk.scanner.camera_figures import CARD_S, LOOK_S, UNKNOWN, Figures
from kiosk.scanner.decode import Grey
from kiosk.scanner.frames import Frame
from kiosk.scanner.guidance import Guide, guided
from kiosk.scanner.limits import has_network
from kiosk.scanner.reading import Finding, Reader
from kiosk.scanner.sources import DeviceCamera, FrameSource
from kiosk.scanner.suspecting import Suspicion

_NOTHING_S = 3.0
_FPS = 30
_READ_EVERY = 3
"""Reading each frame would slow down what is being measured."""
_WIDEST = 1920


def figures(source: FrameSource, clock: Callable[[], float] = time.monotonic) -> tuple[bytes, bytes]:
    """Figures as JSON, and the last frame as JPEG.

    Raises:
        CameraError: CAMERA_NO_FRAMES, or whatever the camera says when it fails.
    """
    with closing(source):
        looked = _look(source, clock)
        frame, grey = looked.last()
        told = _figures(source, looked, grey)
    return json.dumps(asdict(told), ensure_ascii=False).encode(), _picture(frame)


@dataclass
class _Looked:
    """What was seen so far."""

    began: float
    frames: int = 0
    times: list[float] = field(default_factory=list)
    """When frames came, while the rate is measured."""
    latencies_ms: list[float] = field(default_factory=list)
    frame: Frame | None = None
    finding: Finding | None = None
    texts: tuple[str, ...] = ()
    read_s: float = UNKNOWN
    guide: Guide = field(default_factory=Guide)
    told: Guidance = Guidance.NO_CODE
    suspicion: Suspicion = field(default_factory=Suspicion)

    def last(self) -> tuple[Frame, Grey]:
        grey = self.frame.grey() if self.frame is not None else None
        if self.frame is None or grey is None:
            raise CameraError("the camera gives no pictures", code="CAMERA_NO_FRAMES")
        return self.frame, grey


def _look(source: FrameSource, clock: Callable[[], float]) -> _Looked:
    """Until the rate is known and a code was read, or none came."""
    looked, reader = _Looked(clock()), Reader(clock, 1 / _FPS)
    while (spent_s := clock() - looked.began) < (LOOK_S if looked.texts else CARD_S):
        frame = source.read()
        if frame is None and spent_s >= _NOTHING_S and not looked.times:
            break
        if frame is not None:
            _note(looked, source, frame, clock())
            if not looked.texts and looked.frames % _READ_EVERY == 1:
                _read(looked, reader, clock)
    return looked


def _note(looked: _Looked, source: FrameSource, frame: Frame, now: float) -> None:
    looked.frame = frame
    looked.frames += 1
    if now - looked.began <= LOOK_S:
        looked.times.append(now)
        stamped_ms = source.capture.get(cv2.CAP_PROP_POS_MSEC) if isinstance(source, DeviceCamera) else 0.0
        age_ms = now * 1000 - stamped_ms  # V4L2 stamps frames by the monotonic clock
        if stamped_ms > 0 and 0 <= age_ms < 10_000:
            looked.latencies_ms.append(age_ms)


def _read(looked: _Looked, reader: Reader, clock: Callable[[], float]) -> None:
    grey = looked.frame.grey() if looked.frame is not None else None
    if grey is not None:
        reading = reader.read(grey)
        looked.finding = reading.finding if reading.finding.located or looked.finding is None else looked.finding
        looked.texts = reading.texts
        now = clock()
        looked.read_s = now - looked.began if reading.texts else UNKNOWN
        found = looked.suspicion.found(reading.finding, grey, now)
        looked.guide = guided(looked.guide, found, now, is_read=bool(reading.texts))
        looked.told = looked.guide.said if looked.guide.said is not Guidance.NO_CODE else looked.told


def _figures(source: FrameSource, looked: _Looked, grey: Grey) -> Figures:
    times = looked.times
    seconds = times[-1] - times[0] if len(times) > 1 else 0.0
    found = looked.finding if looked.finding is not None and looked.finding.located else None
    laplacian = float(cv2.Laplacian(grey, cv2.CV_32F).std())
    return Figures(
        device=source.path if isinstance(source, DeviceCamera) else "",
        guidance=looked.told,
        width=int(grey.shape[1]),
        height=int(grey.shape[0]),
        is_jpeg=source.mode.is_jpeg if isinstance(source, DeviceCamera) else False,
        fps=(len(times) - 1) / seconds if seconds else UNKNOWN,
        told_fps=float(source.mode.fps) if isinstance(source, DeviceCamera) else UNKNOWN,
        latency_ms=float(np.median(looked.latencies_ms)) if looked.latencies_ms else UNKNOWN,
        luma=float(grey.mean()),
        burnt=float((grey >= 250).mean()),
        sharpness=laplacian if found is None or found.sharpness is None else float(found.sharpness),
        sees_code=found is not None and found.sharpness is not None,
        module_px=UNKNOWN if found is None or found.module_px is None else float(found.module_px),
        autofocus=_control(source, cv2.CAP_PROP_AUTOFOCUS),
        focus=_control(source, cv2.CAP_PROP_FOCUS),
        auto_exposure=_control(source, cv2.CAP_PROP_AUTO_EXPOSURE),
        exposure=_control(source, cv2.CAP_PROP_EXPOSURE),
        read_s=float(looked.read_s),
        has_network=has_network(),
        texts=looked.texts,
    )


def _control(source: FrameSource, prop: int) -> float:
    return float(source.capture.get(prop)) if isinstance(source, DeviceCamera) else UNKNOWN


def _picture(frame: Frame) -> bytes:
    pixels = frame.shrunk(1.0)
    if pixels is None:
        return b""
    scale = min(1.0, _WIDEST / pixels.shape[1])
    return bytes(cv2.imencode(".jpg", cv2.resize(pixels, None, fx=scale, fy=scale))[1].tobytes())
