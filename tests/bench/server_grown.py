"""What is told of a database that grows: pushes and hot queries at each power of ten."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from sqlalchemy import make_url, text

from kiosk.server.database import Database, open_database
from tests.bench.report import percentile
from tests.bench.server_database import Bench
from tests.bench.server_load import analyse, facilities, facility_of, load
from tests.bench.server_process import serving
from tests.bench.server_pushing import ingest_rate
from tests.bench.server_queries import FLOOR, OVER_ALL, PUSHED_TO, first_queries, hot_queries
from tests.bench.server_stations import enrolled, write_tokens

LEAST = 10_000
PUSHES = 10
"""Of each of the eight stations, at each size."""
FLAT, FAST_MS = 1.5, 5.0


def grown(bench: Bench, kind: str, workers: int, most: int) -> Iterator[str]:
    """Loads up to ``most`` tokens, and at each power of ten measures."""
    yield f"{kind}, {workers} server process(es), as tokens are loaded (two events and a patient each)"
    rates: dict[int, float] = {}
    first: dict[int, Mapping[str, list[float]]] = {}
    asked: dict[int, Mapping[str, list[float]]] = {}
    with bench.database(kind) as url, closing(open_database(url)) as database:
        for nth, tokens in enumerate(sizes(most)):
            started = time.perf_counter()
            load(database, 0 if nth == 0 else tokens // 10, tokens)
            loaded_s = time.perf_counter() - started
            analyse(database)
            first[tokens] = first_queries(database, tokens, seed=2)
            asked[tokens] = hot_queries(database, tokens, seed=1)
            rates[tokens] = _rate(bench, url, database, workers, nth)
            yield (
                f"  {tokens:>11,} tokens of {facilities(tokens)} hospitals: loaded in {loaded_s:.0f} s, "
                f"{_size(database, url) / 1e9:.1f} GB; 8 stations push {rates[tokens]:.0f} events/s"
            )
    yield from table("once for each hospital", first)
    yield from table("then", asked)
    yield from judged(rates, asked)


def sizes(most: int) -> list[int]:
    """The powers of ten up to ``most``."""
    found = [LEAST]
    while found[-1] * 10 <= most:
        found.append(found[-1] * 10)
    return found


def _rate(bench: Bench, url: str, database: Database, workers: int, nth: int) -> float:
    """New stations at each size, of hospitals whose queues are not measured."""
    with serving(url, workers, bench.folder) as address:
        made = enrolled(database, address, [facility_of(place) for place in PUSHED_TO], 2 + len(PUSHED_TO) * nth)
        for each in made:
            write_tokens(each.chain, PUSHES * 100)
        return ingest_rate(address, made)


def _size(database: Database, url: str) -> int:
    if database.writer.dialect.name == "sqlite":
        return Path(str(make_url(url).database)).stat().st_size
    with database.reader.begin() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def table(when: str, asked: Mapping[int, Mapping[str, list[float]]]) -> Iterator[str]:
    """Milliseconds of each query at each size."""
    yield f"  ms, p50 and p99, {when}:"
    yield f"  {'':28}" + "".join(f"{tokens:>20,}" for tokens in asked)
    for name in next(iter(asked.values())):
        pairs = ((median(each[name]), percentile(each[name], 99)) for each in asked.values())
        yield f"  {name:28}" + "".join(f"{half:>12.2f}{most:>8.2f}" for half, most in pairs)


def judged(rates: Mapping[int, float], asked: Mapping[int, Mapping[str, list[float]]]) -> Iterator[str]:
    """Each aim, and whether it was met: by the medians of the smallest and the largest, and the slowest hundredth."""
    last = max(asked)
    for name in asked[last]:
        if name != FLOOR:
            first, p99 = _smallest(name, list(asked)), percentile(asked[last][name], 99)
            ratio = median(asked[last][name]) / median(asked[first][name])
            fast = f"p99 {p99:.1f} ms, aim under {FAST_MS:.0f}: {_met(p99 < FAST_MS)}"
            yield f"  {name}: {_growth(ratio, first, last)}; {fast}"
    first = min(rates)
    yield f"  each pushed event: {_growth(rates[first] / rates[last], first, last)}"


def _smallest(name: str, sizes: Sequence[int]) -> int:
    """To compare with: for counts over all hospitals, the smallest that has all of them, as each has its line."""
    same = [size for size in sizes if facilities(size) == facilities(max(sizes))]
    return min(same if name in OVER_ALL else sizes)


def _growth(ratio: float, first: int, last: int) -> str:
    return f"{ratio:.2f} times as long at {last:,} as at {first:,}, aim at most {FLAT}: {_met(ratio <= FLAT)}"


def _met(met: bool) -> str:
    return "met" if met else "NOT met"
