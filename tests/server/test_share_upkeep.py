"""What is seen to now and then: whatever goes wrong in it, all of it is seen to the next time."""

import threading

from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from kiosk.errors import KioskError
from kiosk.server.share_upkeep import keep_up

ROUNDS = 3


def test_nothing_that_goes_wrong_ends_it() -> None:
    is_over = threading.Event()
    done: list[str] = []

    def work(name: str, error: Exception) -> None:
        done.append(name)
        raise error

    def count() -> None:
        done.append("good")
        if done.count("good") == ROUNDS:
            is_over.set()

    bad = [lambda: work("bug", ValueError()), lambda: work("ours", KioskError("")), lambda: work("sql", _SqlError())]
    with capture_logs() as logs:
        keep_up([lambda: work("first", ValueError())], [*bad, count], is_over, every_s=0)
    assert done == ["first", *["bug", "ours", "sql", "good"] * ROUNDS]
    events = [line["event"] for line in logs]
    assert events.count("share_upkeep_failed") == 1 + 2 * ROUNDS
    assert events.count("share_upkeep_missed") == ROUNDS


class _SqlError(SQLAlchemyError):
    pass
