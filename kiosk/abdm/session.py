"""The gateway's session token: kept, renewed before it ends, and dropped when it is refused."""

import threading
from dataclasses import dataclass, field

import structlog

from kiosk.abdm.abdm_settings import AbdmSettings
from kiosk.abdm.line import Line, garbage, table_in
from kiosk.abdm.refusals import refusal
from kiosk.errors import GatewayError
from kiosk.ports import Clock

REFRESH_S = 30.0
"""So long before its end a token is no longer used."""
LONGEST_S = 86_400
_PATH = "/api/hiecm/gateway/v3/sessions"
_log = structlog.get_logger()


@dataclass(frozen=True)
class _Token:
    """``until`` in monotonic seconds."""

    text: str = field(repr=False)
    until: float


class Session:
    """Safe on any thread."""

    def __init__(self, settings: AbdmSettings, line: Line, clock: Clock) -> None:
        self._settings, self._line, self._clock = settings, line, clock
        self._token: _Token | None = None
        self._opening = threading.Lock()
        self._failed: tuple[float, GatewayError] | None = None

    def token(self, refused: str = "") -> str:
        """The token in use; a new one where there is none, it is about to end, or it is ``refused``.

        Whoever waits here while another asks shares that one's failure too, rather than have each wait in turn.

        Raises:
            GatewayError: there is no session to be had.
        """
        began = self._clock.monotonic()
        with self._opening:
            token = self._token
            if token is not None and token.text != refused and self._clock.monotonic() < token.until:
                return token.text
            if self._failed is not None and self._failed[0] > began:
                raise _again(self._failed[1])
            self._token = None
            try:
                self._token = self._opened()
            except GatewayError as error:
                self._failed = (self._clock.monotonic(), error)
                raise
            return self._token.text

    def renew(self) -> None:
        """A new token, whatever there was. Raises GatewayError."""
        token = self._token
        self.token(refused=token.text if token else "")

    def _opened(self) -> _Token:
        asked_at = self._clock.monotonic()
        account = {
            "clientId": self._settings.client_id,
            "clientSecret": self._settings.client_secret,
            "grantType": "client_credentials",
        }
        reply = self._line.send("POST", _PATH, account)
        if not 200 <= reply.status < 300:
            raise refusal(reply, self._clock.now())
        answer = table_in(reply)
        text, lasts_s = answer.get("accessToken"), _seconds(answer.get("expiresIn"))
        if not isinstance(text, str) or not text or not (text.isascii() and text.isprintable()) or lasts_s is None:
            raise garbage(reply)
        _log.info("abdm_session_opened", lasts_s=lasts_s)
        return _Token(text, asked_at + max(lasts_s - REFRESH_S, lasts_s / 2))


def _again(error: GatewayError) -> GatewayError:
    """One exception must not be raised on two threads."""
    return GatewayError(
        str(error),
        code=error.code,
        transient=error.transient,
        status=error.status,
        retry_after_s=error.retry_after_s,
    )


def _seconds(untrusted: object) -> int | None:
    """Whole seconds, which some answers give as a text."""
    text = str(untrusted) if isinstance(untrusted, str | int) and not isinstance(untrusted, bool) else ""
    return min(int(text), LONGEST_S) if text.isascii() and text.isdigit() and len(text) < 10 else None
