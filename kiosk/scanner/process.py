"""What runs in the scanner's own processes, and what these may do.

The picture libraries are loaded inside the functions, so that the program, which must name the functions to start
them, never has the libraries in its own memory.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.errors import CameraError
from kiosk.ports import DeviceState
from kiosk.scanner.address import CameraAddress, CameraKind, parse_camera
from kiosk.scanner.limits import confine
from kiosk.scanner.messages import STUCK, pack_state

if TYPE_CHECKING:
    from kiosk.scanner.sources import FrameSource


def watch(connection: Connection, setting: str) -> None:
    """Watch the camera that ``setting`` names and tell what is seen, until the other end of ``connection`` closes."""
    address = parse_camera(setting)
    confine(keeps_network=address.kind is CameraKind.STREAM)
    tell_of(connection, opener_of(address))


def tell_of(connection: Connection, open_source: "Callable[[], FrameSource]") -> None:
    """Load what takes long, and wait for the word to begin: until then this process is a spare one. Then ``watch``."""
    from kiosk.scanner.watching import Watch

    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.recv_bytes()
        watching = Watch(open_source, connection.send_bytes, lambda wait_s: _pause(connection, wait_s))
        try:
            watching.run()
        except TimeoutError:  # a driver keeps a thread of this process: only the end of the process frees it
            connection.send_bytes(pack_state(DeviceState.FAILED, STUCK))


def read_files(connection: Connection) -> None:
    """Answer each path that comes with what the picture there says, until the other end of ``connection`` closes."""
    confine()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        from kiosk.scanner.stills import answer

        while True:
            connection.send_bytes(answer(Path(os.fsdecode(connection.recv_bytes()))))


def measure(connection: Connection, setting: str) -> None:
    """Look through the camera for some seconds; answers with the figures, then with a picture (JPEG).

    Where that fails the answer is its code, and no picture follows.
    """
    address = parse_camera(setting)
    confine(keeps_network=address.kind is CameraKind.STREAM)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        from kiosk.scanner.camera_check import figures

        try:
            told, picture = figures(source_of(address)())
        except CameraError as error:
            connection.send_bytes(error.code.encode())
        else:
            connection.send_bytes(told)
            connection.send_bytes(picture)


def opener_of(address: CameraAddress) -> "Callable[[], FrameSource]":
    """Opens the newest frames of the camera, stream or files that are meant; what it returns raises CameraError."""
    from kiosk.scanner.newest import NewestFrame

    opens = source_of(address)
    return opens if address.kind is CameraKind.FILE else lambda: NewestFrame(opens())


def source_of(address: CameraAddress) -> "Callable[[], FrameSource]":
    """Opens all frames of it, one after another; what it returns raises CameraError. Loads what it needs, no more."""
    match address.kind:
        case CameraKind.FILE:
            from kiosk.scanner.virtual import open_file

            return lambda: open_file(Path(address.where))
        case CameraKind.STREAM:
            from kiosk.scanner.sources_stream import open_stream

            return lambda: open_stream(address.where)
    from kiosk.scanner.sources import DeviceFinder

    return DeviceFinder(address).open


def _pause(connection: Connection, wait_s: float) -> None:
    """Wait, but no longer than the program lives: it has said its one word, so anything more to read is its end."""
    if connection.poll(wait_s):
        raise EOFError
