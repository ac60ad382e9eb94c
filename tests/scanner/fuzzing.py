"""Random and mutated pictures before a real scanner process, which is now and then killed or stopped besides."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

import cv2
import numpy as np

from kiosk.ports import CameraStateChanged, CodeRead, DeviceState, PreviewFrame, ScannerReport
from kiosk.scanner.camera_scanner import CameraScanner
from kiosk.scanner.decode import Grey
from kiosk.scanner.messages import MAX_TEXT_BYTES
from tests.scanner.drawing import drawn
from tests.scanner.mjpeg_server import NetworkCamera, Visit, jpeg, network_camera, part

FORMATS = (".png", ".jpg", ".webp", ".bmp", ".tiff", ".gif", ".ppm")
HARMS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGSTOP)
PATIENCE_S = 60.0
_PICTURE_S = 0.02


SIZES = ((480, 640), (720, 1280), (1080, 1920))


def scene(chance: random.Random, sizes: Sequence[tuple[int, int]] = SIZES) -> Grey:
    """A code of any size and content somewhere in a noisy picture, or noise alone."""
    noise = np.random.default_rng(chance.getrandbits(32))
    height, width = chance.choice(sizes)
    picture = noise.integers(60, 200, (height, width), np.uint8)
    if chance.random() < 0.7:
        code = drawn(chance.randbytes(chance.randint(1, 300)).decode("latin-1"), scale=chance.randint(1, 8))
        part_of = code[:height, :width]
        picture[: part_of.shape[0], : part_of.shape[1]] = part_of
    return picture


def mutated(data: bytes, chance: random.Random) -> bytes:
    """``data`` with something wrong in it."""
    spoiled = bytearray(data)
    match chance.randrange(6):
        case 0:
            return data[: chance.randrange(len(data))]
        case 1:
            return chance.randbytes(chance.randrange(1, 4096))
        case 2:  # what decoders believe first: sizes, tables, lengths
            for _ in range(chance.randint(1, 8)):
                spoiled[chance.randrange(min(700, len(spoiled)))] = chance.randrange(256)
        case 3:
            for _ in range(chance.randint(1, 200)):
                spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        case 4:
            start, end = sorted((chance.randrange(len(spoiled)), chance.randrange(len(spoiled))))
            spoiled[start:end] = b""
        case _:
            start = chance.randrange(len(spoiled))
            spoiled[start:start] = spoiled[: chance.randrange(1, len(spoiled))]
    return bytes(spoiled)


def pictures(chance: random.Random) -> Iterator[bytes]:
    """JPEGs without end, every second one mutated."""
    while True:
        whole = jpeg(scene(chance), chance.randint(20, 95))
        yield whole
        yield mutated(whole, chance)


def files(chance: random.Random, folder: Path) -> Iterator[Path]:
    """Picture files of every kind that is read, most of them mutated."""
    while True:
        suffix = chance.choice(FORMATS)
        data = cv2.imencode(suffix, cv2.cvtColor(scene(chance, SIZES[:1]), cv2.COLOR_GRAY2BGR))[1].tobytes()
        path = folder / f"fuzz{suffix}"
        path.write_bytes(mutated(data, chance) if chance.random() < 0.8 else data)
        yield path


@dataclass
class Outcome:
    """What a stretch of fuzzing has come to; ``recovered_s`` for each time the process was down.

    ``bare_start_s`` is what starting such a process took at these times by itself: most of it, on a busy machine.
    """

    harmed: int = 0
    fell_by_itself: int = 0
    recovered_s: list[float] = field(default_factory=list)
    bare_start_s: list[float] = field(default_factory=list)
    child_kb: list[int] = field(default_factory=list)
    read: int = 0


class Fuzzed:
    """A scanner on a network camera that shows what it never should; ``run`` for as long as is wanted."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._seed = seed
        self._reports: Queue[tuple[float, ScannerReport]] = Queue()
        self.outcome = Outcome()

    def run(self, duration_s: float, harm_every_s: float) -> Outcome:
        scanner_camera = NetworkCamera(self._play)
        with network_camera(scanner_camera) as camera:
            scanner = CameraScanner(camera.address)
            scanner.start(lambda report: self._reports.put((time.monotonic(), report)))
            try:
                self._until(DeviceState.RUNNING)
                self._follow(duration_s, harm_every_s)
            finally:
                scanner.stop()
        return self.outcome

    def watch_memory(self, duration_s: float, every_s: float = 2.0) -> list[int]:
        """Leave the process alone with the pictures; returns its memory in kB, once in ``every_s``."""
        with network_camera(NetworkCamera(self._play)) as camera:
            scanner = CameraScanner(camera.address)
            scanner.start(lambda report: self._reports.put((time.monotonic(), report)))
            try:
                self._until(DeviceState.RUNNING)
                return list(self._memory(duration_s, every_s))
            finally:
                scanner.stop()

    def _memory(self, duration_s: float, every_s: float) -> Iterator[int]:
        end_s = time.monotonic() + duration_s
        while (now_s := time.monotonic()) < end_s:
            while time.monotonic() < now_s + every_s:
                with suppress(Empty):
                    self._note(self._reports.get(timeout=every_s)[1])
            for child in multiprocessing.active_children():  # none while one is being started
                assert child.pid is not None
                yield resident_kb(child.pid)

    def _play(self, visit: Visit) -> None:
        for picture in pictures(random.Random(self._seed * 1000 + visit.number)):
            visit.send(part(picture, tells_length=visit.number % 2 == 0 or b"--frame" in picture))
            if visit.over.wait(_PICTURE_S):
                return

    def _follow(self, duration_s: float, harm_every_s: float) -> None:
        end_s, harm_s = time.monotonic() + duration_s, time.monotonic() + harm_every_s
        while (now_s := time.monotonic()) < end_s:
            if now_s >= harm_s:
                self._harm()
                harm_s = time.monotonic() + harm_every_s * self._chance.uniform(0.5, 1.5)
            try:
                at_s, report = self._reports.get(timeout=0.1)
            except Empty:
                continue
            if isinstance(report, CameraStateChanged) and report.code.startswith("SCANNER_"):
                self.outcome.fell_by_itself += 1
                self.outcome.recovered_s.append(self._until(DeviceState.RUNNING) - at_s)
            self._note(report)

    def _harm(self) -> None:
        """End the process in one of the ways that it may end, or stop it for good, and wait until all is well."""
        [child] = multiprocessing.active_children()
        assert child.pid is not None
        self.outcome.child_kb.append(resident_kb(child.pid))
        harmed_s = time.monotonic()
        os.kill(child.pid, self._chance.choice(HARMS))
        self.outcome.harmed += 1
        self._until(DeviceState.FAILED)
        self.outcome.recovered_s.append(self._until(DeviceState.RUNNING) - harmed_s)
        self.outcome.bare_start_s.append(bare_start_s())

    def _until(self, state: DeviceState) -> float:
        """When it was told. Raises queue.Empty where it never is."""
        while True:
            at_s, report = self._reports.get(timeout=PATIENCE_S)
            if isinstance(report, CameraStateChanged) and report.state is state:
                return at_s
            self._note(report)

    def _note(self, report: ScannerReport) -> None:
        if isinstance(report, CodeRead):
            assert len(report.untrusted_text.encode()) <= MAX_TEXT_BYTES
            self.outcome.read += 1
        if isinstance(report, PreviewFrame):
            assert len(report.rgb) == report.width * report.height * 3


def bare_start_s() -> float:
    """How long a process takes now that loads what the scanner's process loads, and what pytest adds to it."""
    before_s = time.monotonic()
    subprocess.run([sys.executable, "-c", "import pytest, kiosk.scanner.watching"], check=True)
    return time.monotonic() - before_s


def resident_kb(pid: int) -> int:
    """Of a process's memory, what is in RAM."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])
