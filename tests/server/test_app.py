"""Starting, stopping, refusing to be seen from outside; and what a killed server still knows."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from kiosk.errors import SettingError
from kiosk.server.app import ServerThread, running_server
from kiosk.sync.client import HttpServer
from kiosk.sync.loop import sync_until_done
from tests.sync.chain import FACILITY, Chain
from tests.sync.fake_store import FakeStore
from tests.sync.test_loop import CLOCK

ROOT = Path(__file__).parents[2]


def test_a_port_in_use_is_a_setting_error(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingError):
        ServerThread(database_url, port=taken.getsockname()[1])


def test_a_port_that_is_none_is_a_setting_error(database_url: str) -> None:
    with pytest.raises(SettingError):
        ServerThread(database_url, port=70_000)


def test_a_bad_database_frees_the_port() -> None:
    with pytest.raises(SettingError):
        ServerThread("nonsense")


def test_it_serves_on_ipv6_loopback_too(database_url: str) -> None:
    with running_server(database_url, "::1") as server:
        assert httpx2.get(f"{server.url}/healthz", trust_env=False).status_code == 200


def test_an_answer_does_not_wait_for_an_acknowledgement(database_url: str) -> None:
    """Nagle's algorithm would hold each back for 40 ms."""
    with running_server(database_url) as server:
        client = HttpServer(server.url, FACILITY)
        took_s = []
        for _ in range(10):
            started = time.perf_counter()
            client.exchange(Chain().push())
            took_s.append(time.perf_counter() - started)
        client.close()
    assert min(took_s) < 0.03


def test_after_the_stop_nobody_listens(database_url: str) -> None:
    with running_server(database_url) as server:
        url = server.url
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/healthz", trust_env=False)
    assert "server" not in [thread.name for thread in threading.enumerate()]


@contextmanager
def server_process(database_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``run_server`` in a process of its own, and its address."""
    code = f"from kiosk.server.app import run_server; run_server({database_url!r}, port=0)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            line = next(line for line in process.stdout if "server_listening" in line)
            found = re.search(r"http://[0-9.:]+", line)
            assert found is not None
            yield process, found[0]
        finally:
            process.kill()
            process.wait(60)


def test_acked_means_durable(database_url: str) -> None:
    chain = Chain().issue_many(250)
    with server_process(database_url) as (process, url):
        client = HttpServer(url, FACILITY)
        assert sync_until_done(FakeStore(chain), client, CLOCK).acked_seq == 250
        client.close()
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    with running_server(database_url) as server:
        client = HttpServer(server.url, FACILITY)
        listener = FakeStore(Chain("B"))
        sync_until_done(listener, client, CLOCK)
        client.close()
    assert listener.pulled == chain.events


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_politely(database_url: str, how: signal.Signals) -> None:
    with server_process(database_url) as (process, _):
        process.send_signal(how)
        assert process.wait(60) == 0
