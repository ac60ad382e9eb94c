"""Barriers that a printer owes, and answers that come to none or two questions."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.model.printer import Confirmation, PrinterStatus
from kiosk.printing.looking import ANOTHER
from kiosk.printing.probe import Capabilities, Memory
from tests.printing.printer_rig import SLIP_MM, rig_of


def test_a_barrier_that_is_owed_for_one_slip_does_not_count_for_the_next() -> None:
    rig = rig_of(tells_ids=False)
    rig.print()
    rig.device.speed_mm_s = 1.0
    assert rig.print("slow") is Confirmation.SENT  # its barrier comes when the next is on its way
    assert len(rig.device.slips) == 1
    assert rig.print("next") is Confirmation.SENT
    rig.device.speed_mm_s = 100.0
    rig.clock.pass_until(rig.clock() + 60)
    rig.device.run()
    assert rig.print("last") is Confirmation.PROCESSED
    assert len(rig.device.slips) == 4


@pytest.mark.parametrize("ids", [True, False])
def test_a_printer_that_tells_nothing_but_confirmations_leaves_a_torn_slip_in_doubt(ids: bool) -> None:
    rig = rig_of(tells_status=False, tells_ids=ids)
    rig.print()
    rig.device.load_paper(60)
    assert rig.failure("two") == ("PRINTER_STALLED", True)
    assert rig.outcome("three") == "PRINTER_STALLED"
    rig.device.load_paper()
    rig.clock.pass_until(rig.clock() + 60)
    rig.device.run()
    assert rig.print("four") is (Confirmation.PRINTED if ids else Confirmation.PROCESSED)


def test_a_printer_that_owes_a_barrier_and_cannot_be_asked_gets_no_slip() -> None:
    rig = rig_of(tells_status=False, tells_ids=False)
    rig.print()
    rig.device.load_paper(60)
    assert rig.failure("two") == ("PRINTER_STALLED", True)
    assert rig.failure("three") == ("PRINTER_STALLED", False)
    rig.device.load_paper()
    assert rig.print("four") is Confirmation.PROCESSED
    assert [slip.image.height for slip in rig.device.slips] == [128, 128, 128]


def test_noise_from_before_a_slip_is_not_its_barrier() -> None:
    rig = rig_of(tells_status=False, tells_ids=False)
    rig.print()
    rig.device.say(b"\x00")
    rig.device.load_paper(60)
    assert rig.failure("two") == ("PRINTER_STALLED", True)


@pytest.mark.parametrize("noise", [b"\x00", b"\x05\x0b\x00"])
def test_noise_while_a_slip_is_printed_is_not_its_barrier(noise: bytes) -> None:
    rig = rig_of(tells_status=False, tells_ids=False)
    rig.print()
    rig.device.load_paper(60)
    rig.device.answer_delay_s = 0.3
    rig.device.say(noise)
    assert rig.failure("two") == ("PRINTER_STALLED", True)


@pytest.mark.parametrize("ids", [True, False])
def test_a_printer_that_only_confirms_is_known_to_stand_still_before_a_scan(ids: bool) -> None:
    rig = rig_of(tells_status=False, tells_barrier=not ids, tells_ids=ids)
    rig.print("one")
    rig.device.load_paper(0)
    assert rig.printer.status().problems == ("PRINTER_STALLED",)
    assert rig.failure("two") == ("PRINTER_STALLED", False)
    rig.device.load_paper()
    assert rig.printer.status() == PrinterStatus(answered=True)


@pytest.mark.parametrize("ids", [True, False])
def test_a_clone_in_the_place_of_a_printer_that_only_confirmed_is_found_out_by_a_print_test(
    tmp_path: Path, ids: bool
) -> None:
    rig = rig_of(tmp_path, tells_status=False, tells_barrier=not ids, tells_ids=ids)
    rig.print("one")
    rig.device.tells_barrier = rig.device.tells_ids = False
    assert {rig.printer.status().problems for _ in range(3 * ANOTHER)} == {("PRINTER_STALLED",)}
    assert rig.outcome("two") == "PRINTER_STALLED"
    rig.printer.probe()
    assert rig.print("three") is Confirmation.SENT
    assert rig.printer.capabilities() == Memory(tmp_path).read("memory") == Capabilities()
    assert rig.printer.status().ready


@pytest.mark.parametrize("buffer_bytes", [1 << 12, 1 << 16, 1 << 19, None])
@pytest.mark.parametrize("ids", [True, False])
def test_a_printer_without_paper_is_never_taken_for_a_clone(ids: bool, buffer_bytes: int | None) -> None:
    rig = rig_of(tells_status=False, tells_barrier=not ids, tells_ids=ids, buffer_bytes=buffer_bytes)
    rig.print("one")
    rig.device.load_paper(0)
    assert {rig.printer.status().problems for _ in range(3 * ANOTHER)} == {("PRINTER_STALLED",)}
    assert [rig.outcome("two") for _ in range(ANOTHER)] == ["PRINTER_STALLED"] * ANOTHER
    rig.device.load_paper()
    assert rig.print("three") is (Confirmation.PRINTED if ids else Confirmation.PROCESSED)
    assert len(rig.device.slips) == 2


def test_an_answer_to_an_earlier_question_does_not_tell_that_there_is_paper_now() -> None:
    rig = rig_of(tells_status=False, tells_barrier=False, tells_ids=True)
    rig.print("one")
    rig.device.load_paper(0)
    rig.device.say(b"\x37\x22Set?\x00")
    assert rig.printer.status().problems == ("PRINTER_STALLED",)


def test_a_barrier_that_comes_just_when_the_next_slip_is_on_its_way_counts_for_neither() -> None:
    rig = rig_of(tells_ids=False)
    rig.print()
    rig.device.speed_mm_s = 1.0
    ready_s = rig.clock() + SLIP_MM / 1.0
    assert rig.print("slow") is Confirmation.SENT
    rig.clock.pass_until(ready_s - 0.5)
    assert rig.print("next") is Confirmation.SENT
    assert len(rig.device.slips) == 2


def test_a_printer_that_falls_silent_after_a_slip_leaves_it_in_doubt() -> None:
    rig = rig_of()
    rig.print()
    rig.device.spoil = _silent_after(4)
    assert rig.failure("two") == ("PRINTER_STALLED", True)


def _silent_after(count: int) -> Callable[[bytes], bytes]:
    told: list[bytes] = []

    def spoil(answer: bytes) -> bytes:
        told.append(answer)
        return answer if len(told) <= count else b""

    return spoil


def test_a_printer_that_talks_without_end_holds_nobody_up() -> None:
    rig = rig_of()
    rig.print()

    def chatter() -> None:
        rig.device.say(b"\x14\x00\x00\x00" * 10)

    rig.link.before_write = chatter
    assert rig.printer.status().answered
    assert rig.print("two") is Confirmation.PRINTED
