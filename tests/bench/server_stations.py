"""Enrolled stations, with what they will send made beforehand, so that making it is not measured."""

import gzip
import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert

from kiosk.app import new_id
from kiosk.model.events import FIRST_HASH, Kind
from kiosk.model.exchange import Push
from kiosk.server.database import Database, insert_new
from kiosk.server.series import in_order
from kiosk.server.tables import facility, station, station_key, store
from kiosk.sync.client import GZIP_FROM_BYTES
from kiosk.sync.loop import BATCH
from kiosk.sync.messages import MAX_COUNT, SyncRequest
from kiosk.sync.signing import Signer
from tests.sync.chain import Chain

PATH = "/v1/sync"
DEPARTMENTS = tuple(f"D{number:02d}" for number in range(10))


@dataclass(frozen=True)
class BenchStation:
    """A station and its store, as the server knows them."""

    chain: Chain
    signer: Signer

    def request(self, push: Push) -> bytes:
        return self.posted(PATH, SyncRequest.of(push, self.chain.facility_id).json_bytes())

    def posted(self, path: str, body: bytes) -> bytes:
        """The whole HTTP request, packed and signed now: good for five minutes."""
        headers = {"Host": self.signer.public_url.removeprefix("http://"), "Content-Type": "application/json"}
        if len(body) > GZIP_FROM_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
        headers["Content-Length"] = str(len(body))
        headers |= self.signer.headers("POST", path, body, datetime.now(UTC), secrets.token_urlsafe(24))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body

    def pushes(self, cursor: int = MAX_COUNT) -> Iterator[Push]:
        """All of its events, in batches as a station sends them. With the usual cursor nothing is pulled."""
        for first in range(1, len(self.chain.events) + 1, BATCH):
            yield self.chain.push(first, first + BATCH - 1, cursor=cursor)


def write_tokens(chain: Chain, count: int) -> None:
    """Tokens that were issued and printed: two events each, in several departments."""
    before = sum(event.kind == Kind.TOKEN_ISSUED for event in chain.events)
    for place in range(before, before + count):
        number, department = divmod(place, len(DEPARTMENTS))
        code = DEPARTMENTS[department]
        issued = chain.issue(number + 1, token_id=new_id(), event_id=new_id(), department=code)
        chain.write(Kind.SLIP_STATE_CHANGED, issued.token_id, event_id=new_id(), state="printed", copy=0)


def enrolled(
    database: Database, url: str, facility_ids: Sequence[str], first_series: int = 1, kind: str = "kiosk"
) -> list[BenchStation]:
    """One station for each of ``facility_ids``, which may repeat; as enrolment leaves them, without its slow codes.

    They have the series from ``first_series`` on, of all that there are.
    """
    series = islice(in_order(), first_series, None)
    made = [_station(url, facility_id, each) for facility_id, each in zip(facility_ids, series, strict=False)]
    rows = [_rows(each, kind) for each in made]
    with database.writer.begin() as connection:
        for facility_id in sorted(set(facility_ids)):
            row = {"facility_id": facility_id, "revision": 0, "config_revision": 1, "facility_key": "ab" * 32}
            insert_new(connection, facility, row)
        for table in (station, station_key, store):
            connection.execute(insert(table), [each[table.name] for each in rows])
    return made


def _station(url: str, facility_id: str, series: str) -> BenchStation:
    signer = Signer(Ed25519PrivateKey.generate(), facility_id, str(uuid.uuid4()), url)
    return BenchStation(Chain(series, facility_id), signer)


def _rows(made: BenchStation, kind: str) -> dict[str, dict[str, Any]]:
    now, facility_id, store_id = datetime.now(UTC), made.chain.facility_id, made.chain.store_id
    station_id = f"K{made.chain.series}"
    own = {"facility_id": facility_id, "station_id": station_id}
    public_key = made.signer.private_key.public_key().public_bytes_raw().hex()
    return {
        "station": {**own, "kind": kind, "name": station_id, "store_id": store_id, "enrolled_at": now},
        "station_key": {**own, "key_id": made.signer.key_id, "public_key": public_key, "made_at": now},
        "store": {**own, "store_id": store_id, "acked_seq": 0, "last_hash": FIRST_HASH, "registered_at": now},
    }
