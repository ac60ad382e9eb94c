"""ABDM's gateway as its documents describe it: a real server on loopback with sessions, rotating keys and a sink.

It was written from published documents alone, as the program was: agreement of both proves no more than that they were
read alike.
"""

import itertools
import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from tests.abdm.faults import Fault, error_body
from tests.abdm.http_server import Asked, Given, HttpServer
from tests.abdm.shapes import TIMESTAMP, UUID4_TEXT, BridgeUrl, OnShare, OnShareV1, Session
from tests.abdm.signing import SigningKey

CLIENT_ID, CLIENT_SECRET = "SBX_000000", "a-secret-of-nobody"
APP_WAITS_S = 30.0
"""For so long PHR apps keep their screen open."""
SESSION_S = 1200
_CLOCK_MAY_DIFFER = timedelta(minutes=5)
HELD_AT_MOST_S = 20.0
_Body = TypeVar("_Body", bound=BaseModel)
_ROUTES = {
    ("POST", "/api/hiecm/gateway/v3/sessions"): "sessions",
    ("GET", "/api/hiecm/gateway/v3/certs"): "certs",
    ("PATCH", "/api/hiecm/gateway/v3/bridge/url"): "bridge",
    ("GET", "/api/hiecm/gateway/v3/bridge-services"): "services",
    ("POST", "/api/hiecm/patient-share/v3/on-share"): "on_share",
    ("POST", "/gateway/v1.0/patients/profile/on-share"): "on_share_v1",
}
BAD_BODY = (400, "ABDM-1006", "Bad Request, invalid request Body")


@dataclass(frozen=True)
class Answered:
    """What one on-share said; ``label`` is empty for a failure."""

    label: str
    reason: str = ""
    expiry: str = ""
    context: str = ""


@dataclass
class AbdmGateway:
    """What the gateway knows, and what came in.

    Attributes:
        now: its clock.
        violations: what a real gateway would refuse, or a patient be hurt by; every test may look.
    """

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    url: str = ""
    bridge_url: str = ""
    requests: list[tuple[str, Asked]] = field(default_factory=list)
    answers: dict[str, list[Answered]] = field(default_factory=lambda: defaultdict(list))
    expected: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._sessions: dict[str, datetime] = {}
        self._request_ids: set[str] = set()
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self.keys: tuple[SigningKey, ...] = ()
        self.session_s = SESSION_S
        self.secret = CLIENT_SECRET
        self._handlers: dict[str, Callable[[Asked], Given]] = {
            "sessions": self._open_session,
            "certs": self._certs,
            "bridge": self._bridge,
            "services": self._services,
            "on_share": self._on_share,
            "on_share_v1": self._on_share_v1,
        }
        self.rotate()

    @property
    def key(self) -> SigningKey:
        """The one that signs callbacks."""
        return self.keys[0]

    def rotate(self) -> None:
        """New keys, under new ids; the old ones are gone at once. Only four different pairs are ever made."""
        number = next(self._numbers)
        self.keys = tuple(
            SigningKey(f"key-{number}-{algorithm}", algorithm, (2 * number + index) % 4)
            for index, algorithm in enumerate(("RS256", "RS512"))
        )

    def forget_sessions(self) -> None:
        self._sessions.clear()

    def fail(self, route: str, *faults: Fault) -> None:
        """The next requests of ``route`` go wrong, one for each of ``faults``."""
        assert route in _ROUTES.values()
        self._faults[route] += faults

    def asked(self, route: str) -> list[Asked]:
        return [asked for name, asked in self.requests if name == route]

    def expect(self, request_id: str) -> None:
        """A share with this id is on its way, so that an answer to it will make sense."""
        self.expected.add(request_id)

    def wait_for_answer(self, request_id: str, within_s: float = APP_WAITS_S) -> Answered | None:
        """What the app sees first."""
        with self._changed:
            self._changed.wait_for(lambda: self.answers.get(request_id), within_s)
            answers = self.answers.get(request_id)
            return answers[0] if answers else None

    def answer(self, asked: Asked) -> Given:
        route = _ROUTES.get((asked.method, asked.path))
        if route is None:
            return given(404, "ABDM-1001", "No data found")
        with self._changed:
            self.requests.append((route, asked))
            fault = self._faults[route].pop(0) if self._faults[route] else None
        if fault is None:
            return self._answer(route, asked)
        if fault.held is not None:
            fault.held.wait(HELD_AT_MOST_S)
        right = self._answer(route, asked) if fault.late or fault.given is None else None
        return fault.given or right or Given(500)

    def http_date(self) -> str:
        return format_datetime(self.now().astimezone(UTC), usegmt=True)

    def _answer(self, route: str, asked: Asked) -> Given:
        with self._changed:
            refused = self._refused_headers(asked) or (None if route == "sessions" else self._refused_session(asked))
            done = refused or self._handlers[route](asked)
            self._changed.notify_all()
            return done

    def _refused_headers(self, asked: Asked) -> Given | None:
        request_id, timestamp = asked.headers.get("request-id", ""), asked.headers.get("timestamp", "")
        if asked.headers.get("x-cm-id") != "sbx":
            return given(400, "ABDM-2403", "Invalid X-CM-ID")
        if not UUID4_TEXT.fullmatch(request_id) or request_id in self._request_ids:
            return given(400, "ABDM-2404", "Invalid REQUEST-ID")
        self._request_ids.add(request_id)
        if not TIMESTAMP.fullmatch(timestamp):
            return given(400, "ABDM-2402", "Invalid Timestamp")
        if abs(datetime.fromisoformat(timestamp) - self.now()) > _CLOCK_MAY_DIFFER:
            return given(400, "ABDM-2402", "Invalid Timestamp")
        return None

    def _refused_session(self, asked: Asked) -> Given | None:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer" and self._sessions.get(token, self.now()) > self.now():
            return None
        return Given(401, b'{"code":"900901","message":"Invalid Credentials","description":"Invalid Credentials."}')

    def _open_session(self, asked: Asked) -> Given:
        account = _parsed(Session, asked)
        if account is None:
            return given(*BAD_BODY)
        if (account.client_id, account.client_secret) != (CLIENT_ID, self.secret):
            return Given(401, b'{"code":"900901","message":"Invalid Credentials"}')
        token = secrets.token_urlsafe(40)
        self._sessions[token] = self.now() + timedelta(seconds=self.session_s)
        told = {"accessToken": token, "expiresIn": self.session_s, "refreshExpiresIn": 1800, "tokenType": "bearer"}
        return Given(200, json.dumps(told | {"refreshToken": secrets.token_urlsafe(8)}).encode())

    def _certs(self, _: Asked) -> Given:
        return Given(200, json.dumps({"keys": [key.jwk() for key in self.keys]}).encode())

    def _bridge(self, asked: Asked) -> Given:
        body = _parsed(BridgeUrl, asked)
        if body is None:
            return given(*BAD_BODY)
        self.bridge_url = body.url
        return Given(202)

    def _services(self, _: Asked) -> Given:
        service = {"id": "IN0000000000", "name": "District Hospital", "types": ["HIP"], "endpoints": {}, "active": True}
        bridge = {"id": CLIENT_ID, "name": "Bridge", "active": True, "blocklisted": False}
        return Given(200, json.dumps({"bridge": bridge, "services": [service]}).encode())

    def _on_share(self, asked: Asked) -> Given:
        body = self._shape(OnShare, asked)
        if body is None:
            return given(*BAD_BODY)
        done = body.acknowledgement
        if done is None:
            return self._noted(body.response.request_id, Answered("", body.error.message if body.error else ""))
        profile = done.profile
        answered = Answered(profile.token_number, "", profile.expiry, profile.context)
        return self._noted(body.response.request_id, answered)

    def _on_share_v1(self, asked: Asked) -> Given:
        body = self._shape(OnShareV1, asked)
        if body is None:
            return given(*BAD_BODY)
        reason = body.error.message if body.error else ""
        return self._noted(body.resp.request_id, Answered(body.acknowledgement.token_number or "", reason))

    def _noted(self, request_id: str, answered: Answered) -> Given:
        if request_id not in self.expected:
            self.violations.append(f"an answer to {request_id}, which nobody sent")
            return given(404, "ABDM-1001", "No data found")
        if any(earlier.label != answered.label for earlier in self.answers[request_id]):
            self.violations.append(f"{request_id} has been answered in two ways")
        self.answers[request_id].append(answered)
        return Given(202)

    def _shape(self, shape: type[_Body], asked: Asked) -> _Body | None:
        body = _parsed(shape, asked)
        if body is None:
            self.violations.append(f"{shape.__name__}: not of the published shape")
        return body


def given(status: int, code: str, message: str) -> Given:
    return Given(status, error_body(code, message))


def _parsed(shape: type[_Body], asked: Asked) -> _Body | None:
    try:
        return shape.model_validate_json(asked.body)
    except ValidationError:
        return None


@contextmanager
def running_gateway(now: Callable[[], datetime] | None = None) -> Iterator[AbdmGateway]:
    """Listening at its ``url`` until the end of the block."""
    gateway = AbdmGateway(now or (lambda: datetime.now(UTC)))
    server = HttpServer(gateway.answer, gateway.http_date)
    gateway.url = server.url
    try:
        yield gateway
    finally:
        server.stop()
