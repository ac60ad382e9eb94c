"""Shares that come together go in together; what spoils one spoils no other; a database that stalls is asked once."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from kiosk.abdm.answers import answer_to
from kiosk.abdm.share import SharedProfile
from kiosk.server.intake import TOGETHER, Intake
from kiosk.server.share_queue import DueAnswer
from kiosk.server.shares import Receipt
from tests.server.shared import NOW, profile


def receipt_of(shared: SharedProfile) -> Receipt:
    return Receipt(True, "issued", DueAnswer(answer_to(shared, label="MS-001"), NOW, 1, NOW))


class FirstAlone:
    """The first share goes in by itself; the others wait meanwhile, and meet ``error`` if ``spoilt`` is among them."""

    def __init__(self, error: Exception, spoilt: SharedProfile | None = None) -> None:
        self._error, self._spoilt = error, spoilt
        self.batches: list[int] = []

    async def __call__(self, profiles: Sequence[SharedProfile]) -> list[Receipt]:
        self.batches.append(len(profiles))
        await asyncio.sleep(0)
        if len(self.batches) > 1 and (self._spoilt is None or self._spoilt in profiles):
            raise self._error
        return [receipt_of(each) for each in profiles]


def taken(receive_all: FirstAlone, profiles: Sequence[SharedProfile]) -> list[Receipt | BaseException]:
    async def all_at_once() -> list[Receipt | BaseException]:
        intake = Intake(receive_all)
        first = asyncio.create_task(intake.take(profile("first")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert receive_all.batches == [1]
        others = [asyncio.create_task(intake.take(each)) for each in profiles]
        assert isinstance(await first, Receipt)
        return await asyncio.gather(*others, return_exceptions=True)

    return asyncio.run(all_at_once())


@pytest.mark.parametrize("error", [OperationalError("", {}, Exception("locked")), NoConnectionFree("none free")])
def test_a_database_that_does_not_answer_is_asked_once_for_all(error: Exception) -> None:
    receive_all = FirstAlone(error)
    assert taken(receive_all, [profile(f"p{nth}") for nth in range(TOGETHER)]) == [error] * TOGETHER
    assert receive_all.batches == [1, TOGETHER]


def test_what_spoils_one_share_spoils_no_other() -> None:
    profiles = [profile(f"p{nth}") for nth in range(4)]
    error = IntegrityError("", {}, Exception("not unique"))
    receive_all = FirstAlone(error, spoilt=profiles[2])
    assert taken(receive_all, profiles) == [error if each is profiles[2] else receipt_of(each) for each in profiles]
    assert receive_all.batches == [1, 4, 1, 1, 1, 1]
