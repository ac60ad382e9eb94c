"""Random and mutated pictures before a real scanner process, which is now and then killed or stopped besides."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
FALLS = ("SCANNER_CRASHED", "SCANNER_HUNG", "SCANNER_GARBLED", "CAMERA_STUCK")
RECOVERY_S = 3.0
PATIENCE_S = 60.0
_PICTURE_S = 0.02


SIZES = ((480, 640), (720, 1280), (1080, 1920))
ODD_SIZES = ((1, 1), (2, 700), (700, 3), (17, 19), (333, 501), (2000, 40), (2160, 3840))
CLAIMED = (0, 1, 2, 255, 8191, 16384, 65500, 65535)
"""Heights and widths that a JPEG without so many pixels claims to have."""
_FRAME_HEADER = re.compile(rb"\xff[\xc0-\xc2]..\x08(....)", re.DOTALL)


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


def mutated(data: bytes, chance: random.Random, *, of_its_size: bool = False) -> bytes:
    """``data`` with something wrong in it."""
    spoiled = bytearray(data)
    match chance.randrange(6 if of_its_size else 7):
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
        case 5:
            start = chance.randrange(len(spoiled))
            spoiled[start:start] = spoiled[: chance.randrange(1, len(spoiled))]
        case _:
            return resized(data, chance.choice(CLAIMED), chance.choice(CLAIMED))
    return bytes(spoiled)


def resized(data: bytes, height: int, width: int) -> bytes:
    """A JPEG that lies about its size; other formats as they are."""
    header = _FRAME_HEADER.search(data)
    if header is None:
        return data
    claimed = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return data[: header.start(1)] + claimed + data[header.end(1) :]


def pictures(chance: random.Random, *, ordinary: bool = False) -> Iterator[bytes]:
    """JPEGs without end, every second one mutated; unless ``ordinary`` some of odd sizes, a few as large as may be."""
    giant = b"" if ordinary else jpeg(np.full((8000, 8000), 128, np.uint8), 20)
    while True:
        sizes = SIZES if ordinary or chance.random() < 0.8 else ODD_SIZES
        is_giant = not ordinary and chance.random() < 0.01
        whole = giant if is_giant else jpeg(scene(chance, sizes), chance.randint(20, 95))
        yield whole
        yield mutated(whole, chance, of_its_size=ordinary)


def files(chance: random.Random, folder: Path) -> Iterator[Path]:
    """Picture files of every kind that is read, most of them mutated."""
    while True:
        suffix = chance.choice(FORMATS)
        data = cv2.imencode(suffix, cv2.cvtColor(scene(chance, SIZES[:1]), cv2.COLOR_GRAY2BGR))[1].tobytes()
        path = folder / f"fuzz{suffix}"
        path.write_bytes(mutated(data, chance) if chance.random() < 0.8 else data)
        yield path


@dataclass(frozen=True)
class Recovery:
    """Once that the process was down: from then until another one has shown its first good picture.

    ``bare_start_s`` is what starting such a process took right afterwards: under a second unless the machine is busy.
    """

    how: str
    seconds: float
    bare_start_s: float

    @property
    def in_time(self) -> bool:
        return self.seconds <= max(RECOVERY_S, 3 * self.bare_start_s)


@dataclass
class Outcome:
    """What a stretch of fuzzing has come to."""

    harmed: int = 0
    fell_by_itself: int = 0
    recoveries: list[Recovery] = field(default_factory=list)
    child_kb: list[int] = field(default_factory=list)
    read: int = 0


class Fuzzed:
    """A scanner on a network camera that shows what it never should; ``run`` for as long as is wanted."""

    def __init__(self, seed: int, *, ordinary: bool = False) -> None:
        self._chance = random.Random(seed)
        self._seed = seed
        self._ordinary = ordinary
        self._heard_at_s = 0.0
        self._reports: Queue[tuple[float, ScannerReport]] = Queue()
        self.outcome = Outcome()

    def run(self, duration_s: float, harm_every_s: float) -> Outcome:
        with self._watching() as scanner:
            self._follow(scanner, duration_s, harm_every_s)
        return self.outcome

    def watch_memory(self, duration_s: float, every_s: float = 0.5) -> list[int]:
        """Leave the process alone with the pictures; returns its memory in kB, once in ``every_s``."""
        with self._watching() as scanner:
            return list(self._memory(scanner, duration_s, every_s))

    @contextmanager
    def _watching(self) -> Iterator[CameraScanner]:
        with network_camera(NetworkCamera(self._play)) as camera:
            scanner = CameraScanner(camera.address)
            scanner.start(lambda report: self._reports.put((time.monotonic(), report)))
            try:
                self._until(DeviceState.RUNNING)
                yield scanner
            finally:
                scanner.stop()

    def _memory(self, scanner: CameraScanner, duration_s: float, every_s: float) -> Iterator[int]:
        end_s = time.monotonic() + duration_s
        while (now_s := time.monotonic()) < end_s:
            while time.monotonic() < now_s + every_s:
                with suppress(Empty):
                    self._note(*self._reports.get(timeout=every_s))
            pid = scanner.pid  # none while one begins
            used_kb = 0 if pid is None else resident_kb(pid)
            if used_kb:
                yield used_kb

    def _play(self, visit: Visit) -> None:
        for picture in pictures(random.Random(self._seed * 1000 + visit.number), ordinary=self._ordinary):
            visit.send(part(picture, tells_length=visit.number % 2 == 0 or b"--frame" in picture))
            if visit.over.wait(_PICTURE_S):
                return

    def _follow(self, scanner: CameraScanner, duration_s: float, harm_every_s: float) -> None:
        end_s, harm_s = time.monotonic() + duration_s, time.monotonic() + harm_every_s
        while (now_s := time.monotonic()) < end_s:
            if now_s >= harm_s:
                self._harm(scanner)
                harm_s = time.monotonic() + harm_every_s * self._chance.uniform(0.5, 1.5)
            try:
                at_s, report = self._reports.get(timeout=0.1)
            except Empty:
                continue
            if isinstance(report, CameraStateChanged) and report.code in FALLS:
                self.outcome.fell_by_itself += 1
                self._recovered(report.code, self._heard_at_s)
            self._note(at_s, report)

    def _harm(self, scanner: CameraScanner) -> None:
        """End the process in one of the ways that it may end, or stop it for good, and wait until all is well."""
        pid, harm = scanner.pid, self._chance.choice(HARMS)
        if pid is None:
            return
        self.outcome.child_kb.append(resident_kb(pid))
        harmed_s = time.monotonic()
        try:
            os.kill(pid, harm)
        except ProcessLookupError:  # it has fallen by itself just now, which is told
            return
        self.outcome.harmed += 1
        self._until(DeviceState.FAILED, FALLS)
        self._recovered(harm.name, harmed_s)

    def _recovered(self, how: str, since_s: float) -> None:
        recovery_s = self._until(DeviceState.RUNNING) - since_s
        self.outcome.recoveries.append(Recovery(how, recovery_s, bare_start_s()))

    def _until(self, state: DeviceState, codes: Sequence[str] = ()) -> float:
        """When it was told, by one of ``codes`` where there are some. Raises queue.Empty where it never is."""
        while True:
            at_s, report = self._reports.get(timeout=PATIENCE_S)
            self._note(at_s, report)
            if not isinstance(report, CameraStateChanged) or report.state is not state:
                continue
            if not codes or report.code in codes:
                return at_s

    def _note(self, at_s: float, report: ScannerReport) -> None:
        self._heard_at_s = at_s
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
    """Of a process's memory, what is in RAM; 0 of one that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
