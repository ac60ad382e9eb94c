"""Shares on their way into the database: those of one facility that come while a transaction runs go into the next.

They would wait for the facility's lock anyway; so one thread of each process waits for it, not all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kiosk.abdm.share import SharedProfile
from kiosk.server.database import UNAVAILABLE
from kiosk.server.shares import Receipt

TOGETHER = 50
"""At most, in one transaction: stations wait for the same lock."""
ReceiveAll: TypeAlias = Callable[[Sequence[SharedProfile]], Awaitable[list[Receipt]]]


@dataclass(frozen=True)
class _Waiting:
    profile: SharedProfile
    answer: "asyncio.Future[Receipt]"


class Intake:
    """Belongs to one event loop."""

    def __init__(self, receive_all: ReceiveAll) -> None:
        self._receive_all = receive_all
        self._waiting: dict[str, list[_Waiting]] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def take(self, profile: SharedProfile) -> Receipt:
        """Returns once it is on the disk. Raises what ``receive_all`` raises for this very share."""
        mine = _Waiting(profile, asyncio.get_running_loop().create_future())
        is_first = profile.hip_id not in self._waiting
        self._waiting.setdefault(profile.hip_id, []).append(mine)
        if is_first:
            task = asyncio.create_task(self._work(profile.hip_id))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return await mine.answer

    async def _work(self, facility_id: str) -> None:
        """Until nobody of this facility waits."""
        while batch := self._waiting[facility_id][:TOGETHER]:
            del self._waiting[facility_id][: len(batch)]
            if not await self._was_told(batch):
                for each in batch:  # one may have spoilt it for the others
                    await self._was_told([each])
        del self._waiting[facility_id]

    async def _was_told(self, batch: Sequence[_Waiting]) -> bool:
        """Whether all have heard. A failure is told to whoever was alone with it; it is theirs to handle.

        Where the database does not answer, it is told to all: each alone would wait for it once more.
        """
        try:
            receipts = await self._receive_all([each.profile for each in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, UNAVAILABLE):
                return False
            for each in batch:
                if not each.answer.done():
                    each.answer.set_exception(error)
            return True
        for each, receipt in zip(batch, receipts, strict=True):
            if not each.answer.done():
                each.answer.set_result(receipt)
        return True
