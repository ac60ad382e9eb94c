"""Check-ins on the real path of ``kiosk checkin``, each measured from picture file to the slip's last byte."""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from kiosk.app import open_station, spool_of
from kiosk.batch import BatchCheckIn
from kiosk.scanner.files import FileReader
from kiosk.settings import load
from tests.bench.bare import BareTwin, bare_twin
from tests.bench.far_printer import far_printer
from tests.cards import draw_cards

Line: TypeAlias = dict[str, Any]
FRAME = (720, 1280)
"""Rows and columns, as most webcams give them."""


class NotMeasuredError(Exception):
    """A check-in did not end as it must, so its time says nothing."""


@dataclass(frozen=True)
class CheckInTimes:
    """Milliseconds. ``decode``: frame in memory to text. ``issue``: patient to committed token. ``print``: to the
    printer's system holding the last byte, and that noted. ``whole``: picture file to the end of all this.
    ``bare``: the rows of ``issue`` again, in a bare transaction, right afterwards."""

    decode: float
    issue: float
    print: float
    whole: float
    bare: float


def measure(folder: Path, count: int, seed: int) -> list[CheckInTimes]:
    """The times of ``count`` patients, in the order they came.

    Raises:
        NotMeasuredError
    """
    frames = webcam_frames(folder / "frames", count, seed)
    with far_printer() as printer:
        times = _measured(frames, folder, printer.setting)
    if printer.slips != count:
        raise NotMeasuredError(f"{printer.slips} of {count} slips came out")
    return times


def webcam_frames(folder: Path, count: int, seed: int) -> list[Path]:
    """Each card somewhere in a camera's frame, its QR drawn at 3 to 5 dots a module and slightly out of focus."""
    chance = random.Random(seed)
    cards = draw_cards(folder, count)
    for path in cards:
        code = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert code is not None
        large = cv2.resize(code, None, fx=(scale := chance.uniform(1, 5 / 3)), fy=scale, interpolation=cv2.INTER_LINEAR)
        frame = np.full(FRAME, chance.randint(90, 190), np.uint8)
        top, left = (chance.randrange(room - size) for room, size in zip(FRAME, large.shape, strict=True))
        frame[top : top + large.shape[0], left : left + large.shape[1]] = large
        cv2.imwrite(str(path), cv2.GaussianBlur(frame, (0, 0), 0.8))
    return cards


def _measured(frames: list[Path], folder: Path, printer: str) -> list[CheckInTimes]:
    environ = {"KIOSK_DATA_DIR": str(folder / "kiosk"), "KIOSK_PRINTER": printer}
    with (
        FileReader() as reader,
        open_station(load(environ), os.environ) as station,
        bare_twin(folder / "twin", folder / "kiosk") as twin,
    ):
        lines = BatchCheckIn(station, spool_of(station), reader, "MED", "hi").lines(frames)
        return [_times(line, whole_ms, _bare_s(line, reader, twin)) for line, whole_ms in _timed(lines)]


def _timed(lines: Iterator[Line]) -> Iterator[tuple[Line, float]]:
    """Each line with the milliseconds that it took to come."""
    while True:
        started = time.perf_counter()
        line = next(lines, None)
        if line is None:
            return
        yield line, (time.perf_counter() - started) * 1000


def _bare_s(line: Line, reader: FileReader, twin: BareTwin) -> float:
    """Like the check-in, the bare transaction begins after a wait for the reader's process, its memory as cold."""
    rows = twin.rows_of(line["token_id"])
    reader.read(Path(line["source"]))
    return twin.write(rows)


def _times(line: Line, whole_ms: float, bare_s: float) -> CheckInTimes:
    if (line["outcome"], line["print"]) != ("issued", "printed"):
        raise NotMeasuredError(f"a check-in ended as {line['outcome']}, {line['reason']}, {line['print']}")
    return CheckInTimes(**line["ms"], whole=whole_ms, bare=bare_s * 1000)
