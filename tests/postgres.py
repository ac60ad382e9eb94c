"""A PostgreSQL of the tests' own: Debian's binaries, a temporary folder, a socket within it, gone after the run."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from kiosk.server.database import open_database
from tests.migrated import lay_server

START_S = 30.0
STOP_S = 120.0
TEMPLATE = "migrated"
_SETTINGS = {
    "listen_addresses": "",
    # Nothing here is to outlive the run; what outlives a killed server process does not depend on it.
    "fsync": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
}


class Postgres:
    """A running cluster; each test gets a database of its own."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder, self._process = folder, process
        self._admin = create_engine(
            self.url("postgres").replace("postgresql:", "postgresql+psycopg:"),
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
        )

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def run(self, statement: str) -> None:
        """As administrator, in no transaction."""
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_up(self) -> bool:
        try:
            self.run("SELECT 1")
        except OperationalError:
            return False
        return True

    def crash(self) -> None:
        """All its processes end at once, and write nothing out first."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_S)

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a new database, which is dropped in the end whoever is still connected."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def database_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A new ``sqlite`` or ``postgresql`` database; a cluster is started for the first that asks."""
    if kind == "sqlite":
        yield f"sqlite:///{lay_server(folder / 'server.db')}"
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    with cluster.database() as url:
        yield url


def binaries() -> Path | None:
    """The newest PostgreSQL's programs, or None if there are none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def running_postgres(programs: Path, **settings: str) -> Iterator[Postgres]:
    """A cluster with a database ``migrated``, from which the tests' databases are copied."""
    with new_cluster(programs) as folder, started(programs, folder, **settings) as cluster:
        cluster.run(f"CREATE DATABASE {TEMPLATE}")
        open_database(cluster.url(TEMPLATE)).close()
        yield cluster


@contextmanager
def new_cluster(programs: Path) -> Iterator[Path]:
    """The folder of a cluster that does not run."""
    folder = Path(tempfile.mkdtemp(prefix="kiosk-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        _run([*_as_owner(), str(programs / "initdb"), *_INITDB, "-D", str(folder / "data")], folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_INITDB = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


def _as_owner() -> list[str]:
    """PostgreSQL refuses root; and it is to die with the tests, however they die."""
    words = ["setpriv", "--pdeathsig", "INT"]
    return [*words, "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else words


def _run(command: list[str], folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


@contextmanager
def started(programs: Path, folder: Path, **settings: str) -> Iterator[Postgres]:
    """The cluster in ``folder``, running within the block, with ``settings`` instead of the tests'."""
    words = [word for name, value in {**_SETTINGS, **settings}.items() for word in ("-c", f"{name}={value}")]
    command = [*_as_owner(), str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *words]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        cluster = Postgres(folder, process)
        deadline = time.monotonic() + START_S
        while not cluster.is_up():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            time.sleep(0.02)
        yield cluster
    finally:
        process.send_signal(signal.SIGINT)  # ends all sessions, then itself
        process.wait(STOP_S)
