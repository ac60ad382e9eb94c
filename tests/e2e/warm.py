"""The command ``kiosk`` many times over, without the second that each would take to load its libraries.

A process that has loaded them, and has no threads, forks for each command: ``python -m tests.e2e.warm FD``. The command
itself is a process as any other, with its own output, environment and exit code, and it can be killed.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent.parent.parent
LARGEST = 1 << 17
"""Bytes of a command with its environment; the kernel takes at least so many in one piece."""


@dataclass(frozen=True)
class Running:
    """A command that has been started. ``output`` ends when it and all its children are gone."""

    pid: int
    output: int
    _line: socket.socket

    def kill(self) -> None:
        """There may be nothing left to kill: its number is nobody else's until ``wait`` has returned."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        self._line.send(b"wait")
        return int(self._line.recv(LARGEST))


@dataclass(frozen=True)
class WarmKiosk:
    """One command at a time."""

    _line: socket.socket

    @contextmanager
    def running(self, words: Sequence[str], environ: Mapping[str, str]) -> Iterator[Running]:
        output, given = os.pipe()
        try:
            message = json.dumps([list(words), dict(environ)]).encode()
            socket.send_fds(self._line, [message], [given])
        finally:
            os.close(given)
        try:
            yield Running(int(self._line.recv(LARGEST)), output, self._line)
        finally:
            os.close(output)


@contextmanager
def warm_kiosk() -> Iterator[WarmKiosk]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        command = [sys.executable, "-m", "tests.e2e.warm", str(theirs.fileno())]
        # To a pipe as each command writes: Python remembers of its output whether it was a file.
        with subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE):
            theirs.close()
            try:
                yield WarmKiosk(ours)
            finally:
                ours.close()


def main(line: socket.socket) -> None:
    """Until nobody wants anything any more."""
    import PySide6.QtGui  # noqa: F401  what a check-in needs
    import sqlcipher3  # noqa: F401

    import kiosk.__main__
    import kiosk.batch
    import kiosk.scanner.files  # noqa: F401

    while True:
        message, given, _, _ = socket.recv_fds(line, LARGEST, 1)
        if not message:
            return
        line.send(str(pid := _started(line, given[0], message)).encode())
        line.recv(LARGEST)
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _started(line: socket.socket, output: int, message: bytes) -> int:
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(output, *json.loads(message))
    os.close(output)
    return pid


def _become(output: int, words: list[str], environ: dict[str, str]) -> NoReturn:
    """``kiosk WORDS``, which leaves through here whatever happens."""
    from kiosk.__main__ import main as run

    code: object = 1
    try:
        os.dup2(output, sys.stdout.fileno())
        os.close(output)
        os.environ.clear()
        os.environ.update(environ)
        random.seed()
        sys.argv = ["kiosk", *words]
        run()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
