"""The project's commands as a hospital runs them: real processes, each station with a data folder of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import httpx2

from kiosk.model.sample import SAMPLE_FACILITY
from tests.e2e.warm import WarmKiosk

KIOSK = (str(Path(sys.executable).with_name("kiosk")),)
"""The command that ``make setup`` leaves."""
ROOT = Path(__file__).parent.parent.parent
"""Where ``python -m tests...`` works."""
PATIENCE_S = 60.0
"""Far above what any command takes; only a hang gets there."""
Line: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[Line]:
        return json_lines(self.output)


@dataclass(frozen=True)
class Station:
    """A station's settings. Its data are in ``folder``; it knows of no other configuration on this machine.

    Its commands are new processes, or where it has a ``warm`` one, copies of that.
    """

    folder: Path
    printer: str = "none"
    server_url: str = ""
    warm: WarmKiosk | None = field(default=None, compare=False, repr=False)

    @property
    def environ(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
        folders = {"KIOSK_DATA_DIR": self.folder, "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder}
        settings = {"KIOSK_PRINTER": self.printer, "KIOSK_SERVER_URL": self.server_url}
        return own | settings | {name: str(folder) for name, folder in folders.items()}

    def run(self, *words: str | Path, more: Mapping[str, str] | None = None, patience_s: float = PATIENCE_S) -> Ended:
        """``kiosk WORDS`` to its end; ``more`` are further environment variables."""
        environ = self.environ | dict(more or {})
        if self.warm is not None:
            return Ended(*self.warm.finished([*map(str, words)], environ, patience_s))
        return finished([*KIOSK, *map(str, words)], environ, patience_s)

    def check_in(self, *files: Path, department: str = "MED") -> list[Line]:
        """The lines of a ``kiosk checkin`` that did its work."""
        return self._done("checkin", *files, "--department", department)

    def tokens(self) -> list[Line]:
        return self._done("tokens")

    def sync(self, patience_s: float = PATIENCE_S) -> Line:
        (line,) = self._done("sync", patience_s=patience_s)
        return line

    def _done(self, *words: str | Path, patience_s: float = PATIENCE_S) -> list[Line]:
        ended = self.run(*words, patience_s=patience_s)
        assert ended.code == 0, ended
        return ended.lines


def finished(command: Sequence[str], environ: Mapping[str, str], patience_s: float = PATIENCE_S) -> Ended:
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, timeout=patience_s, check=False)
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def json_lines(text: str) -> list[Line]:
    """The whole lines; what a killed program did not finish is left out."""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


@dataclass(frozen=True)
class Hospital:
    """A server process that answers at ``url``."""

    url: str
    process: subprocess.Popen[bytes]

    def tokens(self, day: date) -> list[Line]:
        """``GET /v1/tokens`` of the sample facility."""
        query = {"facility": SAMPLE_FACILITY.facility_id, "service_day": day.isoformat()}
        answer = httpx2.get(f"{self.url}/v1/tokens", params=query, trust_env=False, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        listed: list[Line] = answer.json()
        return listed

    def wait_ended(self) -> int:
        return self.process.wait(PATIENCE_S)


@contextmanager
def hospital(database: Path, command: Sequence[str] = (*KIOSK, "server")) -> Iterator[Hospital]:
    """A server process over the SQLite file ``database``, which answers within the block and is gone after it."""
    server = _started(database, command)
    try:
        yield server
    finally:
        server.process.terminate()
        server.wait_ended()


def _started(database: Path, command: Sequence[str]) -> Hospital:
    """Another program may take the free port before the server does: then on another port."""
    for _ in range(5):
        port = free_port()
        words = [*command, "--database", f"sqlite:///{database}", "--port", str(port)]
        process = subprocess.Popen(words, cwd=ROOT, env=Station(database.parent).environ)
        server = Hospital(f"http://127.0.0.1:{port}", process)
        if _comes_up(server):
            return server
        server.process.kill()
        server.wait_ended()
    raise AssertionError(f"{command} does not start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _comes_up(server: Hospital) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            return httpx2.get(f"{server.url}/healthz", trust_env=False).status_code == 200
        except httpx2.TransportError:
            pass
        try:
            server.process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        return False
    return False
