"""What an answer of the gateway other than 2xx means. Its bodies have at least five shapes, or there is none."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

from kiosk.abdm.transport import Reply, http_date
from kiosk.errors import GatewayError

LONGEST_RETRY_S = 3600.0
_CODE = re.compile(r"(ABDM-[0-9]{4}|[0-9]{3,6})\s*:?\s*", re.ASCII)
NO_SESSION = frozenset({"900901", "900902", "ABDM-2500"})
"""The session token is not, or no longer, good: a new one may help."""
_TRANSIENT_STATUS = frozenset({408, 425, 429})
_TRANSIENT_CODES = frozenset({"ABDM-1007", "ABDM-1022", "ABDM-1024", "900900"})
"""Timed out, too many requests, a service behind the gateway is away, the gateway could not judge the token."""
_ADVICE = {
    "ABDM-1016": "it does not accept this machine's time: set the clock",
    "ABDM-2402": "it does not accept this machine's time: set the clock",
    "ABDM-2403": "X-CM-ID is not of this gateway: sandbox and production may be mixed",
    "ABDM-2404": "it does not accept our REQUEST-ID",
    "ABDM-2500": "it wants a session token",
    "900901": "it does not accept our client id and secret",
}


def refusal(reply: Reply, now: datetime) -> GatewayError:
    """The error for ``reply``, which quotes nothing but its status and code: bodies may repeat what we sent."""
    code = next(_codes_in(_loaded(reply.untrusted_body)), "")
    advice = _ADVICE.get(code, "")
    return GatewayError(
        " ".join(filter(None, ("the gateway answered", str(reply.status), code))) + (f": {advice}" if advice else ""),
        code=code or _code_of(reply.status),
        transient=_is_transient(reply.status, code),
        status=reply.status,
        retry_after_s=retry_after_s(reply.untrusted_retry_after, reply.date or now),
    )


def retry_after_s(untrusted_text: str, now: datetime) -> float | None:
    """Seconds, which may be written as such or as a date; at most an hour."""
    text = untrusted_text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_S)
    date = http_date(text)
    return None if date is None else min(max((date - now).total_seconds(), 0.0), LONGEST_RETRY_S)


def _loaded(untrusted_body: bytes) -> object:
    try:
        return json.loads(untrusted_body)
    except (ValueError, RecursionError):
        return None


def _codes_in(untrusted: object) -> Iterator[str]:
    """``{"error": {"code"}}``, ``[{"code"}]``, ``{"code"}``; neither ``{"message"}`` nor ``{"field": ...}`` has one."""
    if isinstance(untrusted, list):
        for each in untrusted[:10]:
            yield from _codes_in(each) if isinstance(each, dict) else ()
    if not isinstance(untrusted, dict):
        return
    nested = untrusted.get("error")
    for table in (nested, untrusted):
        code = table.get("code") if isinstance(table, dict) else None
        found = _CODE.fullmatch(str(code)[:40]) if isinstance(code, str | int) else None
        if found:
            yield found[1]


def _code_of(status: int) -> str:
    if status in {429, 503}:
        return "GATEWAY_BUSY"
    return "GATEWAY_FAILED" if status >= 500 else "GATEWAY_REFUSED"


def _is_transient(status: int, code: str) -> bool:
    return status >= 500 or status in _TRANSIENT_STATUS or code in _TRANSIENT_CODES
