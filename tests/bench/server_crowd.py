"""Five hundred stations that poll, and the same ones after an outage, when all come at once.

Latency counts from when a request was due, not from when it could be sent: a server that stands still for a second
makes all late that were due in it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kiosk.errors import ServerError
from kiosk.sync.loop import BATCH, pause_s
from tests.bench.server_clients import Reply, asked
from tests.bench.server_stations import BenchStation, write_tokens

INTERVAL_S = 15.0
DEADLINE_S = 10.0
"""As a station's client gives an exchange."""
ISSUES_EVERY = 8
"""Polls for one with a new token: 30 tokens an hour and station."""


@dataclass
class Crowd:
    """What became of many stations' requests. Seconds."""

    latency_s: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    done_s: list[float] = field(default_factory=list)
    """Since all began: when each station had said and heard all."""

    async def ask(self, url: str, request: bytes, due: float) -> Reply:
        """One exchange; where there was no answer in time, a reply of status 0."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                reply = await asked(url, request)
        except (OSError, asyncio.IncompleteReadError) as error:
            reply = Reply(0, None, {"code": type(error).__name__})
        self.latency_s.append(asyncio.get_running_loop().time() - due)
        if reply.status != 200:
            self.failures[str(reply.body.get("code"))] += 1
        return reply


def poll(url: str, stations: Sequence[BenchStation], rounds: int) -> Crowd:
    """Each polls every 15 s, ``rounds`` times, the stations spread over the 15 s; some polls bring a new token."""
    return asyncio.run(_polled(url, stations, rounds))


async def _polled(url: str, stations: Sequence[BenchStation], rounds: int) -> Crowd:
    crowd, loop = Crowd(), asyncio.get_running_loop()
    began = loop.time() + 1.0

    async def live(place: int, station: BenchStation) -> None:
        cursor = acked = 0
        for nth in range(rounds):
            due = began + INTERVAL_S * (place / len(stations) + nth)
            await asyncio.sleep(due - loop.time())
            if (place + nth) % ISSUES_EVERY == 0:
                write_tokens(station.chain, 1)
            reply = await crowd.ask(url, station.request(station.chain.push(acked + 1, cursor=cursor)), due)
            if reply.status == 200:
                cursor, acked = reply.body["cursor"], reply.body["acked_seq"]

    await asyncio.gather(*(live(place, station) for place, station in enumerate(stations)))
    return crowd


def storm(url: str, stations: Sequence[BenchStation], seed: int) -> Crowd:
    """All come in the same instant, each with what its chain holds, and again after the real pauses until all is said.

    The worst that there can be: the pauses before it would have spread them over minutes.
    """
    return asyncio.run(_stormed(url, stations, random.Random(seed)))


async def _stormed(url: str, stations: Sequence[BenchStation], chance: random.Random) -> Crowd:
    crowd, loop = Crowd(), asyncio.get_running_loop()
    first = [each.request(next(each.pushes(cursor=0))) for each in stations]
    began = loop.time()

    async def come(station: BenchStation, request: bytes) -> None:
        failures, cursor, acked, more = 0, 0, 0, True
        while more or acked < len(station.chain.events):
            reply = await crowd.ask(url, request, loop.time())
            if reply.status == 200:
                failures, cursor, acked, more = 0, reply.body["cursor"], reply.body["acked_seq"], reply.body["more"]
            else:
                failures += 1
                busy = ServerError("", retry_after_s=reply.retry_after_s)
                await asyncio.sleep(pause_s(busy, failures, INTERVAL_S, chance.random()))
            request = station.request(station.chain.push(acked + 1, acked + BATCH, cursor=cursor))
        crowd.done_s.append(loop.time() - began)

    await asyncio.gather(*map(come, stations, first))
    return crowd
