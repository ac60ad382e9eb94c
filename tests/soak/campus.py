"""A hospital of real processes that nobody is kind to: kiosks, server workers on PostgreSQL, a network between them.

Kiosks and servers die by SIGKILL, the network breaks; in the end there is peace, and everything is compared.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx2

from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.server.configuring import import_configuration
from kiosk.server.database import open_database
from kiosk.server.enrolling import new_code, pair
from tests.e2e.programs import KIOSK, PATIENCE_S, ROOT, Station, free_port
from tests.soak.cut_network import CutNetwork, Weather

FACILITY = "IN0910000999"
STARTS_WITHIN_S = 180.0
"""The server, on a machine that eight kiosks and whatever else there is keep busy."""

SETTLES_WITHIN_S = 900.0
"""One station, which may have all of a long storm to send and to fetch."""


@dataclass
class BusyKiosk:
    """One kiosk's process, started again whenever it was killed. ``promised``: token id to the label that was told."""

    station: Station
    seed: int
    promised: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    kills: int = 0
    _process: "subprocess.Popen[bytes] | None" = None
    _unread: bytes = b""

    def start(self) -> None:
        self.seed += 1
        command = [sys.executable, "-m", "tests.soak.busy_station", str(self.seed)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self.station.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._unread = b""

    def kill(self) -> None:
        self._ended(lambda process: process.kill())
        self.kills += 1

    def end(self) -> None:
        """In peace: what it has begun it finishes."""
        code = self._ended(lambda process: process.stdin.close() if process.stdin else None)
        assert code == 0, f"a kiosk ended with {code}"

    def listen(self, within_s: float = 0.0) -> None:
        """Take down what the kiosk has told since."""
        assert self._process is not None
        assert self._process.stdout is not None
        while select.select([self._process.stdout], [], [], within_s)[0]:
            chunk = os.read(self._process.stdout.fileno(), 1 << 16)
            if not chunk:
                return
            self._take_down(chunk)

    def _take_down(self, chunk: bytes) -> None:
        *whole, self._unread = (self._unread + chunk).split(b"\n")
        for text in whole:
            line = json.loads(text)
            if "refused" in line:
                self.refused.append(line["refused"])
            else:
                kept = self.promised.setdefault(line["token_id"], line["label"])
                assert kept == line["label"], "one token, two labels"

    def _ended(self, ask: Callable[["subprocess.Popen[bytes]"], object]) -> int:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        ask(process)
        self._take_down(process.stdout.read())
        code = process.wait(PATIENCE_S)
        process.stdout.close()
        if process.stdin and not process.stdin.closed:
            process.stdin.close()
        return code


@dataclass
class Campus:
    """Everything of one run. Stations reach the server through ``network`` alone."""

    folder: Path
    database_url: str
    network: CutNetwork
    seed: int
    workers: int = 2
    kiosks: list[BusyKiosk] = field(default_factory=list)
    server_kills: int = 0
    _server: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._port = free_port()
        self._database = open_database(self.database_url)
        self.network.target_port = self._port

    # --- set-up ------------------------------------------------------------------------------------------------------

    def found(self, kiosks: int) -> None:
        """Import the hospital, start the server, enrol the kiosks."""
        import_configuration(self._database, tomllib.loads(_plan(kiosks)), datetime.now(UTC))
        self.start_server()
        for place in range(1, kiosks + 1):
            self.kiosks.append(self._enrolled(f"K{place}", place))

    def _enrolled(self, name: str, place: int) -> BusyKiosk:
        code = new_code()
        self._database.write(lambda connection: pair(connection, FACILITY, name, code, datetime.now(UTC)))
        station = Station(self.folder / name)
        ended = station.run("enrol", "--server", self.network.url, "--code", code)
        assert ended.code == 0, ended
        return BusyKiosk(station, self.seed * 10_000 + place * 100)

    def _environ(self) -> dict[str, str]:
        own = {"KIOSK_DATABASE_URL": self.database_url, "KIOSK_PUBLIC_URL": self.network.url}
        return Station(self.folder / "server").environ | own

    # --- faults ------------------------------------------------------------------------------------------------------

    def survive(self, seconds: float) -> None:
        """Work for so long while everything fails now and then; afterwards all run, and the network is fair."""
        for kiosk in self.kiosks:
            kiosk.start()
        until = time.monotonic() + seconds
        faults: list[Callable[[], None]] = []
        while time.monotonic() < until or not self._has_stormed:
            self._listen(self._chance.uniform(0.1, 1.0))
            faults = faults or self._shuffled()
            faults.pop()()
        self.network.change(Weather.FAIR)
        for kiosk in self.kiosks:
            kiosk.end()

    @property
    def _has_stormed(self) -> bool:
        """On a slow machine it takes a while until somebody is told a number, and then one is killed."""
        return any(kiosk.kills for kiosk in self.kiosks)

    def _shuffled(self) -> list[Callable[[], None]]:
        """Each fault comes before any comes again."""
        weathers = [partial(self.network.change, weather) for weather in (*Weather, Weather.FAIR, Weather.FAIR)]
        deck: list[Callable[[], None]] = [
            *[self._kill_kiosk] * 3,
            *weathers,
            *[self._kill_worker] * 2,
            self._kill_server,
        ]
        self._chance.shuffle(deck)
        return deck

    def _listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for kiosk in self.kiosks:
                kiosk.listen(0.02)

    def _kill_kiosk(self) -> None:
        """Not before somebody was told a number: on a slow machine none would ever come to its first patient."""
        kiosk = self._chance.choice(self.kiosks)
        if any(each.promised for each in self.kiosks):
            kiosk.kill()
            kiosk.start()

    def _kill_worker(self) -> None:
        assert self._server is not None
        workers = _children(self._server.pid)
        if workers:
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(workers), signal.SIGKILL)
            self.server_kills += 1

    def _kill_server(self) -> None:
        self.stop_server(signal.SIGKILL)
        self.server_kills += 1
        self.start_server()

    # --- server ------------------------------------------------------------------------------------------------------

    def start_server(self) -> None:
        words = ["server", "--port", str(self._port), "--workers", str(self.workers)]
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            self._server = subprocess.Popen([*KIOSK, *words], cwd=ROOT, env=self._environ())
            if self._answers(until):
                return
            assert time.monotonic() < until, "the server does not start"

    def _answers(self, until: float) -> bool:
        assert self._server is not None
        while time.monotonic() < until and self._server.poll() is None:
            with suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{self._port}/healthz", trust_env=False).status_code == 200:
                    return True
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(0.1)
        return False

    def stop_server(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(PATIENCE_S)

    def close(self) -> None:
        for kiosk in self.kiosks:
            with suppress(Exception):
                kiosk.kill()
        self.stop_server()
        self._database.close()

    # --- peace -------------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Everybody pushes, then everybody pulls what the others pushed."""
        for _ in range(2):
            for kiosk in self.kiosks:
                line = kiosk.station.sync(SETTLES_WITHIN_S)
                assert line["parked"] == [], line


@contextmanager
def campus(folder: Path, database_url: str, network: CutNetwork, seed: int, kiosks: int) -> Iterator[Campus]:
    """A founded hospital; all of its processes are gone after the block."""
    here = Campus(folder, database_url, network, seed)
    with ExitStack() as stack:
        stack.callback(here.close)
        here.found(kiosks)
        yield here


def _plan(kiosks: int) -> str:
    lines = [f'facility_id = "{FACILITY}"', 'names = { en = "Soak Hospital" }', 'state = "Uttar Pradesh"']
    for department in SAMPLE_FACILITY.departments:
        lines += ["[[departments]]", f'code = "{department.code}"', f'prefix = "{department.prefix}"']
        lines += [f'names = {{ en = "{department.name("en")}" }}']
    for place in range(1, kiosks + 1):
        lines += ["[[stations]]", f'id = "K{place}"', 'kind = "kiosk"', f'name = "Kiosk {place}"']
    return "\n".join(lines) + "\n"


def _children(pid: int) -> list[int]:
    """The server's workers, but not Python's helper that tracks shared memory."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = status.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid and "resource_tracker" not in (status.parent / "cmdline").read_text():
                found.append(int(status.parent.name))
    return found
