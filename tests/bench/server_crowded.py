"""What is told of many stations at once."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from kiosk.server.database import open_database
from tests.bench.report import percentile
from tests.bench.server_crowd import INTERVAL_S, Crowd, poll, storm
from tests.bench.server_database import Bench
from tests.bench.server_process import serving
from tests.bench.server_stations import BenchStation, enrolled, write_tokens

ROUNDS = 4
OF_EACH_HOSPITAL = 5
BACKLOG = 200
"""Events of each station after the outage."""


def crowded(bench: Bench, kind: str, workers: int, stations: int) -> Iterator[str]:
    """Polls, then the storm, each on a database of its own."""
    yield f"{kind}, {workers} server process(es), {stations} stations, {OF_EACH_HOSPITAL} in each hospital"
    with _enrolled(bench, kind, workers, stations) as (address, made):
        crowd = poll(address, made, ROUNDS)
    yield f"  polls every {INTERVAL_S:.0f} s, {ROUNDS} each, from when due: {_times(crowd)}; failed {_failed(crowd)}"
    with _enrolled(bench, kind, workers, stations) as (address, made):
        for each in made:
            write_tokens(each.chain, BACKLOG // 2)
        crowd = storm(address, made, seed=1)
    done = ", ".join(f"{name} {percentile(crowd.done_s, percent):.0f} s" for name, percent in _PERCENTS.items())
    yield f"  storm, all in one instant with {BACKLOG} events each: through after {done}"
    yield f"  exchanges of the storm: {_times(crowd)}; failed {_failed(crowd)} of {len(crowd.latency_s)}"


@contextmanager
def _enrolled(bench: Bench, kind: str, workers: int, stations: int) -> Iterator[tuple[str, list[BenchStation]]]:
    """A new server's address, and its stations."""
    hospitals = [f"IN{place // OF_EACH_HOSPITAL:010}" for place in range(stations)]
    with (
        bench.database(kind) as url,
        closing(open_database(url)) as database,
        serving(url, workers, bench.folder) as address,
    ):
        yield address, enrolled(database, address, hospitals)


_PERCENTS = {"p50": 50, "p99": 99, "max": 100}


def _times(crowd: Crowd) -> str:
    return ", ".join(
        f"{name} {percentile(crowd.latency_s, percent) * 1000:.0f} ms" for name, percent in _PERCENTS.items()
    )


def _failed(crowd: Crowd) -> str:
    return ", ".join(f"{count} {code}" for code, count in crowd.failures.most_common()) or "none"
