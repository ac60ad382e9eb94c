"""What a station says to the hospital server over HTTP, and what its answers mean. Every failure has a code."""

import gzip
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from kiosk.errors import CalledElsewhereError, KioskError, NotAllowedError, ServerError, StoreForkError
from kiosk.model.desk import Called, CallOrder, PinHash
from kiosk.model.exchange import DatedConfiguration, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.sync.loop import NEEDS_PAIRING
from kiosk.sync.messages import (
    CallAnswer,
    CallRequest,
    ConfigurationAnswer,
    EnrolAnswer,
    EnrolRequest,
    KeyAnswer,
    KeyRequest,
    Problem,
    StoreAnswer,
    StoreRequest,
    SyncAnswer,
    SyncRequest,
)
from kiosk.sync.signing import Signer
from kiosk.sync.transport import Connection, Reply

GZIP_FROM_BYTES = 1024
LONGEST_RETRY_S = 3600.0
CLOCK_SKEW = "CLOCK_SKEW"
_TOLD = frozenset({CLOCK_SKEW, "SCHEMA_NEWER", "SERIES_TAKEN", "CODE_WRONG", "FACILITY_OTHER"}) | NEEDS_PAIRING
"""Refusals that somebody must act on keep their codes; all others are SERVER_REFUSED."""
_BUSY = (429, 503)
_NOT_CALLABLE = frozenset({"NOT_CALLABLE", "ROOM_CLOSED"})
"""With which the server refuses a call whatever the line; for any other reason a desk may call alone."""
_DISTRUSTED = frozenset({(422, "SERVICE_DAY_WRONG"), (403, "FORBIDDEN")})
"""With which it says that this desk is wrong about the day, or that it is none."""
_M = TypeVar("_M", bound=BaseModel)
_T = TypeVar("_T")


def utc_now() -> datetime:
    return datetime.now(UTC)


class HttpServer:
    """``HospitalServer`` at ``url``, for the hospital ``facility_id``; see ``Connection`` for the limits.

    ServerError's codes beside those of ``Connection``: SERVER_REFUSED (4xx), SERVER_BUSY (429, 503, with
    ``retry_after_s``), SERVER_FAILED (other 5xx), SERVER_GARBAGE, and the server's own of ``NEEDS_PAIRING``,
    CLOCK_SKEW, SCHEMA_NEWER, SERIES_TAKEN, CODE_WRONG, FACILITY_OTHER.
    Without ``signer`` requests are not signed. ``now`` is the machine's clock, which may be wrong: a server that says
    what time it is corrects it for signatures, in memory alone.

    Raises:
        SettingError: as ``Connection``.
    """

    def __init__(
        self,
        url: str,
        facility_id: str,
        *,
        signer: Signer | None = None,
        ca_pem: str = "",
        now: Callable[[], datetime] = utc_now,
        connect_s: float = 3.0,
        deadline_s: float = 10.0,
    ) -> None:
        self._connection = Connection(url, ca_pem=ca_pem, connect_s=connect_s, deadline_s=deadline_s)
        self._facility_id = facility_id
        self._signer = signer
        self._now = now
        self._clock_offset = timedelta(0)

    @property
    def clock_offset_s(self) -> float:
        """How much later the server's clock is than this machine's, 0 until the server has complained."""
        return self._clock_offset.total_seconds()

    def exchange(self, push: Push) -> Pull:
        """One round trip. Whatever is raised, nothing is known to have arrived, and trying again is safe."""
        reply = self._post("/v1/sync", SyncRequest.of(push, self._facility_id).json_bytes())
        return _understood(lambda: _parsed(SyncAnswer, reply.untrusted_body).pull())

    def configuration(self) -> PulledConfiguration:
        reply = self._asked("GET", f"/v1/configuration?facility={self._facility_id}", b"", {})
        answer = _parsed(ConfigurationAnswer, reply.untrusted_body)
        documents = (
            DatedConfiguration(each.applies_from, json.dumps(each.document, ensure_ascii=False))
            for each in answer.documents
        )
        pins = None if answer.pins is None else tuple(PinHash(each.staff_id, each.pin_hash) for each in answer.pins)
        return PulledConfiguration(answer.config_revision, tuple(documents), pins)

    def register(self, claim: StoreClaim) -> StoreGrant:
        request = StoreRequest(
            facility_id=self._facility_id,
            store_id=claim.store_id,
            former_store_id=claim.former_store_id,
            series=claim.series,
            orphans=list(claim.orphans),
        )
        reply = self._post("/v1/stores", _bytes(request))
        answer = _parsed(StoreAnswer, reply.untrusted_body)
        return StoreGrant(answer.series, answer.reserve_series, frozenset(answer.held))

    def call(self, order: CallOrder) -> Called | None:
        """See ``desk_ports.CallServer``."""
        body = _bytes(CallRequest.of(order))
        reply = self._asked("POST", "/v1/calls", body, {"Content-Type": "application/json"}, _call_refusal)
        answer = _parsed(CallAnswer, reply.untrusted_body)
        if answer.token is None:
            return None
        return Called(answer.token.token(), answer.patient.details().patient if answer.patient else None)

    @contextmanager
    def stream(self, last_id: int | None, silence_s: float) -> Iterator[Iterator[bytes]]:
        """The pieces of ``GET /v1/stream``, server-sent events, since the event ``last_id``; ``cut`` ends it.

        Raises ServerError, within the block too, also where nothing comes for ``silence_s``.
        """
        path = f"/v1/stream?facility={self._facility_id}"
        headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
        for _ in range(2):
            with self._connection.stream(path, headers | self._signature("GET", path, b""), silence_s) as answer:
                if answer.status == 200:
                    yield answer.pieces()
                    return
                reply = answer.whole()
            if not self._learns_time(reply):
                break
        raise _refusal(reply)

    def cut(self) -> None:
        """End a stream, also one that is about to be opened. Safe on any thread."""
        self._connection.cut()

    def renew_key(self, public_key: bytes) -> str:
        """Tell the server this station's next public key. Returns its id; the same key again gets the same id."""
        reply = self._post("/v1/keys", _bytes(KeyRequest(public_key=public_key.hex())))
        return _parsed(KeyAnswer, reply.untrusted_body).key_id

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Make this machine a station of the server's hospital: the only request that is never signed."""
        reply = self._post("/v1/enrol", _bytes(request))
        return _parsed(EnrolAnswer, reply.untrusted_body)

    def close(self) -> None:
        """Let go of the connection; the next exchange opens a new one."""
        self._connection.close()

    def _post(self, path: str, body: bytes) -> Reply:
        headers = {"Content-Type": "application/json"}
        if len(body) > GZIP_FROM_BYTES:
            body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
        return self._asked("POST", path, body, headers)

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
        refusal: "Callable[[Reply], KioskError] | None" = None,
    ) -> Reply:
        """The reply of status 200; where our clock is wrong, once more with the server's time."""
        reply = self._sent(method, path, body, headers)
        if self._learns_time(reply):
            reply = self._sent(method, path, body, headers)
        if reply.status != 200:
            raise (refusal or _refusal)(reply)
        return reply

    def _sent(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        return self._connection.send(method, path, body, headers | self._signature(method, path, body))

    def _signature(self, method: str, path: str, body: bytes) -> dict[str, str]:
        if self._signer is None:
            return {}
        created = self._now() + self._clock_offset
        return self._signer.headers(method, path, body, created, secrets.token_urlsafe(24))

    def _learns_time(self, reply: Reply) -> bool:
        if self._signer is None or reply.status != 401:
            return False
        problem = _problem(reply)
        if problem.code != CLOCK_SKEW or problem.server_time is None:
            return False
        self._clock_offset = problem.server_time - self._now()
        return True


def _refusal(reply: Reply) -> ServerError | StoreForkError:
    """What a status other than 200 means; the answer may be anything."""
    problem, status = _problem(reply), reply.status
    if status == 409 and problem.code == "STORE_FORK":
        return StoreForkError("the server knows other events under this store's numbers")
    if status == 422 and problem.code == "EVENT_REPEATED":
        # Two machines hold one event, and the other was faster. Who begins anew is told which are there already.
        return StoreForkError("the server has an event of this store under another name: a copy was faster")
    told = f"{status} {problem.code}: {problem.title!r}"
    if status in _BUSY:
        wait_s = _retry_after_s(reply.untrusted_retry_after)
        return ServerError(f"the server is busy: {told}", code="SERVER_BUSY", retry_after_s=wait_s)
    if 400 <= status < 500:
        code = problem.code if problem.code in _TOLD else "SERVER_REFUSED"
        return ServerError(f"the server refused: {told}", code=code)
    if status >= 500:
        return ServerError(f"the server failed: {told}", code="SERVER_FAILED")
    return ServerError(f"the server answered with status {status}", code="SERVER_GARBAGE")


def _call_refusal(reply: Reply) -> KioskError:
    """As ``_refusal``, but for what is between two desks and no fault of the line's."""
    problem = _problem(reply)
    if reply.status == 409 and problem.code == CalledElsewhereError.code:
        return CalledElsewhereError(f"the patient was called to room {problem.room} first")
    if reply.status == 409 and problem.code in _NOT_CALLABLE:
        return NotAllowedError(problem.title, code=problem.code)
    if (reply.status, problem.code) in _DISTRUSTED:
        return ServerError(f"the server refused: {reply.status} {problem.code}", code=problem.code)
    return _refusal(reply)


def _retry_after_s(untrusted_text: str) -> float | None:
    """Whole seconds only, which is what our server says; a proxy's date is not worth a second clock."""
    text = untrusted_text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text[:9]), LONGEST_RETRY_S)


def _problem(reply: Reply) -> Problem:
    try:
        return _parsed(Problem, reply.untrusted_body)
    except ServerError:
        return Problem()


def _bytes(message: BaseModel) -> bytes:
    return message.model_dump_json().encode()


def _parsed(message: type[_M], untrusted_answer: bytes) -> _M:
    return _understood(lambda: message.model_validate_json(untrusted_answer))


def _understood(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except (ValidationError, ValueError, OverflowError):
        # The cause is left out: it would quote what the answer holds.
        raise ServerError("the server's answer makes no sense", code="SERVER_GARBAGE") from None
