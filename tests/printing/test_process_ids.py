"""Ids that tell which slip is out: lost, garbled, late, or left from before a restart."""

import pytest

from kiosk.model.printer import Confirmation, process_id
from tests.printing.printer_rig import rig_of


def test_an_id_that_is_lost_leaves_the_slip_sent() -> None:
    rig = rig_of()
    rig.print()
    rig.device.spoil = lambda answer: b"" if answer.startswith(b"\x37") else answer
    assert rig.print("two") is Confirmation.SENT


def test_a_garbled_id_confirms_nothing() -> None:
    rig = rig_of()
    rig.print()
    rig.device.spoil = lambda answer: b"\x37\x22abcd\x00" if answer.startswith(b"\x37") else answer
    assert rig.print("two") is Confirmation.SENT


def test_an_id_that_comes_late_is_known_at_the_next_look() -> None:
    rig = rig_of()
    rig.print("one")
    rig.device.answer_delay_s = 0.0
    rig.device.spoil = lambda answer: b"" if answer.startswith(b"\x37") else answer
    assert rig.print("two") is Confirmation.SENT
    assert process_id("two") not in rig.printer.finished_ids()
    rig.device.spoil = lambda answer: answer
    rig.device.say(b"\x37\x22" + process_id("two").encode() + b"\x00")
    rig.printer.status()
    assert process_id("two") in rig.printer.finished_ids()


def test_an_id_that_waits_since_before_a_restart_is_read_first() -> None:
    rig = rig_of()
    rig.device.say(b"\x37\x22" + process_id("before").encode() + b"\x00")
    assert rig.printer.finished_ids() == {process_id("before")}


@pytest.mark.parametrize("breaks_off", [False, True])
def test_an_id_that_is_on_its_way_at_a_restart_is_waited_for(breaks_off: bool) -> None:
    rig = rig_of()
    rig.device.answer_delay_s = 1.5
    rig.device.say(b"\x37\x22" + process_id("before").encode() + b"\x00")
    rig.link.gone_at_s = rig.clock() + 1.7 if breaks_off else None
    assert rig.printer.finished_ids() == {process_id("before")}


def test_a_printer_that_tells_no_ids_is_not_waited_for() -> None:
    rig = rig_of(tells_ids=False)
    rig.print()
    began = rig.clock()
    assert rig.printer.finished_ids() == frozenset()
    assert rig.clock() == began


def test_a_printer_that_is_gone_tells_no_ids() -> None:
    rig = rig_of()
    rig.link.is_there = False
    assert rig.printer.finished_ids() == frozenset()
