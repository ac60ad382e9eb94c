"""A client of ``GET /v1/stream`` for tests."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.sync.chain import FACILITY

PATIENCE_S = 60.0
"""Less than the time after which a server would find out by asking the database again."""


@dataclass
class Said:
    """One event as it arrived."""

    name: str = ""
    event_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Stream:
    """An open stream; iterating waits for each next event, and ends when the server ends it."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def __iter__(self) -> Iterator[Said]:
        return self

    def __next__(self) -> Said:
        said = Said()
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "event":
                said.name = value
            elif name == "id":
                said.event_id = value
            elif name == "data":
                said.data = json.loads(value)
            elif not line and said.name:
                return said
        raise StopIteration

    def revision(self) -> int:
        """Of the next ``changed``."""
        said = next(self)
        assert said.name == "changed"
        assert said.event_id == str(said.data["revision"])
        return int(said.event_id)

    def wait_for(self, revision: int) -> None:
        """Events may be told together, never later ones first."""
        reached = -1
        while reached < revision:
            before, reached = reached, self.revision()
            assert before < reached <= revision


@contextmanager
def streaming(
    url: str, *, last_id: str | None = None, facility: str = FACILITY, verify: ssl.SSLContext | bool = True
) -> Iterator[Stream]:
    """An open stream that was not refused."""
    sent = {} if last_id is None else {"Last-Event-ID": last_id}
    with (
        httpx2.Client(trust_env=False, timeout=PATIENCE_S, verify=verify) as client,
        client.stream("GET", f"{url}/v1/stream", params={"facility": facility}, headers=sent) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        yield Stream(answer)
