"""A station that dies at one exact point: ``python -m tests.e2e.dying_station POINT CARD MINUTES``.

The parts are the program's own, as ``kiosk.app`` puts them together. What kills them is hung on from outside: a wrapped
printer, transport or server, or SQLAlchemy's own "commit" event, which comes when all is executed and nothing kept.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import NoReturn

from sqlalchemy import Engine, event

from kiosk.app import Station, open_server, open_station, spool_of
from kiosk.model.exchange import Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.model.printer import Printed, PrinterStatus
from kiosk.model.qr import parse
from kiosk.model.slip import Slip
from kiosk.model.token import SlipState
from kiosk.ports import SlipJob, SlipPrinter
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.link import PrinterLink, Transport
from kiosk.settings import load
from kiosk.sync.hospital_server import HospitalServer
from kiosk.sync.loop import rounds
from tests.cards import card_text
from tests.passing_link import PassingLink

_SLIP = 1000
"""Bytes that only a slip has, and no question to a printer."""


class Point(StrEnum):
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    BEFORE_SEND = "before_send"
    IN_SEND = "in_send"
    AFTER_SEND = "after_send"
    BEFORE_CONFIRM = "before_confirm"
    AFTER_CONFIRM = "after_confirm"
    BEFORE_SYNCED = "before_synced"
    AFTER_SYNCED = "after_synced"


@dataclass(frozen=True)
class ClockBehind:
    """The machine's clock, some minutes ago: the program after it finds what an earlier time has left."""

    minutes: int

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(minutes=self.minutes)

    def monotonic(self) -> float:
        return monotonic()


@dataclass(frozen=True)
class DyingPrinter:
    printer: SlipPrinter
    point: Point

    @property
    def name(self) -> str:
        return self.printer.name

    def print_slip(self, slip: Slip, job_id: str = "") -> Printed:
        _die_at(Point.BEFORE_SEND, self.point)
        printed = self.printer.print_slip(slip, job_id)
        _die_at(Point.AFTER_SEND, self.point)
        if self.point is Point.BEFORE_CONFIRM:
            die_at_next_commit()
        return printed

    def status(self) -> PrinterStatus:
        return self.printer.status()

    def finished_ids(self) -> frozenset[str]:
        return self.printer.finished_ids()


@dataclass(frozen=True)
class DyingTransport:
    """Hands over half of a slip."""

    transport: Transport
    answers: bool = True

    def identity(self) -> str:
        return self.transport.identity()

    def seconds_for(self, size: int) -> float:
        return self.transport.seconds_for(size)

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        with self.transport.opened(deadline_s) as link:
            yield DyingLink(link)


@dataclass(frozen=True)
class DyingLink(PassingLink):
    def write_all(self, data: bytes, until: float) -> None:
        if len(data) < _SLIP:
            self.link.write_all(data, until)
            return
        self.link.write_all(data[: len(data) // 2], until)
        self.link.flush(until)
        die()


@dataclass(frozen=True)
class LastAnswer:
    """A server after whose answer the station dies before it has noted it."""

    server: HospitalServer

    def exchange(self, push: Push) -> Pull:
        pull = self.server.exchange(push)
        die_at_next_commit()
        return pull

    def configuration(self) -> PulledConfiguration:
        return self.server.configuration()

    def register(self, claim: StoreClaim) -> StoreGrant:
        return self.server.register(claim)


def die(*_of_event: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def die_at_next_commit() -> None:
    event.listen(Engine, "commit", die)


def _die_at(here: Point, point: Point) -> None:
    if here is point:
        die()


def check_in(station: Station, point: Point, index: int) -> None:
    """One patient's whole way, as far as it goes."""
    patient = parse(card_text(index), station.clock.now().date())
    spool = spool_of(replace(station, printer=_dying(station.printer, point)), _watch_for(point))
    if point is Point.BEFORE_COMMIT:
        die_at_next_commit()  # that of the issue, as a station without a server reads nothing first
    station.registration.check_in(patient, "MED", "hi")
    _die_at(Point.AFTER_COMMIT, point)
    spool.print_due()


def _dying(printer: SlipPrinter, point: Point) -> SlipPrinter:
    if point is Point.IN_SEND:
        assert isinstance(printer, EscPosPrinter)
        return replace(printer, transport=DyingTransport(printer.transport))
    return DyingPrinter(printer, point)


def _watch_for(point: Point) -> Callable[[SlipJob, SlipState, str], None]:
    """The spool tells of each state once it is written down."""

    def moved(job: SlipJob, state: SlipState, cause: str) -> None:
        if state is SlipState.PRINTED:
            _die_at(Point.AFTER_CONFIRM, point)

    return moved


def synchronise(station: Station, point: Point) -> None:
    server = open_server(station)
    for _ in rounds(station.store, LastAnswer(server) if point is Point.BEFORE_SYNCED else server, station.clock):
        die()


def main(point: Point, index: int, minutes: int) -> None:
    with open_station(load(os.environ), os.environ, ClockBehind(minutes)) as station:
        if point in (Point.BEFORE_SYNCED, Point.AFTER_SYNCED):
            synchronise(station, point)
        else:
            check_in(station, point, index)


if __name__ == "__main__":
    main(Point(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
