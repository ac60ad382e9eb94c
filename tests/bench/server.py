"""``python -m tests.bench.server``: how much the hospital server does here, on SQLite and on PostgreSQL.

Exits with 0 whether or not the aims are met: a busy machine is no failure. Anything else means nothing was measured.
"""

import argparse
import logging
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import structlog

from kiosk.server.database import open_database
from tests.bench.report import machine, percentile
from tests.bench.server_database import POSTGRES_SETTINGS, bench_cluster, new_database
from tests.bench.server_floors import copy_rate, executemany_rate, rows_of, select_rate
from tests.bench.server_ingest import ingest_rate, pull
from tests.bench.server_process import serving
from tests.bench.server_stations import enrolled, write_tokens
from tests.postgres import Postgres

HOSPITAL = "IN0000000000"
PUSHES = {1: 60, 8: 20}
"""By the number of stations, for each of them."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.server", description="How much the server does here.")
    words.add_argument("--rows", type=int, default=1_000_000, help="tokens to load, a power of ten from 10000 on")
    given = words.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder, bench_cluster() as cluster:
        for line in report(cluster, Path(folder), given.rows):
            print(line, flush=True)


def report(cluster: Postgres, folder: Path, rows: int) -> Iterator[str]:
    yield from machine()
    yield f"PostgreSQL: {', '.join(f'{name} {value}' for name, value in POSTGRES_SETTINGS.items())}; SQLite: WAL, FULL"
    yield "server processes, clients and databases share the cores"
    for kind, workers in (("postgresql", 1), ("postgresql", 2), ("sqlite", 1)):
        yield ""
        yield from ingesting(kind, workers, cluster, folder)


def ingesting(kind: str, workers: int, cluster: Postgres, folder: Path) -> Iterator[str]:
    """One station, and eight; with the floors after the last, from the same rows."""
    yield f"{kind}, {workers} server process{'es' if workers > 1 else ''}: pushes of 200 events, signed, packed"
    for facility_ids in ([HOSPITAL], [HOSPITAL] * 8, [f"IN{place:010}" for place in range(8)]):
        with new_database(kind, cluster) as url:
            rate = ingested(url, workers, folder, facility_ids)
            whose = (
                f"{len(facility_ids)} of {len(set(facility_ids))} hospital{'s' if len(set(facility_ids)) > 1 else ''}"
            )
            yield f"  {rate:7.0f} events/s, stations: {whose:18} {against_floors(kind, cluster, url, rate)}"
            if len(facility_ids) == 1:
                yield pulled(url, workers, folder)


def ingested(url: str, workers: int, folder: Path, facility_ids: list[str]) -> float:
    with closing(open_database(url)) as database, serving(url, workers, folder) as address:
        stations = enrolled(database, address, facility_ids)
        for each in stations:
            write_tokens(each.chain, PUSHES[len(stations)] * 100)
        return ingest_rate(address, stations)


def against_floors(kind: str, cluster: Postgres, url: str, rate: float) -> str:
    rows = rows_of(url)
    with new_database(kind, cluster) as empty:
        copy = copy_rate(empty, rows)
    with new_database(kind, cluster) as empty:
        many = executemany_rate(empty, rows)
    name = "COPY" if kind == "postgresql" else "one executemany"
    return f"1/{copy / rate:.1f} of {name} ({copy:.0f}/s), 1/{many / rate:.1f} of executemany by pushes ({many:.0f}/s)"


def pulled(url: str, workers: int, folder: Path) -> str:
    """12,000 events, by a station that comes last."""
    with closing(open_database(url)) as database, serving(url, workers, folder) as address:
        (reader,) = enrolled(database, address, [HOSPITAL], first_series=9)
        found = pull(address, reader, 10_000)
    rate, floor = found.events / sum(found.round_s), select_rate(url, HOSPITAL)
    ms = [each * 1000 for each in found.round_s]
    return (
        f"  {rate:7.0f} events/s pulled, {found.events} in {len(ms)} rounds of 500: "
        f"{median(ms):.0f} ms each (p99 {percentile(ms, 99):.0f}); 1/{floor / rate:.1f} of plain SELECT ({floor:.0f}/s)"
    )


if __name__ == "__main__":
    main()
