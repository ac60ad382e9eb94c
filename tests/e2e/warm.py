"""Commands many times over, without the second that each would take to load its libraries.

A process that has loaded them, and has no threads, forks for each command: ``python -m tests.e2e.warm FD``. The command
itself is a process as any other, with its own output, environment and exit code, and it can be killed.
"""

import json
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parent.parent.parent
KIOSK = "kiosk"
LARGEST = 1 << 17
"""Bytes of a command with its environment; the kernel takes at least so many in one piece."""


@dataclass(frozen=True)
class Running:
    """A command that has been started."""

    pid: int
    _line: socket.socket

    def kill(self) -> None:
        """There may be nothing left to kill: its number is nobody else's until ``wait`` has returned."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, patience_s: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it; after so long it is killed."""
        self._line.send(b"wait")
        self._line.settimeout(patience_s)
        try:
            return int(self._line.recv(LARGEST))
        except TimeoutError:
            self._line.settimeout(None)
            self.kill()
            return int(self._line.recv(LARGEST))
        finally:
            self._line.settimeout(None)


@dataclass(frozen=True)
class WarmKiosk:
    """One command at a time: ``kiosk WORDS``, or another ``program`` as ``python -m`` knows it."""

    _line: socket.socket

    def finished(
        self, words: Sequence[str], environ: Mapping[str, str], patience_s: float, program: str = KIOSK
    ) -> tuple[int, str, str]:
        """Exit code, output and errors of a command that has ended."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            files = (output.fileno(), errors.fileno())
            code = self._started(words, environ, files, program).wait(patience_s)
            return code, _text(output), _text(errors)

    @contextmanager
    def running(self, words: Sequence[str], environ: Mapping[str, str]) -> Iterator[tuple[Running, int]]:
        """And its output, which ends when it and all its children are gone."""
        output, given = os.pipe()
        try:
            started = self._started(words, environ, (given,))
        finally:
            os.close(given)
        try:
            yield started, output
        finally:
            os.close(output)

    def _started(
        self, words: Sequence[str], environ: Mapping[str, str], files: Sequence[int], program: str = KIOSK
    ) -> Running:
        message = json.dumps([program, list(words), dict(environ)]).encode()
        socket.send_fds(self._line, [message], files)
        return Running(int(self._line.recv(LARGEST)), self._line)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


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
        message, files, _, _ = socket.recv_fds(line, LARGEST, 2)
        if not message:
            return
        line.send(str(pid := _forked(line, files, message)).encode())
        line.recv(LARGEST)
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())


def _forked(line: socket.socket, files: list[int], message: bytes) -> int:
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(files, *json.loads(message))
    for file in files:
        os.close(file)
    return pid


def _become(files: list[int], program: str, words: list[str], environ: dict[str, str]) -> NoReturn:
    """The command, which leaves through here whatever happens. ``files`` are for its output and its errors."""
    from kiosk.__main__ import main as run

    code: object = 1
    try:
        for file, stream in zip(files, (sys.stdout, sys.stderr), strict=False):
            os.dup2(file, stream.fileno())
            os.close(file)
        os.environ.clear()
        os.environ.update(environ)
        random.seed()
        sys.argv = [program, *words]
        if program == KIOSK:
            run()
        else:
            runpy.run_module(program, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
