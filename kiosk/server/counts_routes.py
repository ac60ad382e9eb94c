"""``GET /v1/counts``: how many tokens were issued, from one facility up to a State."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request

from kiosk.model.events import Json
from kiosk.model.states import state_named
from kiosk.server.bodies import lines_of
from kiosk.server.database import Database
from kiosk.server.identity import NOT_LET_IN, Caller, Role, asking, require
from kiosk.server.problems import described
from kiosk.server.queries import day_counts
from kiosk.server.service import off_loop, service_of

State = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]


def add_counts_routes(app: FastAPI) -> None:
    line = lines_of({"issued": "integer"}, {"state": "string", "facilities": "integer", "facility_id": "string"})
    answers = {**line, **NOT_LET_IN, **described({422: "REQUEST_INVALID"})}
    app.add_api_route("/v1/counts", _counts, methods=["GET"], response_model=None, responses=answers)


async def _counts(
    request: Request,
    caller: Annotated[Caller, Depends(asking)],
    service_day: Annotated[date, Query()],
    state: State | None = None,
) -> list[dict[str, Json]]:
    """Tokens issued on a service day: one line for each State, or with ``state`` one for each of its facilities."""
    return await off_loop(request, partial(_counted, service_of(request).database, caller, service_day, state))


def _counted(database: Database, caller: Caller, service_day: date, state: str | None) -> list[dict[str, Json]]:
    """The caller's facility is none: these are counts over all of them."""
    require(database, caller, "", Role.STATISTICS, Role.LOCAL)
    return day_counts(database.reader, service_day, state and (state_named(state) or state))
