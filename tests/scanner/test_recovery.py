"""A fault of a camera is told by its own code, and the camera works again by itself, with a real process.

All of them, against the clock, in ``make soak``.
"""

from pathlib import Path

import pytest

from tests.scanner import faulty_camera, faulty_process
from tests.scanner.faulty_camera import FaultyCamera
from tests.scanner.test_camera_scanner import IMPATIENT


def test_faults_of_a_network_camera_are_told_and_mended() -> None:
    kinds = ("CAMERA_FROZEN", "CAMERA_STREAM_CUT", "CAMERA_STREAM_GARBLED")
    some = [fault for fault in faulty_camera.FAULTS if fault[0] in kinds]
    assert [fault.code for fault in FaultyCamera(some).run(IMPATIENT)] == [code for code, _ in some]


@pytest.mark.parametrize("fault", faulty_process.FAULTS)
def test_a_fault_of_camera_driver_or_process_is_told_and_mended(fault: str, tmp_path: Path) -> None:
    assert faulty_process.FAULTS[fault] in faulty_process.mended(fault, tmp_path).codes
