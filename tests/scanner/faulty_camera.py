"""A network camera that goes wrong in another way with each connection, before a real scanner process."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Queue

import numpy as np

from kiosk.ports import CameraStateChanged, DeviceState, ScannerReport
from kiosk.scanner.camera_scanner import CameraScanner, Patience
from tests.scanner.mjpeg_server import NetworkCamera, Play, Visit, jpeg, network_camera, part

PERIOD_S = 0.05
GOOD_FRAMES = 12
LONGEST_S = 60.0


def pictures(luma: float, seed: int) -> Iterator[bytes]:
    """Of a wall, without end; each has its own noise."""
    noise = np.random.default_rng(seed)
    while True:
        wall = noise.normal(luma, 3.0, (360, 640)).clip(0, 255).astype(np.uint8)
        yield part(jpeg(wall, 50))


def send(visit: Visit, frames: Iterator[bytes]) -> None:
    while not visit.over.wait(PERIOD_S):
        visit.send(next(frames))


def freeze(visit: Visit) -> None:
    frozen = next(pictures(120.0, 99))
    while not visit.over.wait(PERIOD_S):
        visit.send(frozen)


def go_dark(visit: Visit) -> None:
    send(visit, pictures(2.0, 98))


def cut(_visit: Visit) -> None:
    """The connection ends with the play."""


def stall(visit: Visit) -> None:
    visit.send(next(pictures(120.0, 97))[:500])
    visit.stay()


def babble(visit: Visit) -> None:
    while not visit.over.wait(PERIOD_S):
        visit.send(b"--frame\r\n\r\nno picture at all\r\n")


def swell(visit: Visit) -> None:
    visit.send(b"--frame\r\nContent-Length: 99999999\r\n\r\n")
    visit.stay()


FAULTS: tuple[tuple[str, Play], ...] = (
    ("CAMERA_FROZEN", freeze),
    ("CAMERA_BLACK", go_dark),
    ("CAMERA_STREAM_CUT", cut),
    ("CAMERA_STREAM_STALLED", stall),
    ("CAMERA_NO_FRAMES", babble),
    ("CAMERA_STREAM_GARBLED", swell),
)


@dataclass(frozen=True)
class Fault:
    """One fault as it was told, and how long after it began the camera worked again."""

    code: str
    told_s: float
    mended_s: float


class FaultyCamera:
    """Good for a while with each connection, then each of ``faults`` in turn, and good for ever after the last."""

    def __init__(self, faults: Sequence[tuple[str, Play]] = FAULTS) -> None:
        self._faults = faults
        self._began: list[float] = []
        self._reports: Queue[tuple[float, ScannerReport]] = Queue()

    def run(self, patience: Patience | None = None) -> list[Fault]:
        with network_camera(NetworkCamera(self._play)) as camera:
            scanner = CameraScanner(camera.address, patience=patience)
            scanner.start(lambda report: self._reports.put((time.monotonic(), report)))
            try:
                self._until(DeviceState.RUNNING)
                return [self._fault(number) for number in range(len(self._faults))]
            finally:
                scanner.stop()

    def _play(self, visit: Visit) -> None:
        frames = pictures(120.0, visit.number)
        for _ in range(GOOD_FRAMES):
            visit.send(next(frames))
            if visit.over.wait(PERIOD_S):
                return
        if visit.number > len(self._faults):
            send(visit, frames)
        else:
            self._began.append(time.monotonic())
            self._faults[visit.number - 1][1](visit)

    def _fault(self, number: int) -> Fault:
        code, told_s = self._until(DeviceState.FAILED)
        _, mended_s = self._until(DeviceState.RUNNING)
        return Fault(code, told_s - self._began[number], mended_s - self._began[number])

    def _until(self, state: DeviceState) -> tuple[str, float]:
        """The code and the time of the next report of ``state``. Raises queue.Empty where it never comes."""
        while True:
            at_s, report = self._reports.get(timeout=LONGEST_S)
            if isinstance(report, CameraStateChanged) and report.state is state:
                return report.code, at_s
