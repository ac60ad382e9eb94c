"""Real processes over one socket: they die and are replaced, and none is left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kiosk.errors import SettingError
from kiosk.server.app import run_server
from tests.server.streaming import streaming
from tests.server.test_stream import push
from tests.sync.chain import Chain

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@contextmanager
def workers_process(database_url: str, count: int) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    code = f"from kiosk.server.app import run_server; run_server({database_url!r}, port=0, workers={count})"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}
    )
    assert process.stdout is not None
    workers: set[int] = set()
    with process.stdout:
        try:
            line = next(line for line in process.stdout if "server_listening" in line)
            found = re.search(r"http://[0-9.:]+", line)
            assert found is not None
            workers = wait_for(lambda: {*workers_of(process.pid)}, lambda pids: len(pids) == count)
            yield process, found[0]
        finally:
            process.kill()
            process.wait(60)
            for pid in workers:  # if it is this that does not work
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def workers_of(pid: int) -> list[int]:
    """Its children that serve; multiprocessing has one more of its own."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(child) for child in children if b"spawn_main" in command_of(int(child))]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(look: Callable[[], set[int]], is_so: Callable[[set[int]], bool]) -> set[int]:
    until = time.monotonic() + PATIENCE_S
    while not is_so(seen := look()):
        assert time.monotonic() < until, f"still {seen}"
        time.sleep(0.02)
    return seen


def running(pids: set[int]) -> set[int]:
    return {pid for pid in pids if b"spawn_main" in command_of(pid)}


def test_a_killed_worker_is_replaced_and_all_end_politely_with_streams_open(shared_url: str) -> None:
    chain = Chain()
    with workers_process(shared_url, 2) as (process, url):
        first = {*workers_of(process.pid)}
        push(url, chain)
        os.kill(min(first), signal.SIGKILL)
        second = wait_for(lambda: {*workers_of(process.pid)}, lambda pids: len(pids) == 2 and pids != first)
        assert first & second == {max(first)}
        with streaming(url) as stream:
            stream.wait_for(1)
            stream.wait_for(push(url, chain))
            process.send_signal(signal.SIGTERM)
            assert list(stream) == []
            assert process.wait(60) == 0
        assert process.stdout is not None
        assert "worker_killed" not in process.stdout.read()
        assert running(first | second) == set()


def test_no_worker_outlives_a_killed_parent(shared_url: str) -> None:
    with workers_process(shared_url, 2) as (process, url):
        workers = {*workers_of(process.pid)}
        push(url, Chain())
        process.kill()
        process.wait(60)
        wait_for(lambda: running(workers), lambda pids: not pids)


def test_ctrl_c_in_a_terminal_reaches_all_of_them(shared_url: str) -> None:
    with workers_process(shared_url, 2) as (process, _):
        workers = {*workers_of(process.pid)}
        for pid in (*workers, process.pid):
            os.kill(pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert running(workers) == set()


@pytest.mark.parametrize("count", [0, -1, 2])
def test_sqlite_has_one_process(tmp_path: Path, count: int) -> None:
    with pytest.raises(SettingError, match="workers"):
        run_server(f"sqlite:///{tmp_path / 'server.db'}", port=0, workers=count)
