"""One more slip from the command line: by this process, or by the kiosk or desk that has the printer."""

from collections.abc import Callable, Mapping
from time import sleep

from kiosk.app import Station, spool_of
from kiosk.batch import print_or_give_up
from kiosk.errors import KioskError
from kiosk.model.desk import SlipRow
from kiosk.model.events import Json
from kiosk.model.token import SlipState, Token
from kiosk.ports import SlipJob

COPIES = 99
"""Whoever has the command line may print more often than patients."""
OWNER_S = 15.0
"""For the process that has the printer to print one slip; it looks for new ones every second."""
LOOK_S = 0.2
_ON_ITS_WAY = (SlipState.QUEUED, SlipState.SENDING)


def reprinted(
    station: Station, token: Token, language: str, remarks: Mapping[str, Json], wait: Callable[[float], None] = sleep
) -> SlipRow:
    """What became of a copy of ``token``'s slip; it is on its way still where the owner of the printer is slow.

    Raises:
        KioskError: PRINTER_NONE
        StoreError
    """
    if not station.registration.prints:
        raise KioskError("this station has no printer: see kiosk doctor", code="PRINTER_NONE")
    spool = spool_of(station)
    job = station.store.reprint(token.token_id, language, station.clock.now(), COPIES, remarks)
    if station.owns_devices:
        spool.recover()
        print_or_give_up(spool, station.clock, wait)
    else:
        _await_owner(station, token, job, wait)
    return _row(station, token, job)


def _await_owner(station: Station, token: Token, job: SlipJob, wait: Callable[[float], None]) -> None:
    until_s = station.clock.monotonic() + OWNER_S
    while _row(station, token, job).state in _ON_ITS_WAY and station.clock.monotonic() < until_s:
        wait(LOOK_S)


def _row(station: Station, token: Token, job: SlipJob) -> SlipRow:
    rows = station.store.slip_rows(token.service_day)
    return next(row for row in rows if (row.token_id, row.copy) == (job.token_id, job.copy))
