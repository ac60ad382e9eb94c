"""The program's hold on one process of the scanner: start it, hear it within a time, end it for certain."""

import multiprocessing
import os
import socket
import struct
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeAlias

_STALLED_MESSAGE_S = 3
_ENDING_S = 1.2

ChildMain: TypeAlias = Callable[..., None]
"""A function of ``kiosk.scanner.process``; its first argument is its end of the connection."""


class Child:
    """A fresh interpreter (spawn: nothing of the program's memory or open files goes along) running ``main``.

    ``kill`` may be called from any thread; the rest belongs to one.
    """

    def __init__(self, main: ChildMain, *args: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._connection, theirs = spawn.Pipe(duplex=True)
        _let_reads_expire(self._connection)
        self._process = spawn.Process(target=main, args=(theirs, *args), daemon=True, name="kiosk-scanner")
        try:
            self._process.start()
        except OSError:
            self._connection.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def send(self, message: bytes) -> None:
        """Raises OSError where the process has ended."""
        self._connection.send_bytes(message)

    def receive(self, timeout_s: float, max_bytes: int) -> bytes | None:
        """The next message, or None after ``timeout_s`` of silence.

        Raises:
            EOFError, OSError: the process has ended, stopped within a message, or sent one longer than ``max_bytes``.
        """
        return self._connection.recv_bytes(max_bytes) if self._connection.poll(timeout_s) else None

    def kill(self) -> None:
        """SIGKILL: a process stuck in a camera's driver heeds nothing less, and it holds nothing worth saving."""
        self._process.kill()

    def close(self) -> None:
        """End the process, or after 1.2 s leave it to the kernel: a driver that holds it lets go or not."""
        self.kill()
        self._process.join(_ENDING_S)
        self._connection.close()


def _let_reads_expire(connection: Connection) -> None:
    """A process that stops halfway through a message must not hold its reader for ever."""
    if sys.platform != "win32":
        with socket.socket(fileno=os.dup(connection.fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", _STALLED_MESSAGE_S, 0))
