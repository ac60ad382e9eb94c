"""Hostile pictures for some seconds; ``make soak`` does it for ten minutes, and looks at the clock."""

import random
from pathlib import Path

from kiosk.errors import CameraError
from kiosk.scanner.files import FileReader
from tests.scanner.fuzzing import Fuzzed, files


def test_a_process_fed_with_garbage_and_killed_meanwhile_comes_back_each_time() -> None:
    outcome = Fuzzed(seed=7).run(4.0, harm_every_s=1.5)
    assert outcome.harmed >= 1
    assert len(outcome.recoveries) >= outcome.harmed


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    codes = []
    with FileReader() as reader:
        for path, _ in zip(files(random.Random(7), tmp_path), range(20), strict=False):
            try:
                reader.read(path)
            except CameraError as error:
                codes.append(error.code)
    assert set(codes) == {"CAMERA_FILE_UNREADABLE"}
    assert len(codes) < 20
