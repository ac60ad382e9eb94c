"""The network between a station and the server: real messages as bytes, on a way where anything may happen to them."""

import json
import random
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from kiosk.errors import KioskError, ServerError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.exchange import Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.server.identity import Caller
from kiosk.server.ingest import EventRefusedError
from kiosk.server.problems import ProblemError
from kiosk.sync.client import _call_refusal, _refusal
from kiosk.sync.messages import CallAnswer, CallRequest, StoreAnswer, StoreRequest, SyncAnswer, SyncRequest
from kiosk.sync.transport import Reply
from tests.simulation.faults import Fault, PowerCutError
from tests.simulation.hospital import CALLS, STORES, SYNC, Asked
from tests.simulation.scenery import HOSPITAL

if TYPE_CHECKING:
    from tests.simulation.world import World

_M = TypeVar("_M", bound=BaseModel)
CHANCES = {
    Fault.LOST: 0.06,
    Fault.CUT: 0.08,
    Fault.TWICE: 0.05,
    Fault.LATE: 0.05,
    Fault.SLOW: 0.15,
    Fault.BUSY: 0.04,
    Fault.SERVER_CRASH: 0.05,
    Fault.CRASH: 0.03,
}
"""Of each exchange; several may come together."""


class Link:
    """One station's way to the server; ``HospitalServer`` and ``desk_ports.CallServer``.

    Batches are small, so that much to say takes many round trips.
    """

    def __init__(self, world: "World", caller: Caller) -> None:
        self._world, self.caller = world, caller

    def exchange(self, push: Push) -> Pull:
        chance, request = self._world.chance, SyncRequest.of(push, HOSPITAL.facility_id)
        sizes = {"events": request.events[: chance.randint(1, 40)], "want": chance.randint(1, 60)}
        return self._asked(SYNC, request.model_copy(update=sizes), SyncAnswer).pull()

    def register(self, claim: StoreClaim) -> StoreGrant:
        request = StoreRequest(facility_id=HOSPITAL.facility_id, **(vars(claim) | {"orphans": list(claim.orphans)}))
        answer = self._asked(STORES, request, StoreAnswer)
        return StoreGrant(answer.series, answer.reserve_series, frozenset(answer.held))

    def call(self, order: CallOrder) -> Called | None:
        answer = self._asked(CALLS, CallRequest.of(order), CallAnswer)
        if answer.token is None:
            return None
        return Called(answer.token.token(), answer.patient.details().patient if answer.patient else None)

    def configuration(self) -> PulledConfiguration:
        """Nobody changes it here."""
        raise ServerError("not to be had")

    def _asked(self, path: str, request: BaseModel, answer: type[_M]) -> _M:
        body = request.model_dump_json(by_alias=True).encode()
        return _understood(self._carried(Asked(path, self.caller, body)), answer)

    def _carried(self, asked: Asked) -> bytes:
        world, chance = self._world, self._world.chance
        fates = {fault for fault, odds in CHANCES.items() if chance.random() < odds} & world.faults
        if fates:
            world.tell(f"{self.caller.station_id} on the line: {', '.join(sorted(fates))}")
        if Fault.SLOW in fates:
            world.meanwhile()
        if Fault.LATE in fates:
            world.hospital.late.append(asked)
        if Fault.LOST in fates:
            raise ServerError("lost")
        if Fault.BUSY in fates:
            raise ServerError("busy", code="SERVER_FAILED")
        answer = self._delivered(asked, fates, chance)
        if Fault.SLOW in fates:
            world.meanwhile()
        if Fault.CRASH in fates:
            raise PowerCutError
        return answer[: chance.randrange(len(answer))] if Fault.CUT in fates else answer

    def _delivered(self, asked: Asked, fates: set[Fault], chance: random.Random) -> bytes:
        hospital = self._world.hospital
        if Fault.TWICE in fates:
            self._answered(asked)
        if Fault.SERVER_CRASH not in fates:
            return self._answered(asked)
        hospital.fuse.arm(chance.randint(1, 15))
        try:
            self._answered(asked)
        except PowerCutError:
            self._world.tell("the server is cut off half-way")
        finally:
            hospital.crash()
        raise ServerError("the server is gone")

    def _answered(self, asked: Asked) -> bytes:
        try:
            return self._world.hospital.answer(asked)
        except (ProblemError, EventRefusedError) as error:
            raise _refused(asked.path, error) from error


def _refused(path: str, error: ProblemError | EventRefusedError) -> KioskError:
    status, more = (error.status, error.more) if isinstance(error, ProblemError) else (422, {})
    reply = Reply(status, json.dumps({**more, "status": status, "code": error.code}, default=str).encode(), "")
    return _call_refusal(reply) if path == CALLS else _refusal(reply)


def _understood(answer: bytes, message: type[_M]) -> _M:
    try:
        return message.model_validate_json(answer)
    except ValidationError:
        raise ServerError("cut", code="SERVER_GARBAGE") from None
