"""The queries that somebody waits for, as the server asks them, at a database's present size."""

import random
import time
from collections.abc import Callable, Iterable

from kiosk.model.queue import CallingRule
from kiosk.server.database import Database
from kiosk.server.queries import check_database, day_counts, people_ahead, queue_of
from kiosk.server.waiting import next_of
from tests.bench.measuring import NotMeasuredError
from tests.bench.server_load import A_DAY, STATES, WAITING, facilities, facility_of, token_id
from tests.bench.server_stations import DEPARTMENTS
from tests.sync.chain import DAY

ASKED = 300
PUSHED_TO = range(8)
"""The hospitals whose queues grow by what the bench itself pushes; the queries are about others."""
FLOOR = "nothing but a round trip"
COUNTS, COUNTS_IN_STATE = "counts of a day by State", "counts in one State"
OVER_ALL = frozenset({COUNTS, COUNTS_IN_STATE})
"""They read a line of each hospital and department, of however many tokens."""
WARM = 30
"""More, before: the first ones compile statements and open connections."""


def first_queries(database: Database, tokens: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds of one call for each facility, by query: the first since its day was loaded, perhaps from the disk.

    Raises:
        NotMeasuredError: if an answer is empty.
    """
    numbers = range(len(PUSHED_TO), facilities(tokens))
    return {name: _asked(database, ask, numbers, random.Random(seed)) for name, ask in QUERIES.items()}


def hot_queries(database: Database, tokens: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds of each call, by query; each is about a facility, token, department or State taken by chance.

    To be asked after the first ones: a hospital's day has been written this morning and is asked for all day long, so
    its rows are in memory; here they were loaded first and all the past after them.

    Raises:
        NotMeasuredError: if an answer is empty.
    """
    chance = random.Random(seed)
    numbers = [chance.randrange(len(PUSHED_TO), facilities(tokens)) for _ in range(WARM + ASKED)]
    return {name: _asked(database, ask, numbers, random.Random(seed))[WARM:] for name, ask in QUERIES.items()}


def _asked(
    database: Database,
    ask: "Callable[[Database, int, random.Random], object]",
    numbers: Iterable[int],
    chance: random.Random,
) -> list[float]:
    took_ms = []
    for number in numbers:
        started = time.perf_counter()
        answer = ask(database, number, chance)
        took_ms.append((time.perf_counter() - started) * 1000)
        if answer is None or answer == []:
            raise NotMeasuredError("a query found nothing")
    return took_ms


def _people_ahead(database: Database, number: int, chance: random.Random) -> object:
    place = chance.randrange(WAITING, A_DAY)
    return people_ahead(database.reader, facility_of(number), token_id(number, 0, place))


def _queue_of(database: Database, number: int, chance: random.Random) -> object:
    return queue_of(database.reader, facility_of(number), DAY, chance.choice(DEPARTMENTS))


def _next_waiting(database: Database, number: int, chance: random.Random) -> object:
    with database.reader.begin() as connection:
        return next_of(connection, facility_of(number), DAY, chance.sample(DEPARTMENTS, 3), CallingRule(), {})


def _counts_by_state(database: Database, number: int, chance: random.Random) -> object:
    return day_counts(database.reader, DAY)


def _counts_in_state(database: Database, number: int, chance: random.Random) -> object:
    return day_counts(database.reader, DAY, f"State {number % STATES:02d}")


def _nothing(database: Database, number: int, chance: random.Random) -> object:
    check_database(database.reader)
    return 0


QUERIES: dict[str, Callable[[Database, int, random.Random], object]] = {
    FLOOR: _nothing,
    "people ahead of a token": _people_ahead,
    "a department's queue": _queue_of,
    "next of three departments": _next_waiting,
    COUNTS: _counts_by_state,
    COUNTS_IN_STATE: _counts_in_state,
}
