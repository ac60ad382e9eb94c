"""The network between a station and the server: real messages as bytes, on a way where anything may happen to them."""

import random
from typing import TYPE_CHECKING

from pydantic import ValidationError

from kiosk.errors import ServerError
from kiosk.ports import Pull, Push
from kiosk.sync.messages import SyncAnswer, SyncRequest
from tests.simulation.faults import Fault, PowerCutError
from tests.simulation.scenery import HOSPITAL

if TYPE_CHECKING:
    from tests.simulation.world import World

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
    """One station's way to the server; ``ports.HospitalServer``.

    Batches are small, so that much to say takes many round trips.
    """

    def __init__(self, world: "World", name: str) -> None:
        self._world, self._name = world, name

    def exchange(self, push: Push) -> Pull:
        world, chance = self._world, self._world.chance
        fates = {fault for fault, odds in CHANCES.items() if chance.random() < odds} & world.faults
        body = _small_request(push, chance)
        if fates:
            world.tell(f"{self._name} on the line: {', '.join(sorted(fates))}")
        if Fault.SLOW in fates:
            world.meanwhile()
        if Fault.LATE in fates:
            world.hospital.late.append(body)
        if Fault.LOST in fates:
            raise ServerError("lost")
        if Fault.BUSY in fates:
            raise ServerError("busy", code="SERVER_FAILED")
        answer = self._delivered(body, fates, chance)
        if Fault.SLOW in fates:
            world.meanwhile()
        if Fault.CRASH in fates:
            raise PowerCutError
        return _understood(answer[: chance.randrange(len(answer))] if Fault.CUT in fates else answer)

    def _delivered(self, body: bytes, fates: set[Fault], chance: random.Random) -> bytes:
        hospital = self._world.hospital
        if Fault.TWICE in fates:
            hospital.answer(body)
        if Fault.SERVER_CRASH not in fates:
            return hospital.answer(body)
        hospital.fuse.arm(chance.randint(1, 15))
        try:
            hospital.answer(body)
        except PowerCutError:
            self._world.tell("the server is cut off half-way")
        hospital.crash()
        raise ServerError("the server is gone")


def _small_request(push: Push, chance: random.Random) -> bytes:
    request = SyncRequest.of(push, HOSPITAL.facility_id)
    sizes = {"events": request.events[: chance.randint(1, 40)], "want": chance.randint(1, 60)}
    return request.model_copy(update=sizes).json_bytes()


def _understood(answer: bytes) -> Pull:
    try:
        return SyncAnswer.model_validate_json(answer).pull()
    except ValidationError:
        raise ServerError("cut", code="SERVER_GARBAGE") from None
