"""The databases that the server's bench works on: both kinds, on this machine's disk, each commit synced to it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import Postgres, binaries, running_postgres

POSTGRES_SETTINGS = {
    "fsync": "on",
    "autovacuum": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "max_connections": "60",
}
"""A small server's; what is not here is as PostgreSQL has it. A commit waits for the disk."""


class NoPostgresError(Exception):
    """There is no PostgreSQL to measure."""


@contextmanager
def bench_cluster() -> Iterator[Postgres]:
    programs = binaries()
    if programs is None:
        raise NoPostgresError("no PostgreSQL under /usr/lib/postgresql: on Debian `make test` installs it")
    with running_postgres(programs, **POSTGRES_SETTINGS) as cluster:
        yield cluster


@dataclass(frozen=True)
class Bench:
    """Where databases come from, and a folder for what servers say."""

    cluster: Postgres
    folder: Path

    @contextmanager
    def database(self, kind: str) -> Iterator[str]:
        """The URL of an empty database, ``sqlite`` or ``postgresql``, which is gone afterwards."""
        if kind == "postgresql":
            with self.cluster.database() as url:
                yield url
            return
        with tempfile.TemporaryDirectory(prefix="kiosk-bench-", dir=self.folder) as folder:
            yield f"sqlite:///{Path(folder) / 'server.db'}"
