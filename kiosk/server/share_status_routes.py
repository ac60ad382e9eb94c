"""``GET /abdm``: how Scan & Share is doing, for people; ``GET /metrics``: the same for programs that watch."""

from dataclasses import asdict
from functools import partial
from html import escape
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from kiosk.model.events import instant_text
from kiosk.server.identity import NOT_LET_IN, Caller, Role, asking, require
from kiosk.server.problems import described
from kiosk.server.service import Service, off_loop, service_of
from kiosk.server.share_status import ShareStatus, all_share_status, metrics, share_status
from kiosk.sync.messages import FacilityId

METRICS_TYPE = "text/plain; version=0.0.4"
_TITLES = {
    "answered": "Answered in the last 24 hours",
    "due": "Waiting to be sent",
    "given_up": "Given up",
    "last_callback_at": "Last callback",
    "last_answered_at": "Last answer taken by the gateway",
    "oldest_due_at": "Oldest that waits, since",
    "clock_skew_s": "Our clock later than the gateway's, seconds",
    "problem": "Newest problem",
}


def add_share_status_routes(app: FastAPI) -> None:
    asked = {**NOT_LET_IN, **described({422: "REQUEST_INVALID"})}
    html: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}
    text: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
    route = partial(app.add_api_route, methods=["GET"], response_model=None, response_class=Response)
    route("/abdm", _page, responses={**html, **asked})
    route("/metrics", _metrics, responses={**text, **NOT_LET_IN})


async def _page(request: Request, caller: Annotated[Caller, Depends(asking)], facility: FacilityId) -> Response:
    """One facility's Scan & Share."""
    found = await off_loop(request, partial(_status, service_of(request), caller, facility))
    return HTMLResponse(page(found), headers={"Cache-Control": "no-store"})


def _status(service: Service, caller: Caller, facility_id: str) -> ShareStatus:
    require(service.database, caller, facility_id, Role.READER, Role.LOCAL)
    return share_status(service.database.reader, facility_id, service.now())


async def _metrics(request: Request, caller: Annotated[Caller, Depends(asking)]) -> Response:
    """Scan & Share in all facilities."""
    text = await off_loop(request, partial(_measured, service_of(request), caller))
    return PlainTextResponse(text, media_type=METRICS_TYPE)


def _measured(service: Service, caller: Caller) -> str:
    """The caller's facility is none: these are counts over all of them."""
    require(service.database, caller, "", Role.STATISTICS, Role.LOCAL)
    now = service.now()
    return metrics(all_share_status(service.database.reader, now), now)


def page(status: ShareStatus) -> str:
    rows = "".join(f"<tr><th>{escape(_TITLES[name])}</th><td>{escape(text)}</td></tr>" for name, text in told(status))
    title = f"Scan &amp; Share, {escape(status.facility_id)}"
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f'<!doctype html><html lang="en">{head}<body><h1>{title}</h1><table>{rows}</table></body></html>'


def told(status: ShareStatus) -> list[tuple[str, str]]:
    """Each value as people read it."""
    values = {name: value for name, value in asdict(status).items() if name in _TITLES}
    texts = {name: instant_text(value) if name.endswith("_at") and value else value for name, value in values.items()}
    return [(name, "never" if text is None else f"{text}") for name, text in texts.items()]
