"""Events a second over HTTP: what stations push, and what one pulls."""

import json
import threading
import time
from collections.abc import Sequence

from tests.bench.measuring import NotMeasuredError
from tests.bench.server_clients import Line
from tests.bench.server_stations import BenchStation


def ingest_rate(url: str, stations: Sequence[BenchStation]) -> float:
    """Events a second, from the first byte sent to the last answer read, all stations beginning at once.

    Raises:
        NotMeasuredError: if anything was not taken.
    """
    requests = [[each.request(push) for push in each.pushes()] for each in stations]
    start = threading.Barrier(len(stations) + 1)
    acked = [0] * len(stations)

    def send(place: int) -> None:
        with Line(url) as line:
            start.wait()
            for request in requests[place]:
                acked[place] = json.loads(line.ask(request))["acked_seq"]

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(stations))]
    for thread in threads:
        thread.start()
    start.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - started
    if acked != [len(each.chain.events) for each in stations]:
        raise NotMeasuredError(f"the server took {acked} events")
    return sum(acked) / took_s


def pull(url: str, station: BenchStation, events: int) -> list[float]:
    """One station with an empty store pulls all there is, in rounds of 500. Seconds of each round.

    Raises:
        NotMeasuredError: if that were not ``events``.
    """
    cursor, more, pulled = 0, True, 0
    round_s = []
    with Line(url) as line:
        while more:
            request = station.request(station.chain.push(1, 0, cursor=cursor))
            started = time.perf_counter()
            body = line.ask(request)
            round_s.append(time.perf_counter() - started)
            answer = json.loads(body)
            cursor, more = answer["cursor"], answer["more"]
            pulled += len(answer["events"])
    if pulled != events:
        raise NotMeasuredError(f"{pulled} of {events} events were pulled")
    return round_s
