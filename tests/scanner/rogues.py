"""Scanner processes that a hostile QR might have made."""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from kiosk.ports import DeviceState
from kiosk.scanner.messages import pack_state


def say_garbage(connection: Connection, _setting: str) -> None:
    connection.recv_bytes()
    connection.send_bytes(b"C\x80\x04\x95")
    connection.poll(None)


def swear(connection: Connection, _setting: str) -> None:
    """To whoever asked for figures: words for the terminal."""
    connection.send_bytes(b"\x1b]0;owned\x07\x1b[2Jcall 555 to mend")
    connection.poll(None)


def say_nothing(connection: Connection, _setting: str) -> None:
    connection.send_bytes(b"")
    connection.poll(None)


def send_too_much(connection: Connection, _setting: str) -> None:
    connection.recv_bytes()
    connection.send_bytes(b"P" + bytes(10_000_000))


def fail_and_fall(connection: Connection, _setting: str) -> None:
    """A camera that has worked, goes, and takes the process with it."""
    connection.recv_bytes()
    connection.send_bytes(pack_state(DeviceState.RUNNING))
    connection.send_bytes(pack_state(DeviceState.FAILED, "CAMERA_NO_FRAMES"))


def fall_silent(connection: Connection, _setting: str) -> None:
    connection.recv_bytes()
    connection.send_bytes(pack_state(DeviceState.RUNNING))
    connection.poll(None)


def open_slowly(connection: Connection, _setting: str) -> None:
    """A camera that needs a second to open."""
    connection.recv_bytes()
    connection.send_bytes(pack_state(DeviceState.STARTING))
    if not connection.poll(1.0):
        connection.send_bytes(pack_state(DeviceState.RUNNING))
        connection.poll(None)


def stick_once(connection: Connection, setting: str) -> None:
    """The camera does not open the first time; after that the process falls whenever it opens it."""
    connection.recv_bytes()
    mark = Path(setting.removeprefix("file:"))
    has_stuck = mark.exists()
    mark.touch()
    connection.send_bytes(pack_state(DeviceState.STARTING))
    if has_stuck:
        die(connection)
    connection.poll(None)


def stop_halfway(connection: Connection, _setting: str) -> None:
    """Announces 1,000 bytes and sends one."""
    connection.recv_bytes()
    connection.send_bytes(pack_state(DeviceState.RUNNING))
    os.write(connection.fileno(), (1000).to_bytes(4, "big") + b"C")
    connection.poll(None)


def die(_connection: Connection, *_setting: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read_nothing(connection: Connection) -> None:
    """A file reader that takes the first path and never answers."""
    connection.recv_bytes()
    connection.poll(None)
