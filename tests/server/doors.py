"""A facility with stations, an application over it, and stations that sign what they send to it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert
from starlette.testclient import TestClient

from kiosk.server.database import Database
from kiosk.server.enrolling import new_code, pair
from kiosk.server.limits import Limits
from kiosk.server.tables import facility, station
from kiosk.server.web import build_app
from kiosk.sync.messages import EnrolAnswer, EnrolRequest, SyncRequest
from kiosk.sync.signing import Signer
from tests.sync.chain import FACILITY, Chain

PUBLIC_URL = "https://opd.hospital.test/kiosk"
LOCAL_URL = "http://127.0.0.1:8765"
JSON_TYPE = {"Content-Type": "application/json"}
FACILITY_KEY = "ab" * 32


@dataclass
class HandClock:
    """Goes only when told to."""

    time: datetime = field(default=datetime(2026, 11, 22, 4, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def import_facility(database: Database, stations: dict[str, str], facility_id: str = FACILITY) -> None:
    """As far as doors care: a key, a configuration, stations by id and kind."""
    row = {"facility_id": facility_id, "revision": 0, "config_revision": 1, "facility_key": FACILITY_KEY}
    rows = [
        {"facility_id": facility_id, "station_id": station_id, "kind": kind, "name": station_id}
        for station_id, kind in stations.items()
    ]
    with database.writer.begin() as connection:
        connection.execute(insert(facility).values(**row))
        connection.execute(insert(station), rows)


def code_for(database: Database, station_id: str, now: datetime, facility_id: str = FACILITY) -> str:
    code = new_code()
    assert database.write(lambda connection: pair(connection, facility_id, station_id, code, now))
    return code


@contextmanager
def web_of(
    database: Database,
    clock: HandClock,
    *,
    is_open: bool = True,
    limits: Limits | None = None,
    public_url: str = PUBLIC_URL,
    pepper: Callable[[], bytes] | None = None,
) -> Iterator[TestClient]:
    """The application, called within this process."""
    app = build_app(database, clock.now, public_url=public_url, is_open=is_open, limits=limits, pepper=pepper)
    with TestClient(app, base_url=LOCAL_URL, raise_server_exceptions=False) as client:
        yield client


class Device:
    """A station's machine: a key, a store, and a client to send with."""

    def __init__(self, web: TestClient, clock: HandClock, *, store_id: str = "") -> None:
        self.web, self.clock = web, clock
        self.private_key = Ed25519PrivateKey.generate()
        self.store_id = store_id or str(uuid.uuid4())
        self.signer = Signer(self.private_key, FACILITY, str(uuid.uuid4()), PUBLIC_URL)

    @property
    def public_key(self) -> str:
        return self.private_key.public_key().public_bytes_raw().hex()

    def try_code(self, code: str, **more: str) -> httpx2.Response:
        request = EnrolRequest.model_validate(
            {"code": code, "public_key": self.public_key, "store_id": self.store_id, **more}
        )
        return self.web.post("/v1/enrol", content=request.model_dump_json(exclude_none=True), headers=JSON_TYPE)

    def enrol(self, code: str, **more: str) -> EnrolAnswer:
        response = self.try_code(code, **more)
        assert response.status_code == 200, response.text
        answer = EnrolAnswer.model_validate_json(response.content)
        self.signer = Signer(self.private_key, answer.facility_id, answer.key_id, answer.public_url)
        return answer

    def signed(self, method: str, path: str, body: bytes, *, nonce: str = "", skew_s: float = 0) -> dict[str, str]:
        created = self.clock.now() + timedelta(seconds=skew_s)
        return self.signer.headers(method, path, body, created, nonce or uuid.uuid4().hex)

    def post(self, path: str, body: bytes, **headers: str) -> httpx2.Response:
        return self.web.post(path, content=body, headers={**JSON_TYPE, **self.signed("POST", path, body), **headers})

    def get(self, path: str) -> httpx2.Response:
        return self.web.get(path, headers=self.signed("GET", path, b""))

    def sync(self, chain: Chain | None = None) -> httpx2.Response:
        chain = chain or Chain(store_id=self.store_id)
        return self.post("/v1/sync", SyncRequest.of(chain.push(), FACILITY).json_bytes())


def assert_problem(response: httpx2.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
