"""A storm of shares over HTTP: from the gateway's call to the answer that it gets, with all that comes twice.

The gateway and all phones are one event loop here. It speaks just enough HTTP, so that it costs the server little of
the machine that they share.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kiosk.server.configuring import import_configuration
from kiosk.server.database import open_database
from tests.abdm.gateway import CLIENT_ID, CLIENT_SECRET
from tests.abdm.phone import SHARE_PATH, body_v3, person
from tests.abdm.signing import SigningKey, token
from tests.bench.processor import children, processor_s
from tests.bench.report import percentile
from tests.bench.server_database import Bench
from tests.bench.server_process import ENDS_WITHIN_S, serving, wait_until_up
from tests.e2e.programs import ROOT, free_port
from tests.server.sharing import all_day

HOSPITALS = (1, 20)
"""Shares of one hospital wait for each other and share transactions; those of many do neither."""
LINES = 256
"""Connections of the gateway to the server."""
AGAIN, REPEATED = 0.1, 0.1
"""Of all calls: the very same call once more; a person who scans once more."""
ANSWERED_WITHIN_S = 30.0


@dataclass(frozen=True)
class Used:
    """Milliseconds of the processors for each call: by the server's processes, and by the database's."""

    server: float
    database: float


@dataclass(frozen=True)
class Call:
    request_id: str
    person: tuple[str, str]
    """The facility and who."""
    body: bytes


@dataclass
class Seen:
    """What the gateway heard, in the loop's seconds; and the server's immediate answers."""

    sent_at: dict[str, float] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    answered_at: dict[str, float] = field(default_factory=dict)
    taken_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    used: Used = Used(0.0, 0.0)


@dataclass(frozen=True)
class Storm:
    """One storm and what is wrong with what came of it: ``problems`` should be empty."""

    answered_ms: list[float]
    taken_ms: list[float]
    problems: list[str]
    used: Used


def shared(bench: Bench, per_s: int = 200, seconds: float = 60.0, workers: int = 2) -> Iterator[str]:
    """A storm over one hospital, one over many; each beside as many calls to the bare endpoint."""
    calls = planned(round(per_s * seconds), seed=1, hospitals=1)
    with bench.database("postgresql") as url:
        open_database(url).close()
        with bare_serving(url, workers) as address:
            bare_ms = [1000 * each for each in asyncio.run(_bare(address, calls, per_s)).taken_s]
    yield f"postgresql, {workers} server processes: {per_s} shares a second for {seconds:.0f} s"
    yield f"  a bare endpoint that writes one row: {_times(bare_ms)}"
    for hospitals in HOSPITALS:
        calls = planned(round(per_s * seconds), seed=1, hospitals=hospitals)
        storm = stormed(bench, calls, per_s, workers)
        where = "one hospital" if hospitals == 1 else f"{hospitals} hospitals"
        yield f"  {where}; one call in ten comes twice, one person in ten scans twice"
        yield f"    {_verdict(storm.problems)}"
        yield f"    share to 202: {_times(storm.taken_ms)}"
        ratio = percentile(storm.answered_ms, 99) / percentile(bare_ms, 99)
        yield f"    share to on-share: {_times(storm.answered_ms)}; p99 {ratio:.1f} times that of the bare endpoint"
        used = f"{storm.used.server:.1f} ms of the server and {storm.used.database:.1f} ms of PostgreSQL"
        yield f"    processors: {used} for each call"


def _times(ms: list[float]) -> str:
    return f"p50 {percentile(ms, 50):.0f} ms, p99 {percentile(ms, 99):.0f} ms"


def _verdict(problems: list[str]) -> str:
    return "each call one answer, each person one token, no number twice" if not problems else "; ".join(problems[:5])


def planned(count: int, seed: int, hospitals: int) -> list[Call]:
    """Calls in the order in which they go out; some twice."""
    chance = random.Random(seed)
    calls: list[Call] = []
    while len(calls) < count:
        turn = chance.random()
        if calls and turn < AGAIN:
            calls.append(chance.choice(calls[-200:]))
        elif calls and turn < AGAIN + REPEATED:
            calls.append(_call(*chance.choice(calls[-2_000:]).person))
        else:
            calls.append(_call(f"IN{chance.randrange(hospitals):010d}", f"patient{len(calls)}"))
    return calls


def _call(facility_id: str, who: str) -> Call:
    body = body_v3("OPD1", facility_id, person(abhaAddress=f"{who}@sbx", phoneNumber="9000000018"))
    return Call(str(uuid.uuid4()), (facility_id, who), json.dumps(body).encode())


def stormed(bench: Bench, calls: list[Call], per_s: int, workers: int) -> Storm:
    with bench.database("postgresql") as url:
        with closing(open_database(url)) as database:
            for facility_id in sorted({call.person[0] for call in calls}):
                import_configuration(database, all_day(facility_id=facility_id), datetime.now(UTC))
        return judged(calls, asyncio.run(_storm(bench, url, calls, per_s, workers)))


def judged(calls: list[Call], seen: Seen) -> Storm:
    problems = [f"{status}: {count} times" for status, count in seen.statuses.items() if status != 202]
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for call in {call.request_id: call for call in calls}.values():
        labels = seen.labels[call.request_id]
        if len(labels) != 1 or not labels[0]:
            problems.append(f"{len(labels)} answers to one call")
        for label in labels:
            people[call.person].add(label)
            holders[call.person[0], label].add(call.person[1])
    problems += [f"{len(labels)} tokens of one person" for labels in people.values() if len(labels) != 1]
    problems += [f"{len(whose)} holders of one label" for whose in holders.values() if len(whose) != 1]
    answered_ms = [1000 * (at - seen.sent_at[request_id]) for request_id, at in seen.answered_at.items()]
    return Storm(answered_ms, [1000 * each for each in seen.taken_s], problems, seen.used)


# --- the gateway, and phones behind it --------------------------------------------------------------------------------


async def _storm(bench: Bench, url: str, calls: list[Call], per_s: int, workers: int) -> Seen:
    seen, key = Seen(), SigningKey("key-1", "RS256", 0)
    gateway = await asyncio.start_server(_gateway_of(seen, key), "127.0.0.1", 0)
    port, callbacks = gateway.sockets[0].getsockname()[1], free_port()
    secret = bench.folder / "abdm.secret"
    secret.write_text(CLIENT_SECRET)
    account = {
        "KIOSK_ABDM_CLIENT_ID": CLIENT_ID,
        "KIOSK_ABDM_CLIENT_SECRET_FILE": str(secret),
        "KIOSK_ABDM_BASE_URL": f"http://127.0.0.1:{port}",
        "KIOSK_ABDM_PORT": str(callbacks),
    }
    others = children(os.getpid())
    server = serving(url, workers, bench.folder, account)
    await asyncio.to_thread(server.__enter__)
    (server_pid,) = children(os.getpid()) - others
    used = [processor_s(pid) for pid in (server_pid, bench.cluster.pid)]
    try:
        bearer = token(key, datetime.now(UTC).timestamp())
        await _sent(f"http://127.0.0.1:{callbacks}", calls, per_s, seen, bearer)
        wanted = {call.request_id for call in calls}
        until = time.monotonic() + ANSWERED_WITHIN_S
        while wanted - seen.answered_at.keys() and time.monotonic() < until:
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)  # for second answers, which there must not be
        pids = (server_pid, bench.cluster.pid)
        ms = [1000 * (processor_s(pid) - before) / len(calls) for pid, before in zip(pids, used, strict=True)]
        seen.used = Used(*ms)
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)
        gateway.close()
    return seen


async def _bare(address: str, calls: list[Call], per_s: int) -> Seen:
    seen = Seen()
    await _sent(address, calls, per_s, seen, "")
    return seen


async def _sent(address: str, calls: list[Call], per_s: int, seen: Seen, bearer: str) -> None:
    """Each at its own time, whether or not the ones before are answered: patients do not wait for each other."""
    waiting: asyncio.Queue[tuple[float, Call] | None] = asyncio.Queue()
    lines = [asyncio.create_task(_line(address, waiting, seen, bearer)) for _ in range(LINES)]
    began = time.monotonic()
    for nth, call in enumerate(calls):
        due = began + nth / per_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        waiting.put_nowait((due, call))
    for _ in lines:
        waiting.put_nowait(None)
    await asyncio.gather(*lines)


async def _line(address: str, waiting: "asyncio.Queue[tuple[float, Call] | None]", seen: Seen, bearer: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    with closing(writer):
        while (turn := await waiting.get()) is not None:
            due, call = turn
            seen.sent_at.setdefault(call.request_id, due)
            writer.write(_request(call, bearer))
            status, _ = await _message(reader)
            seen.statuses[int(status.split()[1])] += 1
            seen.taken_s.append(time.monotonic() - due)


def _request(call: Call, bearer: str) -> bytes:
    head = (
        f"POST {SHARE_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {bearer}\r\nREQUEST-ID: {call.request_id}\r\nX-HIP-ID: {call.person[0]}\r\n"
        f"TIMESTAMP: {datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}\r\nContent-Length: {len(call.body)}\r\n\r\n"
    )
    return head.encode() + call.body


async def _message(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The first line and the body of a request or an answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lengths = [line.partition(":")[2] for line in head.lower().splitlines() if line.startswith("content-length:")]
    return head.splitlines()[0], await reader.readexactly(int(lengths[0])) if lengths else b""


def _gateway_of(seen: Seen, key: SigningKey) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                line, body = await _message(reader)
                answer = _answer(line.split()[1], body, seen, key)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
                writer.write(head.encode() + answer)

    return serve


def _answer(path: str, body: bytes, seen: Seen, key: SigningKey) -> bytes:
    if path.endswith("/sessions"):
        return b'{"accessToken":"bench","expiresIn":1200,"tokenType":"bearer"}'
    if path.endswith("/certs"):
        return json.dumps({"keys": [key.jwk()]}).encode()
    told = json.loads(body)
    request_id = told["response"]["requestId"]
    done = told.get("acknowledgement") or {"profile": {"tokenNumber": ""}}
    seen.labels[request_id].append(done["profile"]["tokenNumber"])
    seen.answered_at.setdefault(request_id, time.monotonic())
    return b""


# --- what it is compared with -----------------------------------------------------------------------------------------


@contextmanager
def bare_serving(database_url: str, workers: int) -> Iterator[str]:
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", "--factory", "tests.bench.bare_web:make", "--port", str(port)]
    quiet = ["--workers", str(workers), "--log-level", "error", "--no-access-log"]
    environ = {**os.environ, "BARE_DATABASE_URL": database_url}
    process = subprocess.Popen([*words, *quiet], cwd=ROOT, env=environ)
    try:
        wait_until_up(f"http://127.0.0.1:{port}", workers)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(ENDS_WITHIN_S)
