"""Who waits, is called and refused in the tests of calls."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.model.desk import CallOrder
from kiosk.model.events import Kind
from kiosk.server.calls import call
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.problems import ProblemError
from kiosk.server.tables import event
from kiosk.sync.messages import SyncRequest
from tests.sync.chain import DAY, FACILITY, START, Chain

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROOM, OTHER_ROOM = "4", "7"


def an_order(*departments: str, room: str = ROOM, token_id: str | None = None, **more: Any) -> CallOrder:
    usual = CallOrder(str(uuid.uuid4()), FACILITY, DAY, departments or ("MED",), room, "anita", token_id)
    return replace(usual, **more)


def push(database: Database, chain: Chain, first: int = 1) -> None:
    parked = ingest(database, SyncRequest.of(chain.push(first), chain.facility_id), START).parked
    assert parked == ()


def queue(*tokens: dict[str, Any]) -> Chain:
    """Of people who are all different unless ``tokens`` say otherwise."""
    chain = Chain()
    for number, body in enumerate(tokens, 1):
        chain.issue(number, **{"number_key": f"{number:064}", **body})
    return chain


def called(database: Database, order: CallOrder) -> str | None:
    """The label."""
    answered = call(database, order, NOW)
    return answered.token.label if answered.token is not None else None


def refused(database: Database, order: CallOrder) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        call(database, order, NOW)
    return caught.value


def events_of(database: Database, kind: Kind) -> list[Any]:
    with database.reader.begin() as connection:
        return list(connection.execute(select(event).where(event.c.kind == kind).order_by(event.c.revision)))
