"""``GET /v1/configuration``."""

from functools import partial
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from kiosk.server.configuring import configuration_of
from kiosk.server.identity import NOT_LET_IN, Caller, Role, asking, require
from kiosk.server.problems import ProblemError, described
from kiosk.server.service import Service, off_loop, service_of
from kiosk.sync.messages import ConfigurationAnswer, FacilityId

READERS = (Role.KIOSK, Role.DESK, Role.BOARD, Role.LOCAL)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ConfigurationAnswer},
    **NOT_LET_IN,
    **described({404: "FACILITY_UNKNOWN", 422: "REQUEST_INVALID", 503: "DATABASE_UNAVAILABLE"}),
}


def add_configuration_routes(app: FastAPI) -> None:
    app.add_api_route("/v1/configuration", _configuration, methods=["GET"], responses=_ANSWERS)


async def _configuration(
    request: Request, caller: Annotated[Caller, Depends(asking)], facility: FacilityId
) -> Response:
    """All of the facility's configuration: the one in force, and the next one if there is one already.

    A desk is also told what PINs of the staff are tried against.
    """
    answer = await off_loop(request, partial(_answer, service_of(request), caller, facility))
    return Response(answer.model_dump_json(), media_type="application/json")


def _answer(service: Service, caller: Caller, facility_id: str) -> ConfigurationAnswer:
    require(service.database, caller, facility_id, *READERS)
    is_desk = caller.role is Role.DESK
    answer = configuration_of(service.database.reader, facility_id, service.now(), tells_pins=is_desk)
    if answer is None:
        raise ProblemError(404, "FACILITY_UNKNOWN", "nobody has imported a configuration of this facility")
    return answer
