"""What this hospital says to ABDM's gateway: public keys, answers to shares, its own address."""

from collections.abc import Callable, Mapping

from kiosk.abdm.abdm_settings import AbdmSettings
from kiosk.abdm.answers import ShareAnswer, body_v1, body_v3
from kiosk.abdm.line import Line, table_in, timestamp, uuid4
from kiosk.abdm.refusals import NO_SESSION, refusal
from kiosk.abdm.session import Session
from kiosk.abdm.share import Version
from kiosk.abdm.transport import Reply
from kiosk.ports import Clock

_CERTS = "/api/hiecm/gateway/v3/certs"
_BRIDGE_URL = "/api/hiecm/gateway/v3/bridge/url"
_BRIDGE_SERVICES = "/api/hiecm/gateway/v3/bridge-services"
_ON_SHARE = "/api/hiecm/patient-share/v3/on-share"
_ON_SHARE_V1 = "/gateway/v1.0/patients/profile/on-share"


class Gateway:
    """ABDM's gateway as the account in ``settings`` sees it. Safe on any thread; ``close`` must be called.

    Everything but ``close`` raises GatewayError for whatever the gateway, or the way to it, does.
    """

    def __init__(self, settings: AbdmSettings, clock: Clock, new_id: Callable[[], str] = uuid4) -> None:
        self._expiry_s, self._clock = settings.expiry_s, clock
        self._line = Line(settings, clock, new_id)
        self._session = Session(settings, self._line, clock)

    @property
    def clock_skew_s(self) -> float | None:
        """How much later the gateway's clock was than ours when it last answered, to about a second; None until then.

        The gateway refuses requests whose time is wrong.
        """
        return self._line.clock_skew_s

    def close(self) -> None:
        self._line.close()

    def open_session(self) -> None:
        """A new session, whatever there was: shows whether client id and secret are good."""
        self._session.renew()

    def certs(self) -> Mapping[str, object]:
        """The gateway's key set (RFC 7517), unchecked."""
        return table_in(self._asked("GET", _CERTS))

    def on_share(self, answer: ShareAnswer) -> str:
        """Tell the gateway what became of a share. Returns our REQUEST-ID, by which its support finds the call.

        After an error the answer may have arrived all the same: the same one may be sent again, never another.
        """
        sent: list[str] = []

        def body(request_id: str) -> Mapping[str, object]:
            sent.append(request_id)
            if answer.version is Version.V1:
                return body_v1(answer, request_id, timestamp(self._clock.now()))
            return body_v3(answer, self._expiry_s)

        path = _ON_SHARE_V1 if answer.version is Version.V1 else _ON_SHARE
        self._asked("POST", path, body, {"X-HIP-ID": answer.hip_id})
        return sent[-1]

    def register_bridge(self, url: str) -> None:
        """Have callbacks sent to ``url``. One for each client id: whoever was registered before hears nothing more."""
        self._asked("PATCH", _BRIDGE_URL, lambda _: {"url": url})

    def bridge_services(self) -> Mapping[str, object]:
        """What is registered for this account, unchecked; empty where nothing is. The address is not told."""
        reply = self._asked("GET", _BRIDGE_SERVICES)
        return table_in(reply) if reply.untrusted_body.strip() else {}

    def _asked(
        self,
        method: str,
        path: str,
        body: Callable[[str], Mapping[str, object]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer of status 2xx; where the session is not good any more, once more with a new one."""
        refused = ""
        while True:
            token, request_id = self._session.token(refused), self._line.new_id()
            reply = self._line.send(
                method,
                path,
                body(request_id) if body else None,
                request_id=request_id,
                headers={"Authorization": f"Bearer {token}", **(headers or {})},
            )
            if 200 <= reply.status < 300:
                return reply
            error = refusal(reply, self._clock.now())
            if refused or not (reply.status == 401 or error.code in NO_SESSION):
                raise error
            refused = token
