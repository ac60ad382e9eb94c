"""A hall with a spool: patients, a printer that fails, a program that dies; and all that must hold of the paper."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

from kiosk.desk_ports import DeskStore
from kiosk.model.desk import OpenSlip
from kiosk.model.events import Json
from kiosk.model.printer import Confirmation, Printed
from kiosk.model.token import SlipState, Token
from kiosk.ports import NO_REMARKS, Clock, SlipJob, SlipPrinter
from kiosk.printing.attendance import PRESENCE, SETTLING
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.probe import Memory
from kiosk.printing.spool import Spool
from tests.contracts.acts import order
from tests.escpos_device import VirtualPrinter
from tests.escpos_memory import MemoryTransport, VirtualClock
from tests.escpos_paper import SlipPaper
from tests.model.samples import HOSPITAL, NINE, person
from tests.printing.slip_marks import Mark, MarkPainter, mark_of

LIMIT = 60
"""Copies of one slip; a mark has no room for more than 63."""

CLOCKS_S = (-120.0, -30.0, 0.0, 30.0, 120.0)
"""By how much the time of day may be wrong: a store holds its time for as much, and refuses more."""
_SURE = (Confirmation.PRINTED, Confirmation.PROCESSED)


class CrashError(BaseException):
    """The program dies here: nothing of ours may catch it."""


@dataclass
class Fuse:
    """Burns at each step of the spool, and lets the program die when it is burnt down; None never."""

    left: int | None = None

    def burn(self) -> None:
        if self.left is None:
            return
        if self.left == 0:
            self.left = None
            raise CrashError
        self.left -= 1


@dataclass
class HallClock:
    """The printer's clock in seconds, and the time of day that goes with it."""

    seconds: VirtualClock
    wrong_s: float = 0.0

    def now(self) -> datetime:
        return NINE + timedelta(seconds=self.seconds() - 1000.0 + self.wrong_s)

    def monotonic(self) -> float:
        return self.seconds()


class SetClock(Clock, Protocol):
    """The time of day is wrong by so much, and may be set; the seconds go on as before."""

    wrong_s: float


class FusedStore:
    """A store before and after whose every note of a slip the program may die."""

    def __init__(self, store: DeskStore, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def slip_moved(
        self, job_id: str, state: SlipState, now: datetime, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS
    ) -> None:
        self._fuse.burn()
        self._store.slip_moved(job_id, state, now, cause, remarks)
        self._fuse.burn()


class Hall:
    """Everything but the spool survives a crash.

    Attributes:
        asked_s, left_s: when each token's slip was wished for last, and its holder went away; ``began_s``: when the
            program was started. By the clock that nobody sets.
        marks: what is on paper, torn pieces included.
        slack: how long this machine may take from the spool's look at the time to ours.
    """

    slack_s = 0.001

    def __init__(self, store: DeskStore, folder: Path, clock: SetClock, device: VirtualPrinter) -> None:
        self.store, self.folder, self.clock, self.device = store, folder, clock, device
        self.fuse, self.was_set = Fuse(), False
        self.tokens: list[Token] = []
        self.asked_s: dict[str, float] = {}
        self.left_s: dict[str, float] = {}
        self.marks: Counter[Mark] = Counter()
        self.start()

    def printer(self) -> SlipPrinter:
        """As a program that has just begun opens it."""
        raise NotImplementedError

    def wait(self, seconds: float) -> None:
        raise NotImplementedError

    # --- what happens -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The program is started anew; its first round recovers. Nobody knows who still stands there: all have left."""
        self.wait(0.1)
        self.began_s = self.clock.monotonic()
        store = cast("DeskStore", FusedStore(self.store, self.fuse))
        self.spool = Spool(store, self.printer(), HOSPITAL, self.clock, self._moved)
        self.recovered = False

    def round(self) -> None:
        """One round of the spool's thread; where the program dies it is started again."""
        try:
            self.work()
        except CrashError:
            self.start()

    def work(self) -> None:
        if not self.recovered:
            self.spool.recover()
            self.recovered = True
        if not self.spool.print_due() and self.spool.next_attempt_s() is None:
            self.spool.look()

    def come(self) -> Token:
        """The next patient checks in."""
        issued = self.store.issue(order(person(len(self.tokens) + 1), now=self.clock.now()))
        self.tokens.append(issued.token)
        self.asked_s[issued.token.token_id] = self.clock.monotonic()
        self._is_seen()
        return issued.token

    def come_again(self, token: Token) -> None:
        """The same patient scans once more."""
        self.left_s.pop(token.token_id, None)
        self.asked_s[token.token_id] = self.clock.monotonic()
        self.store.reprint(token.token_id, "hi", self.clock.now(), LIMIT)
        self._is_seen()

    def set_clock(self, wrong_s: float) -> None:
        self.round()
        self.clock.wrong_s, self.was_set = wrong_s, True

    def _is_seen(self) -> None:
        """The spool's thread looks each second. With a clock that was set only a first look that is early is right."""
        if self.was_set:
            self.round()

    def leave(self, token: Token) -> None:
        self.left_s[token.token_id] = self.clock.monotonic()
        self.spool.patient_left(token.token_id)

    def mend(self) -> None:
        """Somebody looks after the printer."""
        device = self.device
        device.is_open = device.is_jammed = device.is_hot = device.is_failed = device.is_offline = False
        device.is_stalled = device.jams_at_cut = False
        device.answer_delay_s = 0.0
        device.spoil = lambda answer: answer
        device.load_paper()

    def settle(self) -> None:
        """All is mended, the program runs, and a minute passes."""
        self.mend()
        self.fuse.left = None
        self.start()
        for _ in range(20):
            self.round()
            self.wait(5)

    # --- what must hold -----------------------------------------------------------------------------------------------

    def _moved(self, job: SlipJob, state: SlipState, _cause: str) -> None:
        """No slip begins for somebody who has gone."""
        if state is SlipState.SENDING:
            asked_s = self.asked_s[job.token_id]
            age = timedelta(seconds=self.clock.monotonic() - asked_s - self.slack_s)
            assert asked_s >= self.began_s, "a slip for nobody: it was asked for before the restart"
            gone = job.token_id in self.left_s and age > SETTLING
            assert age <= PRESENCE, "a slip for nobody: its patient waited too long"
            assert not gone, "a slip for nobody: its patient has left"

    def check_paper(self) -> None:
        """No slip twice without another DUPLICATE mark; and no command that printers do not know."""
        assert self.device.errors == [], self.device.errors
        for mark in filter(None, map(mark_of, self.papers())):
            self.marks[mark] += 1
            assert self.marks[mark] == 1, f"{mark} is on paper twice"

    def papers(self) -> list[SlipPaper]:
        """Take away what has come out since the last time."""
        papers = [*self.device.slips, *self.device.torn]
        self.device.slips.clear()
        self.device.torn.clear()
        return papers

    def check_states(self) -> None:
        """Nothing waits for ever, nothing is missing, and what is told as printed is on paper."""
        self.check_paper()
        assert not self.store.interrupted_slips()
        assert not self.store.due_slips(NINE - timedelta(days=1))
        listed = {slip.token_id for slip in self.open_slips()}
        for token in map(self._now, self.tokens):
            if token.slip in (SlipState.FAILED, SlipState.IN_DOUBT):
                assert token.token_id in listed, f"{token.label} is {token.slip} and nobody is told"
            else:
                assert token.slip in (SlipState.PRINTED, SlipState.RESOLVED), token.slip
        for mark in self._told_as_printed():
            assert self.marks[mark] == 1, f"{mark} is told as printed and is not on paper"

    def open_slips(self) -> list[OpenSlip]:
        return list(self.store.open_slips(HOSPITAL.service_day(NINE)))

    def _now(self, token: Token) -> Token:
        now = self.store.token(token.token_id)
        assert now is not None
        return now

    def _told_as_printed(self) -> Iterator[Mark]:
        for token in self.tokens:
            for event in self.store.history(token.token_id):
                copy = event.body.get("copy")
                if event.body.get("confirmation") in _SURE and isinstance(copy, int):
                    yield Mark(token.number, copy)


class _WatchedPrinter(EscPosPrinter):
    """No slip is told as out on the mere word that it was sent, where nothing but a confirmation would tell."""

    def print_bytes(self, data: bytes, millimetres: float, job_id: str = "") -> Printed:
        printed = super().print_bytes(data, millimetres, job_id)
        able = self.capabilities()
        assert able is not None
        is_sure = printed.confirmation in _SURE or able.status
        assert is_sure or able.confirmation not in _SURE, "told as out though its confirmation never came"
        return printed


class MemoryHall(Hall):
    """No files, no sockets, and time that passes when somebody waits."""

    def __init__(self, store: DeskStore, folder: Path) -> None:
        self.seconds = VirtualClock()
        device = VirtualPrinter(self.seconds, speed_mm_s=20.0)
        self.link = MemoryTransport(device, self.seconds)
        super().__init__(store, folder, HallClock(self.seconds), device)
        self.link.before_write = self.fuse.burn

    def printer(self) -> SlipPrinter:
        painter = cast("SlipPainter", MarkPainter())
        return _WatchedPrinter("hall", painter, self.link, Memory(self.folder), monotonic=self.seconds)

    def wait(self, seconds: float) -> None:
        self.seconds.pass_until(self.seconds() + seconds)
        self.device.run()

    def mend(self) -> None:
        super().mend()
        self.link.is_there, self.link.hangs_up_after = True, None
