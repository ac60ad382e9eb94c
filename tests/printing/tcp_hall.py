"""The hall with a store in real files and a printer behind a real socket; only the time of day is made."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import cast

from kiosk.model.printer import Confirmation
from kiosk.ports import SlipPrinter
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.link import PrinterLink
from kiosk.printing.probe import Memory
from kiosk.printing.transports import NetworkTransport
from kiosk.store.store import SqliteStore, open_store
from tests.escpos_device import VirtualPrinter
from tests.escpos_paper import SlipPaper
from tests.escpos_printer import TcpPrinter
from tests.fakes import shuffled_ids
from tests.model.samples import NINE
from tests.passing_link import PassingLink
from tests.printing.slip_marks import MarkPainter
from tests.printing.spool_hall import CLOCKS_S, CrashError, Fuse, Hall

DEADLINE_S = 1.0
HANG_UPS = (1, 60, 400, 900)
"""Bytes of a connection after which the line breaks off: within the question, the picture, at its end."""


class MadeClock:
    """The machine's own, and what is added."""

    def __init__(self) -> None:
        self._began_s, self._more_s, self.wrong_s = monotonic(), 0.0, 0.0

    def move(self, seconds: float) -> None:
        self._more_s += seconds

    def now(self) -> datetime:
        return NINE + timedelta(seconds=self.monotonic() - self._began_s + self.wrong_s)

    def monotonic(self) -> float:
        return monotonic() + self._more_s


@dataclass(frozen=True)
class FusedTransport(NetworkTransport):
    """The program may die before, within and after each write."""

    fuse: Fuse = field(default_factory=Fuse)

    @contextmanager
    def opened(self, deadline_s: float) -> Iterator[PrinterLink]:
        with super().opened(deadline_s) as link:
            yield _FusedLink(link, self.fuse)


@dataclass(frozen=True)
class _FusedLink(PassingLink):
    fuse: Fuse

    def write_all(self, data: bytes, until: float) -> None:
        self.fuse.burn()
        if self.fuse.left == 0:
            self.link.write_all(data[: len(data) // 2], until)
            self.fuse.burn()
        self.link.write_all(data, until)


class TcpHall(Hall):
    """``tcp`` is switched on, and off again, by whoever made it.

    Attributes:
        files: the store, opened anew after each crash.
    """

    slack_s = 10.0

    def __init__(self, tcp: TcpPrinter, folder: Path) -> None:
        self.tcp, self._made, self._new_id = tcp, MadeClock(), shuffled_ids()
        self.files = self._opened(folder)
        super().__init__(self.files, folder, self._made, tcp.device)

    def printer(self) -> SlipPrinter:
        painter = cast("SlipPainter", MarkPainter())
        transport = FusedTransport("127.0.0.1", self.tcp.port, fuse=self.fuse)
        return EscPosPrinter("hall", painter, transport, Memory(self.folder), deadline_s=DEADLINE_S)

    def round(self) -> None:
        try:
            self.work()
        except CrashError:
            self.close()
            self.store = self.files = self._opened(self.folder)
            self.start()

    def wait(self, seconds: float) -> None:
        self._made.move(seconds)

    def mend(self) -> None:
        self.tcp.close_after = None
        super().mend()

    def papers(self) -> list[SlipPaper]:
        with self.tcp._changed:  # the socket's thread prints meanwhile
            return super().papers()

    def close(self) -> None:
        self.files.close()

    def _opened(self, folder: Path) -> SqliteStore:
        return open_store(folder, "A", self._new_id, {})


class Kind(Enum):
    """What a printer answers to."""

    ALL = "GS ( H, GS r 1 and DLE EOT"
    IDS = "GS ( H"
    BARRIER = "GS r 1"
    STATUS = "DLE EOT"
    SILENT = "nothing"

    @property
    def level(self) -> Confirmation:
        """How sure its slips are."""
        sure = {Kind.ALL: Confirmation.PRINTED, Kind.IDS: Confirmation.PRINTED, Kind.BARRIER: Confirmation.PROCESSED}
        return sure.get(self, Confirmation.SENT)


def bought(kind: Kind, chance: random.Random) -> VirtualPrinter:
    """A printer of any speed, with a buffer of any size."""
    return VirtualPrinter(
        speed_mm_s=chance.choice([None, 40.0, 100.0, 250.0]),
        buffer_bytes=chance.choice([None, 256, 1024, 4096]),
        tells_status=kind in (Kind.ALL, Kind.STATUS),
        tells_barrier=kind in (Kind.ALL, Kind.BARRIER),
        tells_ids=kind in (Kind.ALL, Kind.IDS),
    )


FAULTS = {
    "well": 80,
    "paper ends": 4,
    "opened": 2,
    "jammed": 1,
    "jams at the cut": 1,
    "offline": 1,
    "stalled": 1,
    "breaks off": 4,
    "answers lost": 1,
    "noise": 3,
    "loses power": 2,
    "loses power in a slip": 2,
    "the clock is set": 2,
}
"""What happens to the printer or the machine before a patient comes, and how often."""


def morning(hall: TcpHall, chance: random.Random, slips: int) -> None:
    """Patients, each with what befalls them, until so many slips were asked for; then all is mended and checked."""
    asked = 0
    while asked < slips:
        _befalls(hall, chance.choices(list(FAULTS), list(FAULTS.values()))[0], chance)
        token = hall.come()
        _is_served(hall, chance)
        comes_again = chance.random() < 0.15
        if comes_again:
            hall.come_again(chance.choice(hall.tokens[-20:]))
            _is_served(hall, chance)
        asked += 1 + comes_again
        if chance.random() < 0.3:
            hall.leave(token)
        hall.wait(chance.choice([0.5, 2.0, 5.0, 20.0]))
        if chance.random() < 0.5:
            hall.mend()
        hall.check_paper()
    hall.settle()
    hall.check_states()


def _is_served(hall: TcpHall, chance: random.Random) -> None:
    hall.fuse.left = chance.randrange(12) if chance.random() < 0.08 else None
    hall.round()
    hall.fuse.left = None


def _befalls(hall: TcpHall, fault: str, chance: random.Random) -> None:
    device = hall.device
    match fault:
        case "breaks off":
            hall.tcp.close_after = chance.choice(HANG_UPS)
        case "loses power":
            with hall.tcp._changed:
                device.power_cycle()
        case "the clock is set":
            hall.set_clock(chance.choice(CLOCKS_S))
        case _:
            _fails(device, fault, chance)


def _fails(device: VirtualPrinter, fault: str, chance: random.Random) -> None:
    match fault:
        case "paper ends":
            device.rows_left = chance.randrange(100)
        case "opened":
            device.is_open = True
        case "jammed":
            device.is_jammed = True
        case "jams at the cut":
            device.jams_at_cut = True
        case "offline":
            device.is_offline = True
        case "stalled":
            device.is_stalled = True
        case "answers lost":
            device.spoil = lambda answer: b""
        case "noise":
            device.say(chance.randbytes(3))
        case "loses power in a slip":
            device.rows_to_power_cut = chance.randrange(1, 60)
