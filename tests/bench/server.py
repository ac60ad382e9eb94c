"""``python -m tests.bench.server``: how much the hospital server does here, on SQLite and on PostgreSQL.

Exits with 0 whether or not the aims are met: a busy machine is no failure. Anything else means nothing was measured.
"""

import argparse
import logging
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from tests.bench.report import machine
from tests.bench.server_calls import called
from tests.bench.server_crowded import crowded
from tests.bench.server_database import POSTGRES_SETTINGS, Bench, bench_cluster
from tests.bench.server_grown import grown
from tests.bench.server_pushed import pushed
from tests.bench.server_shares import shared

POSTGRESQL, SQLITE = "postgresql", "sqlite"
MOST_OF_SQLITE = 100_000
"""Tokens: more than it is for."""


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        tokens: to load, a power of ten from 10,000 on; every power below is measured too.
        stations: that poll.
        pushes: of one station alone; eight stations send a third as many each.
        shares_s: for so many seconds patients scan.
    """

    tokens: int
    stations: int
    pushes: int
    shares_s: float = 60.0


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.server", description="How much the server does here.")
    words.add_argument("--rows", type=int, default=1_000_000, help="tokens to load, a power of ten from 10000 on")
    words.add_argument("--stations", type=int, default=500, help="stations that poll")
    words.add_argument("--pushes", type=int, default=60, help="of 200 events each, by one station")
    words.add_argument("--part", choices=PARTS, action="append", help="only this; may be said again")
    words.add_argument("--shares", type=float, default=60.0, help="for so many seconds patients scan")
    given = words.parse_args()
    # As the commands do: a line for each thing that is done would be part of what is measured.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    extent = Extent(given.rows, given.stations, given.pushes, given.shares)
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder, bench_cluster() as cluster:
        for line in report(Bench(cluster, Path(folder)), extent, given.part or PARTS):
            print(line, flush=True)


def report(bench: Bench, extent: Extent, parts: Iterable[str]) -> Iterator[str]:
    yield from machine()
    yield f"PostgreSQL: {', '.join(f'{name} {value}' for name, value in POSTGRES_SETTINGS.items())}; SQLite: WAL, FULL"
    yield "servers, clients and databases share this machine"
    for part in parts:
        yield from PARTS[part](bench, extent)


def _pushed(bench: Bench, extent: Extent) -> Iterator[str]:
    for kind, workers in ((POSTGRESQL, 1), (POSTGRESQL, 2), (SQLITE, 1)):
        yield ""
        yield from pushed(bench, kind, workers, extent.pushes)


def _crowded(bench: Bench, extent: Extent) -> Iterator[str]:
    yield ""
    yield from crowded(bench, POSTGRESQL, 2, extent.stations)


def _grown(bench: Bench, extent: Extent) -> Iterator[str]:
    for kind, workers, tokens in ((POSTGRESQL, 2, extent.tokens), (SQLITE, 1, min(extent.tokens, MOST_OF_SQLITE))):
        yield ""
        yield from grown(bench, kind, workers, tokens)


def _called(bench: Bench, extent: Extent) -> Iterator[str]:
    for kind, workers in ((POSTGRESQL, 2), (SQLITE, 1)):
        yield ""
        yield from called(bench, kind, workers)


def _shared(bench: Bench, extent: Extent) -> Iterator[str]:
    yield ""
    yield from shared(bench, seconds=extent.shares_s)


PARTS = {"pushed": _pushed, "crowded": _crowded, "grown": _grown, "calls": _called, "shares": _shared}


if __name__ == "__main__":
    main()
