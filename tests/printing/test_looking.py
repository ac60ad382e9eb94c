"""How a printer is before a slip: by its own answers, or by the USB port's word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.model.printer import Confirmation, PrinterStatus
from kiosk.printing.probe import Capabilities
from tests.escpos_device import VirtualPrinter
from tests.printing.printer_rig import ALL, PROBLEMS, Rig, clone, rig_of


@pytest.mark.parametrize(("code", "turn"), PROBLEMS)
def test_a_printer_that_is_not_ready_gets_nothing(code: str, turn: Callable[[VirtualPrinter, bool], None]) -> None:
    rig = rig_of()
    rig.print()
    turn(rig.device, True)
    assert rig.printer.status() == PrinterStatus((code,), paper_low=code == "PAPER_OUT", answered=True)
    assert rig.failure() == (code, False)
    turn(rig.device, False)
    assert rig.printer.status() == PrinterStatus(answered=True)
    assert rig.print() is Confirmation.PRINTED
    assert (len(rig.device.slips), rig.device.torn, rig.device.errors) == (2, [], [])


def test_paper_that_runs_low_is_told_and_prints() -> None:
    rig = rig_of(is_low=True)
    assert rig.printer.status() == PrinterStatus((), paper_low=True, answered=True)
    assert rig.print() is Confirmation.PRINTED


def test_a_printer_that_is_gone_is_told_and_taken_up_again() -> None:
    rig = rig_of()
    rig.print()
    rig.link.is_there = False
    assert rig.printer.status().problems == ("PRINTER_UNREACHABLE",)
    assert rig.failure() == ("PRINTER_UNREACHABLE", False)
    rig.link.is_there = True
    assert rig.printer.status().ready
    assert rig.print() is Confirmation.PRINTED


def test_a_printer_that_used_to_answer_is_off_once_it_is_silent_twice() -> None:
    rig = rig_of()
    rig.print()
    rig.device.tells_status = False
    assert [rig.printer.status().problems for _ in range(3)] == [(), ("PRINTER_UNREACHABLE",), ("PRINTER_UNREACHABLE",)]
    assert rig.failure() == ("PRINTER_UNREACHABLE", False)
    rig.device.tells_status = True
    assert rig.printer.status() == PrinterStatus(answered=True)


def test_a_clone_in_the_place_of_a_printer_that_answered_is_taken_in_the_end(tmp_path: Path) -> None:
    rig = rig_of(tmp_path)
    rig.print()
    rig.device.tells_status = rig.device.tells_barrier = rig.device.tells_ids = False
    assert [rig.printer.status().problems for _ in range(10)] == [(), *[("PRINTER_UNREACHABLE",)] * 8, ()]
    assert [rig.printer.status() for _ in range(12)] == [PrinterStatus()] * 12
    assert rig.print() is Confirmation.SENT
    assert rig_of(tmp_path).printer.capabilities() == Capabilities()


def _taken_for_another() -> Rig:
    rig = rig_of()
    rig.print()
    rig.device.spoil = lambda _answer: b""
    for _ in range(10):
        rig.printer.status()
    assert rig.printer.capabilities() == Capabilities()
    rig.device.spoil = lambda answer: answer
    return rig


def test_the_old_printer_is_known_again_once_it_answers() -> None:
    rig = _taken_for_another()
    assert rig.printer.status() == PrinterStatus(answered=True)
    assert rig.printer.capabilities() == ALL
    assert rig.print() is Confirmation.PRINTED


def test_the_old_printer_is_known_again_by_the_first_slip_after_it_answers() -> None:
    rig = _taken_for_another()
    assert rig.print("two") is Confirmation.PRINTED
    rig.device.load_paper(0)
    assert rig.printer.status().problems == ("PAPER_OUT",)


def test_a_printer_whose_line_takes_nothing_stays_unreachable() -> None:
    rig = rig_of(buffer_bytes=4096)
    rig.print()
    rig.device.tells_status = False
    rig.link.holds_back = True
    assert {rig.printer.status().problems for _ in range(25)} == {(), ("PRINTER_UNREACHABLE",)}
    assert rig.printer.capabilities() == ALL


def test_a_printer_that_takes_no_bytes_is_told_within_a_second() -> None:
    rig = rig_of()
    rig.print()
    rig.device.is_stalled = True
    began = rig.clock()
    assert rig.printer.status().problems == ("PRINTER_STALLED",)
    assert rig.clock() - began < 1
    assert rig.failure() == ("PRINTER_STALLED", False)


@pytest.mark.parametrize("noise", [b"", b"\x80", b"\xff", b"\x14\x00\x0c\x00", b"\x00" * 50, b"\x37\x22abcd\x00"])
def test_what_fits_no_pattern_is_no_answer(noise: bytes) -> None:
    rig = rig_of()
    rig.device.spoil = lambda answer: noise
    assert rig.printer.status() == PrinterStatus()
    assert rig.print() is not Confirmation.PRINTED


def test_status_is_told_within_a_second_however_slowly_it_comes() -> None:
    rig = rig_of()
    rig.print()
    for delay_s in (0.05, 0.2, 0.35, 0.5, 2.0):
        rig.device.answer_delay_s = delay_s
        began = rig.clock()
        assert rig.printer.status().problems in ((), ("PRINTER_UNREACHABLE",))
        assert rig.clock() - began <= 1.0


def test_an_answer_that_comes_while_it_is_asked_for_again_is_not_taken_for_the_next() -> None:
    rig = rig_of()
    rig.print()
    rig.device.has_open_drawer = True
    delays_s = iter([0.45, *[0.2] * 4])

    def late(answer: bytes) -> bytes:
        rig.device.answer_delay_s = next(delays_s, 0.0)
        return answer

    rig.device.spoil = late
    assert rig.print("two") is Confirmation.PRINTED


def test_one_answer_that_is_lost_costs_no_slip() -> None:
    rig = rig_of()
    rig.print()
    rig.device.spoil = _lost_once()
    assert rig.print("two") is Confirmation.PRINTED


def _lost_once() -> Callable[[bytes], bytes]:
    told: list[bytes] = []

    def spoil(answer: bytes) -> bytes:
        told.append(answer)
        return b"" if len(told) == 1 else answer

    return spoil


@pytest.mark.parametrize("delay_s", [0.3, 0.39, 0.41, 0.45, 0.6, 0.85])
def test_an_answer_that_comes_late_is_not_taken_for_another(delay_s: float) -> None:
    """Bit 2 is the drawer's in the first answer and the cover's in the second."""
    rig = rig_of()
    rig.print()
    rig.device.has_open_drawer = True
    rig.device.answer_delay_s = delay_s
    assert all("COVER_OPEN" not in rig.printer.status().problems for _ in range(3))
    assert rig.outcome("two") in (Confirmation.PRINTED, "PRINTER_UNREACHABLE"), "too slow to be of use, never misread"


def test_the_ports_word_counts_once_it_was_seen_healthy() -> None:
    rig = clone()
    rig.link.port = 0x38
    assert rig.printer.status() == PrinterStatus()  # it may say so for ever
    rig.link.port = 0x18
    assert rig.printer.status() == PrinterStatus()
    rig.link.port = 0x38
    assert rig.printer.status().problems == ("PAPER_OUT",)
    assert rig.failure() == ("PAPER_OUT", False)
    rig.link.port = 0x18
    assert rig.print() is Confirmation.SENT


def test_the_ports_word_leaves_a_silent_printers_slip_in_doubt() -> None:
    rig = clone()
    rig.link.port = 0x18
    assert rig.print() is Confirmation.SENT

    def paper_ends() -> None:
        rig.link.port = 0x38

    rig.link.before_write = paper_ends
    assert rig.failure() == ("PAPER_OUT", True)


def test_the_ports_word_is_not_asked_for_where_the_printer_answers() -> None:
    rig = rig_of()
    rig.link.port = 0x18
    rig.print()
    rig.link.port = 0x38
    assert rig.printer.status() == PrinterStatus(answered=True)
