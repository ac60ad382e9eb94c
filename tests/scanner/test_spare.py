"""The process in waiting, with real ones."""

import os
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from kiosk.scanner.child import Child
from kiosk.scanner.messages import BEGIN
from kiosk.scanner.spare import Spare
from tests.scanner.hearing import LONGEST_S


def wait(connection: Connection) -> None:
    """Answers the word to begin with what it was, and its number."""
    word = connection.recv_bytes()
    connection.send_bytes(word + str(os.getpid()).encode())
    connection.poll(None)


@pytest.fixture
def spare() -> Iterator[Spare]:
    spare = Spare(lambda: Child(wait))
    yield spare
    spare.close()


def answer(child: Child) -> bytes | None:
    try:
        return child.receive(LONGEST_S, 100)
    finally:
        child.close()


def test_the_one_that_was_prepared_begins_and_only_then(spare: Spare) -> None:
    spare.prepare()
    spare.prepare()
    ready = spare._ready
    assert ready is not None
    assert ready.receive(0.0, 100) is None
    assert answer(spare.begin()) == BEGIN + str(ready.pid).encode()


def test_without_one_a_fresh_one_begins(spare: Spare) -> None:
    assert (answer(spare.begin()) or b"").startswith(BEGIN)


def test_one_that_has_ended_while_it_waited_is_replaced(spare: Spare) -> None:
    spare.prepare()
    ready = spare._ready
    assert ready is not None
    ready.kill()
    with pytest.raises((EOFError, OSError)):
        ready.receive(LONGEST_S, 100)
    assert (answer(spare.begin()) or b"").startswith(BEGIN)


def test_where_none_can_be_started_only_the_one_that_is_needed_is_an_error() -> None:
    def start() -> Child:
        raise BlockingIOError("no more processes")

    spare = Spare(start)
    spare.prepare()
    with pytest.raises(BlockingIOError):
        spare.begin()
    spare.close()
