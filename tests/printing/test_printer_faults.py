"""A printer through faults in any order: what it told is true on paper, and once all is mended it prints again."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kiosk.errors import PrinterError
from kiosk.model.printer import PROBLEMS, Confirmation, process_id
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.probe import Memory
from tests.escpos_device import VirtualPrinter
from tests.escpos_memory import MemoryTransport, VirtualClock

ROWS, WIDTH = 90, 48
LONGEST_S = 30.0
"""For a slip whatever happens, on the printer's clock."""
LOOK_S = 6.0
"""For a look; most of it to end a slip that was broken off, and to meet a printer for the first time."""
FLAGS = ("is_open", "is_jammed", "is_hot", "is_failed", "is_offline", "is_stalled", "jams_at_cut")


def slip_bytes_of(number: int) -> bytes:
    """Two pictures and a cut; the rows hold the number, so that each slip on paper can be told from the others."""
    row = number.to_bytes(4, "big").replace(b"\x10", b"\x90") + b"\x55" * (WIDTH - 4)
    picture = b"\x1dv0\x00" + bytes((WIDTH, 0, ROWS // 2, 0)) + row * (ROWS // 2)
    return b"\x1b@" + 2 * picture + b"\x1bd\x01\x1dVB\x00"


class FaultyPrinter(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.device = VirtualPrinter(self.clock, speed_mm_s=100.0)
        self.link = MemoryTransport(self.device, self.clock)
        self.number = 0
        self.printer = self.restarted()

    def restarted(self) -> EscPosPrinter:
        memory = self.printer.memory if hasattr(self, "printer") else Memory()
        return EscPosPrinter("faulty", SlipPainter(384), self.link, memory, monotonic=self.clock)

    # --- what happens to it -------------------------------------------------------------------------------------------

    @rule(
        tells=st.tuples(st.booleans(), st.booleans(), st.booleans()),
        buffer_bytes=st.sampled_from([None, 512, 4096]),
        in_pictures=st.booleans(),
    )
    @precondition(lambda self: self.number == 0 and self.printer.capabilities() is None)
    def is_of_a_kind(self, tells: tuple[bool, bool, bool], buffer_bytes: int | None, in_pictures: bool) -> None:
        self.device.tells_status, self.device.tells_barrier, self.device.tells_ids = tells
        self.device.buffer_bytes, self.device.obeys_in_pictures = buffer_bytes, in_pictures

    @rule(flag=st.sampled_from(FLAGS), on=st.sampled_from([True, False, False, False]))
    def turns(self, flag: str, on: bool) -> None:
        setattr(self.device, flag, on)

    @rule(rows=st.none() | st.integers(0, 2 * ROWS))
    def has_paper_for(self, rows: int | None) -> None:
        self.device.load_paper(rows)

    @rule(there=st.sampled_from([True, True, False]))
    def is_plugged_in(self, there: bool) -> None:
        self.link.is_there = there
        if there:
            self.device.power_cycle()

    @rule(lost=st.sets(st.integers(0, 12)))
    def loses_answers(self, lost: set[int]) -> None:
        self.device.spoil = _losing(lost)

    @rule(noise=st.binary(max_size=8).filter(lambda noise: b"\x37" not in noise))
    def says_unasked(self, noise: bytes) -> None:
        self.device.say(noise)

    @rule(delay_s=st.sampled_from([0.0, 0.05, 0.3, 0.5, 1.5]))
    def answers_late(self, delay_s: float) -> None:
        self.device.answer_delay_s = delay_s

    @rule(pause_s=st.floats(0, 30))
    def waits(self, pause_s: float) -> None:
        self.clock.pass_until(self.clock() + pause_s)
        self.device.run()

    @rule()
    def restarts(self) -> None:
        self.printer = self.restarted()

    # --- what is asked of it ------------------------------------------------------------------------------------------

    @rule()
    def looks(self) -> None:
        began = self.clock()
        status = self.printer.status()
        assert self.clock() - began <= LOOK_S
        assert set(status.problems) <= set(PROBLEMS)

    @rule(size=st.integers(1, ROWS * WIDTH + 100))
    def prints_until_it_hangs_up(self, size: int) -> None:
        self.link.hangs_up_after = size
        self.prints()
        self.link.hangs_up_after = None

    @rule(rows=st.integers(0, ROWS))
    def prints_until_the_paper_ends(self, rows: int) -> None:
        self.device.load_paper(rows)
        self.prints()
        self.device.load_paper()

    @rule(speed_mm_s=st.sampled_from([0.5, 2.0, 100.0]))
    def prints_at(self, speed_mm_s: float) -> None:
        self.device.speed_mm_s = speed_mm_s
        self.prints()

    @rule()
    def prints(self) -> None:
        self.number += 1
        began, outcome = self.clock(), self.outcome()
        if outcome is None:
            assert self.inked() == 0, "nothing of it may be on paper, nor come there"
        elif isinstance(outcome, Confirmation):
            self.assert_true(outcome)
        assert self.clock() - began <= LONGEST_S

    @rule()
    def is_mended(self) -> None:
        """From here on nothing is wrong: the next slip must come out, whole and on a paper of its own."""
        for flag in FLAGS:
            setattr(self.device, flag, False)
        self.link.is_there, self.device.speed_mm_s = True, 100.0
        self.device.spoil, self.device.answer_delay_s = _faithful, 0.0
        self.device.load_paper()
        self.waits(200)
        self.printer.status()
        self.waits(30)
        self.number += 1
        self.printer.print_bytes(slip_bytes_of(self.number), ROWS / 8, str(self.number))
        self.waits(30)
        assert self.whole(self.number) == 1

    @invariant()
    def gets_no_byte_that_we_do_not_mean(self) -> None:
        assert self.device.errors == []

    @invariant()
    def prints_no_slip_twice(self) -> None:
        assert all(self.whole(number) <= 1 for number in range(1, self.number + 1))

    def outcome(self) -> Confirmation | str | None:
        """How sure it is; a code where it is in doubt; None where nothing was sent."""
        try:
            return self.printer.print_bytes(slip_bytes_of(self.number), ROWS / 8, str(self.number)).confirmation
        except PrinterError as error:
            return error.code if error.sent else None

    def assert_true(self, confirmation: Confirmation) -> None:
        if confirmation is Confirmation.PRINTED:
            assert process_id(str(self.number)) in self.device.finished
        if confirmation is not Confirmation.SENT:
            assert self.whole(self.number) == 1

    def whole(self, number: int) -> int:
        """How many whole slips of this number there are."""
        rows = [number.to_bytes(4, "big").replace(b"\x10", b"\x90")] * ROWS
        return sum([row.raw[:4] for row in slip.rows] == rows for slip in self.device.slips)

    def inked(self) -> int:
        """Rows on paper or on their way to it that show this number."""
        mark = self.number.to_bytes(4, "big").replace(b"\x10", b"\x90")
        return sum(row.raw[:4] == mark for row in self.device.rows())


def _losing(lost: set[int]) -> Callable[[bytes], bytes]:
    count = iter(range(1 << 30))
    return lambda answer: b"" if next(count) in lost else answer


def _faithful(answer: bytes) -> bytes:
    return answer


TestFaultyPrinter = FaultyPrinter.TestCase
TestFaultyPrinter.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
