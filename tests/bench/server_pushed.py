"""What is told of pushes and pulls."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from statistics import median

from kiosk.server.database import open_database
from tests.bench.report import percentile
from tests.bench.server_database import Bench
from tests.bench.server_floors import copy_rate, executemany_rate, rows_of, select_rate
from tests.bench.server_process import serving
from tests.bench.server_pushing import ingest_rate, pull
from tests.bench.server_stations import enrolled, write_tokens

HOSPITAL = "IN0000000000"
CASES = {
    "1 station": [HOSPITAL],
    "8 stations of one hospital": [HOSPITAL] * 8,
    "8 stations of 8 hospitals": [f"IN{place:010}" for place in range(8)],
}


def pushed(bench: Bench, kind: str, workers: int, pushes: int) -> Iterator[str]:
    """One station, and eight; each beside what the same rows cost without us."""
    yield f"{kind}, {workers} server process(es): pushes of 200 events each, signed and packed"
    for case, facility_ids in CASES.items():
        with bench.database(kind) as url:
            rate = _ingested(bench, url, workers, facility_ids, pushes)
            yield f"  {case:27}{rate:8.0f} events/s; {_against_floors(bench, kind, url, rate)}"
            if len(facility_ids) == 1:
                yield _pulled(bench, url, workers, pushes * 200)


def _ingested(bench: Bench, url: str, workers: int, facility_ids: Sequence[str], pushes: int) -> float:
    each_pushes = pushes if len(facility_ids) == 1 else max(1, pushes // 3)
    with closing(open_database(url)) as database, serving(url, workers, bench.folder) as address:
        stations = enrolled(database, address, facility_ids)
        for each in stations:
            write_tokens(each.chain, each_pushes * 100)
        return ingest_rate(address, stations)


def _against_floors(bench: Bench, kind: str, url: str, rate: float) -> str:
    rows = rows_of(url)
    with bench.database(kind) as empty:
        copy = copy_rate(empty, rows)
    with bench.database(kind) as empty:
        many = executemany_rate(empty, rows)
    name = "COPY" if kind == "postgresql" else "one executemany"
    return f"{name} {copy:.0f}/s, {copy / rate:.1f} times; executemany by pushes {many:.0f}/s, {many / rate:.1f} times"


def _pulled(bench: Bench, url: str, workers: int, events: int) -> str:
    """By a station that comes last, with an empty store."""
    with closing(open_database(url)) as database, serving(url, workers, bench.folder) as address:
        (reader,) = enrolled(database, address, [HOSPITAL], first_series=9)
        rounds = pull(address, reader, events)
    rate, floor = events / sum(rounds), select_rate(url, HOSPITAL)
    ms = [each * 1000 for each in rounds]
    return (
        f"  {'pull of ' + str(events):27}{rate:8.0f} events/s; {len(ms)} rounds of 500, p50 {median(ms):.0f} ms, "
        f"p99 {percentile(ms, 99):.0f} ms; plain SELECT {floor:.0f}/s, {floor / rate:.1f} times"
    )
