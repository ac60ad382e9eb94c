"""What runs in the scanner's own processes, and what these may do.

The picture libraries are loaded inside the functions, so that the program, which must name the functions to start
them, never has the libraries in its own memory.
"""

import os
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.ports import DeviceState
from kiosk.scanner.address import CameraAddress, CameraKind, parse_camera
from kiosk.scanner.messages import pack_state

if TYPE_CHECKING:
    from kiosk.scanner.sources import FrameSource

_MEMORY_BYTES = 2 * 1024**3
_ENVIRONMENT = {
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2",  # seconds that a read may wait for a camera; 10 unless told
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(64 * 1024**2),
    "OPENCV_LOG_LEVEL": "OFF",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENBLAS_NUM_THREADS": "1",  # each more reserves memory, which is limited here
}


def watch(connection: Connection, setting: str) -> None:
    """Watch the camera that ``setting`` names and tell what is seen, until the other end of ``connection`` closes."""
    confine()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send_bytes(pack_state(DeviceState.STARTING))  # loading OpenCV takes a while
        from kiosk.scanner.watching import Watch

        address = parse_camera(setting)
        Watch(lambda: _open(address), connection.send_bytes, lambda wait_s: _pause(connection, wait_s)).run()


def read_files(connection: Connection) -> None:
    """Answer each path that comes with what the picture there says, until the other end of ``connection`` closes."""
    confine()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        from kiosk.scanner.stills import answer

        while True:
            connection.send_bytes(answer(Path(os.fsdecode(connection.recv_bytes()))))


def confine() -> None:
    """Limit this process: 2 GiB of memory, no core dump of patients' cards; being stopped is the program's business."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.environ.update(_ENVIRONMENT)
    if sys.platform != "win32":
        import resource

        for limit, most in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
            with suppress(OSError, ValueError):  # a lower limit is in force already
                resource.setrlimit(limit, (most, most))


def _open(address: CameraAddress) -> "FrameSource":
    from kiosk.scanner.newest import NewestFrame
    from kiosk.scanner.sources import open_camera
    from kiosk.scanner.virtual import open_file

    if address.kind is CameraKind.FILE:
        return open_file(Path(address.where))
    return NewestFrame(open_camera(address))


def _pause(connection: Connection, wait_s: float) -> None:
    """Wait, but no longer than the program lives: it never writes here, so anything to read is its end."""
    if connection.poll(wait_s):
        raise EOFError
