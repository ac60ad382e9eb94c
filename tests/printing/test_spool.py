"""The spool's promises: each slip once, doubt where there is doubt, patience while the patient is there."""

from dataclasses import replace
from typing import cast

import pytest

from kiosk.errors import PrinterError, StoreError
from kiosk.model.printer import Confirmation, process_id
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.ports import TokenStore
from kiosk.printing.spool import Spool
from tests.printing.fakes import STALLED, UNREACHABLE, HandClock, JobStore, Listener, ScriptedPrinter


class Rig:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.store = JobStore(self.clock)
        self.printer = ScriptedPrinter()
        self.listener = Listener()
        self.spool = self.restarted()

    def restarted(self) -> Spool:
        return Spool(cast("TokenStore", self.store), self.printer, SAMPLE_FACILITY, self.clock, self.listener)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_due_slips_are_printed_once_and_told(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.queue("b", copy=1)
    assert rig.spool.print_due() == 2
    assert rig.spool.print_due() == 0
    assert [slip.token_id for slip in rig.printer.slips] == ["token-a", "token-b"]
    assert rig.printer.slips[0].duplicate == ""
    assert rig.printer.slips[1].duplicate.startswith("DUPLICATE 1")
    assert rig.listener.heard == [
        (job_id, state, "") for job_id in ("a", "b") for state in (SlipState.SENDING, SlipState.PRINTED)
    ]


def test_slip_is_marked_sending_before_a_byte_leaves(rig: Rig) -> None:
    rig.store.queue("a")
    seen: list[SlipState] = []
    rig.printer.during = lambda: seen.append(rig.store.jobs["a"].state)
    rig.spool.print_due()
    assert seen == [SlipState.SENDING]


def test_nothing_sent_waits_in_the_queue_and_is_retried_with_growing_pauses(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = UNREACHABLE
    pauses = []
    for _ in range(5):
        rig.spool.print_due()
        rig.spool.print_due()  # the pause holds: no attempt
        pause_s = rig.spool.next_attempt_s()
        assert pause_s
        pauses.append(pause_s)
        rig.clock.passed_s += pause_s
    assert rig.printer.attempts == 5
    assert pauses == [0.5, 1.0, 2.0, 4.0, 4.0]
    assert rig.store.jobs["a"].state is SlipState.QUEUED
    assert rig.listener.heard[-1] == ("a", SlipState.QUEUED, "PRINTER_UNREACHABLE")
    rig.printer.fails = None
    assert rig.spool.print_due() == 1
    assert rig.spool.next_attempt_s() is None


def test_a_printer_that_takes_nothing_is_tried_once_a_round_not_once_a_slip(rig: Rig) -> None:
    for name in "abc":
        rig.store.queue(name)
    rig.printer.fails = UNREACHABLE
    rig.spool.print_due()
    assert rig.printer.attempts == 1


def test_a_slip_that_is_too_long_for_its_line_is_told_at_once_and_holds_nobody_up(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = PrinterError("21,000 bytes", code="PRINTER_SLOW")
    rig.spool.print_due()
    assert (rig.store.states(), rig.store.causes) == ({"a": SlipState.FAILED}, {"a": "PRINTER_SLOW"})
    assert rig.spool.next_attempt_s() is None
    rig.printer.fails = None
    rig.store.queue("b")
    rig.clock.passed_s += 0.5
    assert rig.spool.print_due() == 1


def test_when_the_patient_has_gone_every_unprinted_slip_fails_with_the_cause(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.queue("b")
    rig.printer.fails = UNREACHABLE
    rig.spool.print_due()
    rig.clock.passed_s += 61
    rig.printer.fails = None
    assert rig.spool.print_due() == 0
    assert rig.store.states() == {"a": SlipState.FAILED, "b": SlipState.FAILED}
    assert set(rig.store.causes.values()) == {"PRINTER_UNREACHABLE"}


def test_nobody_waits_for_a_slip_that_will_be_asked_for_in_four_hours(rig: Rig) -> None:
    """The machine came up after a power cut with its clock in the past."""
    rig.store.queue("a")
    rig.clock.passed_s -= 4 * 3600
    restarted = rig.restarted()
    restarted.recover()
    assert restarted.print_due() == 0
    assert rig.store.states() == {"a": SlipState.FAILED}
    assert rig.printer.attempts == 0


def test_patients_get_their_slips_though_the_program_began_with_its_clock_ahead(rig: Rig) -> None:
    rig.clock.wrong_s = 5.5 * 3600
    rig.spool = rig.restarted()
    rig.spool.recover()
    rig.clock.passed_s += 20
    rig.clock.wrong_s = 0.0
    rig.store.queue("a")
    assert rig.spool.print_due() == 1


def test_patients_get_their_slips_while_the_store_holds_its_time(rig: Rig) -> None:
    """The clock was set back by four minutes: what is written is still told as of before."""
    rig.spool.recover()
    rig.clock.wrong_s = 240.0
    rig.store.queue("a")
    rig.clock.wrong_s = 0.0
    assert rig.spool.print_due() == 1


def test_presence_that_runs_out_during_an_attempt_fails_at_once(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = UNREACHABLE

    def sixty_one_seconds() -> None:
        rig.clock.passed_s += 61

    rig.printer.during = sixty_one_seconds
    rig.spool.print_due()
    assert rig.store.states() == {"a": SlipState.FAILED}


def test_bytes_that_left_put_the_slip_in_doubt_and_it_is_not_sent_again(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = STALLED
    rig.spool.print_due()
    rig.printer.fails = None
    rig.clock.passed_s += 10
    assert rig.spool.print_due() == 0
    assert rig.store.states() == {"a": SlipState.IN_DOUBT}
    assert rig.store.causes == {"a": "PRINTER_STALLED"}
    assert rig.printer.attempts == 1


def test_old_slips_are_not_printed_unattended_after_a_restart(rig: Rig) -> None:
    rig.store.queue("a")
    rig.clock.passed_s += 61
    assert rig.restarted().print_due() == 0
    assert rig.printer.attempts == 0


def test_a_restart_puts_interrupted_slips_in_doubt_and_prints_none_from_before(rig: Rig) -> None:
    """Who still stood there the program before it knew: whoever does scans again."""
    rig.store.queue("a")
    rig.store.queue("b")
    rig.store.slip_moved("a", SlipState.SENDING, rig.clock.now())
    rig.clock.passed_s += 0.5
    spool = rig.restarted()
    assert spool.recover() == 1
    assert spool.print_due() == 0
    assert rig.store.states() == {"a": SlipState.IN_DOUBT, "b": SlipState.FAILED}
    assert rig.store.causes == {"a": "INTERRUPTED", "b": "PATIENT_GONE"}
    rig.store.queue("c")
    assert spool.print_due() == 1


def test_a_store_that_failed_for_a_moment_sends_nobody_away(rig: Rig) -> None:
    rig.store.queue("a")
    rig.clock.passed_s += 5
    rig.spool.recover()
    assert rig.spool.print_due() == 1


def test_store_that_fails_after_printing_leaves_doubt_not_a_second_slip(rig: Rig) -> None:
    rig.store.queue("a")

    rig.printer.during = lambda: rig.store.fails.append(StoreError("disk full", code="STORE_FULL"))
    with pytest.raises(StoreError):
        rig.spool.print_due()
    rig.printer.during = lambda: None
    rig.spool.recover()
    assert rig.spool.print_due() == 0
    assert rig.store.states() == {"a": SlipState.IN_DOUBT}
    assert len(rig.printer.slips) == 1


def test_a_bug_while_printing_is_raised_with_the_slip_in_doubt(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        rig.spool.print_due()
    assert rig.store.states() == {"a": SlipState.IN_DOUBT}


def test_a_slip_that_a_reprint_replaced_is_neither_printed_nor_failed(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = UNREACHABLE
    rig.spool.print_due()
    rig.store.slip_moved("a", SlipState.FAILED, rig.clock.now(), "SUPERSEDED")
    rig.store.queue("b", copy=1)
    rig.printer.fails = None
    rig.clock.passed_s += 1
    assert rig.spool.print_due() == 1
    assert rig.store.causes["a"] == "SUPERSEDED"


def test_a_slip_replaced_between_look_and_send_is_left_alone(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.queue("b")
    rig.printer.during = lambda: rig.store.slip_moved("b", SlipState.FAILED, rig.clock.now(), "SUPERSEDED")
    assert rig.spool.print_due() == 1
    assert rig.store.causes["b"] == "SUPERSEDED"


def test_a_slip_without_a_token_fails_and_does_not_block_the_next(rig: Rig) -> None:
    rig.store.queue("unknown")
    rig.store.queue("b")
    assert rig.spool.print_due() == 1
    assert rig.store.states() == {"unknown": SlipState.FAILED, "b": SlipState.PRINTED}


def test_stopping_leaves_the_rest_queued(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.queue("b")
    assert rig.spool.print_due(lambda: rig.printer.attempts > 0) == 1
    assert rig.store.states() == {"a": SlipState.PRINTED, "b": SlipState.QUEUED}


def test_how_sure_a_slip_is_goes_with_its_outcome(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.confirmation = Confirmation.PROCESSED
    rig.spool.print_due()
    assert rig.store.remarks["a"] == {"confirmation": "processed"}


def test_what_the_printer_still_tells_as_printed_is_in_no_doubt_after_a_crash(rig: Rig) -> None:
    for name in "ab":
        rig.store.queue(name)
        rig.store.slip_moved(name, SlipState.SENDING, rig.clock.now())
    rig.printer.finished = frozenset({process_id("a")})
    assert rig.restarted().recover() == 1
    assert rig.store.states() == {"a": SlipState.PRINTED, "b": SlipState.IN_DOUBT}
    assert rig.store.remarks["a"] == {"confirmation": "printed"}
    assert rig.listener.heard == [("a", SlipState.PRINTED, ""), ("b", SlipState.IN_DOUBT, "INTERRUPTED")]


def test_a_slip_in_doubt_that_the_printer_tells_of_after_all_is_printed(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = STALLED
    rig.spool.print_due()
    rig.spool.look()
    assert rig.store.states() == {"a": SlipState.IN_DOUBT}
    rig.printer.finished = frozenset({process_id("a")})
    rig.spool.look()
    rig.spool.look()
    assert rig.store.remarks["a"] == {"confirmation": "printed"}
    assert [state for _, state, _ in rig.listener.heard] == [SlipState.SENDING, SlipState.IN_DOUBT, SlipState.PRINTED]


def test_one_that_was_interrupted_may_be_told_of_late_too(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.slip_moved("a", SlipState.SENDING, rig.clock.now())
    rig.spool.recover()
    rig.printer.finished = frozenset({process_id("a")})
    rig.spool.look()
    assert rig.store.states() == {"a": SlipState.PRINTED}


def test_a_slip_that_a_human_or_a_copy_has_dealt_with_stays_so(rig: Rig) -> None:
    rig.printer.fails = STALLED
    for name in "ab":
        rig.store.queue(name)
        rig.spool.print_due()
        rig.clock.passed_s += 5
    rig.store.slip_moved("a", SlipState.RESOLVED, rig.clock.now(), "READ_OUT")
    rig.store.jobs["c"] = replace(rig.store.queue("c", copy=1), token_id="token-b", state=SlipState.FAILED)
    rig.printer.finished = frozenset({process_id("a"), process_id("b")})
    rig.spool.look()
    assert rig.store.states() == {"a": SlipState.RESOLVED, "b": SlipState.IN_DOUBT, "c": SlipState.FAILED}


def test_a_slip_whose_patient_has_left_is_never_printed(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = UNREACHABLE
    rig.spool.print_due()
    rig.clock.passed_s += 1
    rig.spool.patient_left("token-a")
    rig.printer.fails = None
    rig.clock.passed_s += 3
    assert rig.spool.print_due() == 0
    assert rig.store.states() == {"a": SlipState.FAILED}
    assert rig.store.causes == {"a": "PRINTER_UNREACHABLE"}


def test_who_waited_too_long_while_others_were_served_gets_no_slip_unattended(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.queue("b")

    def slowly() -> None:
        rig.clock.passed_s += 61

    rig.printer.during = slowly
    assert rig.spool.print_due() == 1
    assert rig.spool.print_due() == 0
    assert rig.store.states() == {"a": SlipState.PRINTED, "b": SlipState.FAILED}


def test_a_patient_who_leaves_while_the_slip_is_refused_gets_none_later(rig: Rig) -> None:
    rig.store.queue("a")
    rig.printer.fails = UNREACHABLE

    def leave_late() -> None:
        rig.clock.passed_s += 15
        rig.spool.patient_left("token-a")

    rig.printer.during = leave_late
    rig.spool.print_due()
    assert rig.store.states() == {"a": SlipState.FAILED}


def test_a_finger_faster_than_the_printer_gets_its_slip(rig: Rig) -> None:
    rig.store.queue("a")
    rig.spool.patient_left("token-a")
    rig.clock.passed_s += 2
    assert rig.spool.print_due() == 1


def test_who_has_left_and_scans_again_is_back(rig: Rig) -> None:
    rig.store.queue("a")
    rig.spool.patient_left("token-a")
    rig.clock.passed_s += 5
    rig.store.jobs["b"] = replace(rig.store.queue("b", copy=1), token_id="token-a")
    assert rig.spool.print_due() == 1
    assert rig.store.states() == {"a": SlipState.FAILED, "b": SlipState.PRINTED}
    assert rig.store.causes["a"] == "PATIENT_GONE"


def test_what_another_program_has_queued_and_left_too_long_is_given_up_and_listed(rig: Rig) -> None:
    rig.spool.print_due()
    rig.store.queue("a")
    rig.clock.passed_s += 61
    assert rig.spool.print_due() == 0
    assert (rig.store.states(), rig.store.causes) == ({"a": SlipState.FAILED}, {"a": "PATIENT_GONE"})


def test_what_waits_when_nobody_goes_on_printing_fails_for_what_held_it_up(rig: Rig) -> None:
    rig.store.queue("a")
    rig.store.queue("b")
    rig.printer.fails = UNREACHABLE
    rig.spool.print_due()
    assert rig.spool.give_up_waiting() == 2
    assert set(rig.store.causes.values()) == {"PRINTER_UNREACHABLE"}
    assert set(rig.store.states().values()) == {SlipState.FAILED}
    assert rig.spool.next_attempt_s() is None
