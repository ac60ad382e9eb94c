"""One request to the gateway with the headers that every request needs, and what its clock says."""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from kiosk.abdm.abdm_settings import AbdmSettings
from kiosk.abdm.transport import Reply, Transport
from kiosk.errors import GatewayError
from kiosk.ports import Clock


def uuid4() -> str:
    return str(uuid.uuid4())


class Line:
    """Sends to the gateway in ``settings``. Safe on any thread; ``close`` must be called.

    Attributes:
        clock_skew_s: see ``Gateway``.
    """

    def __init__(self, settings: AbdmSettings, clock: Clock, new_id: Callable[[], str]) -> None:
        self._cm_id, self._clock, self.new_id = settings.cm_id, clock, new_id
        self._transport = Transport(settings.base_url, settings.connect_s, settings.deadline_s)
        self.clock_skew_s: float | None = None

    def close(self) -> None:
        self._transport.close()

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        request_id: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Any whole answer. Raises GatewayError where there is none."""
        before = self._clock.now()
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        sent = {"REQUEST-ID": request_id or self.new_id(), "TIMESTAMP": timestamp(before), "X-CM-ID": self._cm_id}
        if content:
            sent["Content-Type"] = "application/json"
        reply = self._transport.send(method, path, {**sent, **(headers or {})}, content)
        self._note_clock(reply, before)
        return reply

    def _note_clock(self, reply: Reply, before: datetime) -> None:
        """Against the middle of the exchange, and the middle of the second that the header names."""
        if reply.date is not None:
            after = self._clock.now()
            self.clock_skew_s = (reply.date - before - (after - before) / 2).total_seconds() + 0.5


def timestamp(now: datetime) -> str:
    """``2022-10-06T15:10:00.587Z``: UTC with milliseconds, as the gateway insists."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def table_in(reply: Reply) -> Mapping[str, object]:
    """The object in an answer. Raises GatewayError where there is none."""
    try:
        value = json.loads(reply.untrusted_body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise garbage(reply)
    return value


def garbage(reply: Reply) -> GatewayError:
    message = "the gateway's answer makes no sense"
    return GatewayError(message, code="GATEWAY_GARBAGE", transient=True, status=reply.status)
