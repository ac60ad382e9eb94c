"""What a server with Scan & Share sees to now and then: nothing that goes wrong in it ends it."""

import threading
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from kiosk.server.configuring import is_of_other_world, listed_facilities
from kiosk.server.hub import Standing
from kiosk.server.lapsing import lapse_phones
from kiosk.server.service import Service

UPKEEP_S = 30.0
_log = structlog.get_logger()


def keep_up(
    first: Sequence[Callable[[], None]],
    again: Sequence[Callable[[], None]],
    is_over: threading.Event,
    every_s: float = UPKEEP_S,
) -> None:
    """``first`` at once, then ``again`` at once and every ``every_s``, until ``is_over``."""
    for work in first:
        _unharmed(work)
    while not is_over.is_set():
        for work in again:
            _unharmed(work)
        is_over.wait(every_s)


def _unharmed(work: Callable[[], None]) -> None:
    """A bug, or a row that a newer program wrote, is no reason to look after nothing any more."""
    try:
        work()
    except SQLAlchemyError as error:
        _log.warning("share_upkeep_missed", cause=type(error).__name__)
    except Exception:
        _log.exception("share_upkeep_failed")


def lapse(service: Service) -> None:
    """Places that are given up, told to all who wait for it."""
    for facility_id, revision in lapse_phones(service.database, service.now()).items():
        service.hub.moved(facility_id, Standing(revision))


def name_mixed(service: Service, world: str) -> None:
    """Facilities whose QR is of the other world than the account: their shares are refused, see ``shares``."""
    for each in listed_facilities(service.database.reader, service.now()):
        if is_of_other_world(each.dated.configuration, world):
            _log.error("abdm_worlds_mixed", facility_id=each.facility_id, abdm_cm_id=world)
