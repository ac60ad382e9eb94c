"""A fault of a camera is told by its own code, and the camera works again by itself, with a real process.

All of them, against the clock, in ``make soak``.
"""

from tests.scanner.faulty_camera import FAULTS, FaultyCamera
from tests.scanner.test_camera_scanner import IMPATIENT


def test_faults_are_told_and_mended() -> None:
    some = [fault for fault in FAULTS if fault[0] in ("CAMERA_FROZEN", "CAMERA_STREAM_CUT", "CAMERA_STREAM_GARBLED")]
    assert [fault.code for fault in FaultyCamera(some).run(IMPATIENT)] == [code for code, _ in some]
