"""The spool against the virtual printer: faults, crashes and patients in any order, and no slip is ever missing."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from structlog.testing import capture_logs

from kiosk.model.token import SlipState
from tests.fake_store import FakeTokenStore
from tests.printing.spool_hall import CLOCKS_S, MemoryHall

PLACES = st.integers(0, 30)


class SpoolMachine(RuleBasedStateMachine):
    """One kiosk's morning."""

    def __init__(self) -> None:
        super().__init__()
        self.ending = ExitStack()
        self.ending.enter_context(capture_logs())
        self.hall = MemoryHall(FakeTokenStore(), Path(self.ending.enter_context(tempfile.TemporaryDirectory())))

    @initialize(status=st.booleans(), barrier=st.booleans(), ids=st.booleans())
    def a_printer_is_bought(self, status: bool, barrier: bool, ids: bool) -> None:
        device = self.hall.device
        device.tells_status, device.tells_barrier, device.tells_ids = status, barrier, ids

    # --- patients ----------------------------------------------------------------------------------------------------

    @rule()
    def a_patient_comes(self) -> None:
        self.hall.come()

    @rule(wait_s=st.sampled_from([0.0, 0.6, 2.0]))
    def a_patient_is_served(self, wait_s: float) -> None:
        self.hall.come()
        self.hall.wait(wait_s)
        self.hall.round()

    @rule(steps=st.integers(0, 12))
    def the_program_dies_while_a_patient_is_served(self, steps: int) -> None:
        self.hall.come()
        self.the_program_dies_while_it_works(steps)

    @precondition(lambda self: self.hall.tokens)
    @rule(place=PLACES)
    def a_patient_comes_again(self, place: int) -> None:
        self.hall.come_again(self.hall.tokens[place % len(self.hall.tokens)])

    @precondition(lambda self: self.hall.tokens)
    @rule(place=PLACES)
    def a_patient_leaves(self, place: int) -> None:
        self.hall.leave(self.hall.tokens[place % len(self.hall.tokens)])

    @rule(place=PLACES)
    def the_desk_deals_with_a_slip(self, place: int) -> None:
        if slips := self.hall.open_slips():
            slip = slips[place % len(slips)]
            self.hall.store.slip_moved(slip.job_id, SlipState.RESOLVED, self.hall.clock.now(), "READ_OUT")

    # --- the program -------------------------------------------------------------------------------------------------

    @rule()
    def the_spool_works(self) -> None:
        self.hall.round()

    @rule(steps=st.integers(0, 12))
    def the_program_dies_while_it_works(self, steps: int) -> None:
        self.hall.fuse.left = steps
        self.hall.round()
        self.hall.fuse.left = None

    @rule()
    def the_program_is_started_anew(self) -> None:
        self.hall.start()

    @rule(seconds=st.sampled_from([0.1, 0.6, 2.0, 5.0, 20.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.hall.wait(seconds)

    @rule(seconds=st.sampled_from(CLOCKS_S))
    def somebody_sets_the_clock(self, seconds: float) -> None:
        self.hall.set_clock(seconds)

    # --- the printer -------------------------------------------------------------------------------------------------

    @rule(rows=st.integers(0, 120))
    def paper_ends_after_some_rows(self, rows: int) -> None:
        self.hall.device.rows_left = rows

    @rule(fault=st.sampled_from(["is_open", "is_jammed", "is_hot", "is_failed", "is_offline", "is_stalled"]))
    def it_fails(self, fault: str) -> None:
        setattr(self.hall.device, fault, True)

    @rule()
    def its_cutter_jams_at_the_next_cut(self) -> None:
        self.hall.device.jams_at_cut = True

    @rule(size=st.integers(0, 4000))
    def its_line_breaks_off(self, size: int) -> None:
        self.hall.link.hangs_up_after = size

    @rule()
    def it_is_unplugged(self) -> None:
        self.hall.link.is_there = False

    @rule()
    def its_answers_are_lost(self) -> None:
        self.hall.device.spoil = lambda answer: b""

    @rule(seconds=st.sampled_from([0.3, 1.0, 3.0, 8.0]))
    def its_answers_come_late(self, seconds: float) -> None:
        self.hall.device.answer_delay_s = seconds

    @rule(rows=st.integers(1, 60))
    def it_loses_power_in_a_slip(self, rows: int) -> None:
        self.hall.device.rows_to_power_cut = rows

    @rule(noise=st.binary(min_size=1, max_size=6))
    def it_says_what_nobody_asked(self, noise: bytes) -> None:
        self.hall.device.say(noise)

    @rule()
    def it_loses_power(self) -> None:
        self.hall.device.power_cycle()

    @rule()
    def somebody_mends_it(self) -> None:
        self.hall.mend()

    # --- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def no_slip_is_on_paper_twice_without_another_mark(self) -> None:
        self.hall.check_paper()

    def teardown(self) -> None:
        try:
            self.hall.settle()
            self.hall.check_states()
        finally:
            self.ending.close()


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(max_examples=120, stateful_step_count=40)
