"""The server as ``kiosk server`` runs it, in processes of its own."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import httpx2

from tests.e2e.programs import KIOSK, ROOT, Station, free_port

UP_WITHIN_S = 120.0
ENDS_WITHIN_S = 30.0


@contextmanager
def serving(
    database_url: str, workers: int, folder: Path, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Its address, within the block; ``more`` are environment variables."""
    port = free_port()
    words = ["server", "--database", database_url, "--port", str(port), "--workers", str(workers)]
    environ = {**Station(folder).environ, **more}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen([*KIOSK, *words], cwd=ROOT, env=environ, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(url, workers)
        yield url
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN_S)


def wait_until_up(url: str, workers: int) -> None:
    """All of them: whichever takes the connection answers."""
    until = time.monotonic() + UP_WITHIN_S
    answers = 0
    while answers < 10 * workers:
        try:
            answers += httpx2.get(f"{url}/healthz", trust_env=False).status_code == 200
        except httpx2.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
