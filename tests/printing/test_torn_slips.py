"""What happens in the middle of a slip: nothing of it comes later, and the next is whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.looking import LONGEST_PICTURE
from kiosk.printing.probe import Memory
from kiosk.printing.transports import NetworkTransport
from tests.escpos_device import VirtualPrinter
from tests.escpos_printer import TcpPrinter
from tests.escpos_tokens import What
from tests.printing.printer_rig import PROBLEMS, SLIP, SLIP_MM, rig_of
from tests.printing.slips import a_slip


def test_paper_that_ends_in_mid_slip_leaves_it_in_doubt_and_nothing_comes_later() -> None:
    rig = rig_of()
    rig.print()
    rig.device.load_paper(60)
    assert rig.failure() == ("PAPER_OUT", True)
    rig.device.load_paper()
    rig.clock.pass_until(rig.clock() + 60)
    assert rig.printer.status().ready
    assert len(rig.device.slips) == 1
    assert [paper.image.height for paper in rig.device.torn] == [60]
    assert rig.print("again") is Confirmation.PRINTED
    assert [slip.torn for slip in rig.device.slips] == [False, False]


def test_without_process_ids_the_rest_of_a_torn_slip_comes_out_by_itself() -> None:
    rig = rig_of(tells_ids=False)
    rig.print()
    rig.device.load_paper(60)
    assert rig.failure() == ("PAPER_OUT", True)
    rig.device.load_paper()
    assert rig.printer.status().ready
    rig.clock.pass_until(rig.clock() + 60)
    assert rig.print("next") is Confirmation.PROCESSED
    assert [slip.image.height for slip in rig.device.slips] == [128, 128, 128]


@pytest.mark.parametrize(("code", "turn"), PROBLEMS)
def test_a_problem_in_mid_slip_is_told_by_its_code(code: str, turn: Callable[[VirtualPrinter, bool], None]) -> None:
    rig = rig_of(speed_mm_s=5.0, tells_ids=False)
    rig.print()
    rig.device.spoil = _turning(rig.device, turn)
    assert rig.failure() == (code, True)


def _turning(device: VirtualPrinter, turn: Callable[[VirtualPrinter, bool], None]) -> Callable[[bytes], bytes]:
    """After the four answers before a slip."""
    told: list[bytes] = []

    def spoil(answer: bytes) -> bytes:
        told.append(answer)
        if len(told) == 4:
            turn(device, True)
        return answer

    return spoil


def test_a_jam_in_cutting_is_told() -> None:
    rig = rig_of()
    rig.print()
    rig.device.jams_at_cut = True
    assert rig.failure() == ("CUTTER_JAMMED", True)


def test_a_printer_switched_off_in_mid_slip_is_gone_and_the_slip_in_doubt() -> None:
    rig = rig_of()
    rig.print()
    rig.link.hangs_up_after = 5000
    assert rig.failure() == ("PRINTER_GONE", True)
    rig.link.hangs_up_after = None
    rig.device.power_cycle()
    assert rig.print("again") is Confirmation.PRINTED
    assert [slip.image.height for slip in rig.device.slips][-1] == 128


@pytest.mark.parametrize("bytes_left", [0, 1, 5, 12, 13])
def test_whatever_breaks_off_before_the_slip_has_sent_nothing_of_it(bytes_left: int) -> None:
    rig = rig_of(bite=1)
    rig.print()
    rig.link.hangs_up_after = bytes_left  # four questions of three bytes, then the slip
    assert rig.failure("two") == ("PRINTER_GONE", bytes_left > 12)


def test_a_printer_switched_off_while_it_prints_is_gone() -> None:
    rig = rig_of(speed_mm_s=10.0)
    rig.print()
    rig.link.gone_at_s = rig.clock() + 1
    assert rig.failure("next") == ("PRINTER_GONE", True)


@pytest.mark.parametrize("bite", [1, 7, 100])
def test_a_printer_that_takes_little_at_a_time_gets_all(bite: int) -> None:
    rig = rig_of(bite=bite)
    assert rig.print() is Confirmation.PRINTED
    assert [slip.image.size for slip in rig.device.slips] == [(576, 128)]


def test_a_small_buffer_is_waited_for() -> None:
    rig = rig_of(buffer_bytes=4096)
    rig.print()
    assert rig.print("two") is Confirmation.PRINTED
    assert len(rig.device.slips) == 2
    assert rig.device.errors == []


def test_a_buffer_that_does_not_empty_stalls_the_slip_in_time() -> None:
    rig = rig_of(buffer_bytes=4096)
    rig.print()
    rig.device.load_paper(20)
    began = rig.clock()
    assert rig.failure() == ("PRINTER_STALLED", True)
    assert rig.clock() - began < 12


def test_looks_at_a_printer_without_paper_do_not_fill_it_up() -> None:
    rig = rig_of(buffer_bytes=4096)
    rig.print()
    rig.device.load_paper(20)
    assert rig.failure("two") == ("PRINTER_STALLED", True)
    rig.device.load_paper(0)
    rig.device.power_cycle()
    for _ in range(500):
        assert rig.printer.status().problems == ("PAPER_OUT",)
    rig.device.load_paper()
    assert rig.printer.status().ready
    assert rig.print("three") is Confirmation.PRINTED


def test_a_slip_that_was_broken_off_spoils_not_the_next() -> None:
    rig = rig_of(tells_ids=False)
    rig.print()
    rig.link.hangs_up_after = 4000
    assert rig.failure() == ("PRINTER_GONE", True)
    rig.link.hangs_up_after = None
    assert rig.print("next") is Confirmation.PROCESSED
    assert [slip.torn for slip in rig.device.slips] == [False, True, False]
    assert rig.device.slips[-1].image.tobytes() == rig.device.slips[0].image.tobytes()
    assert rig.device.errors == []
    assert rig.print("after") is Confirmation.PROCESSED
    assert len(rig.device.slips) == 4


@pytest.mark.parametrize("left", range(1, 14))
def test_a_command_that_was_broken_off_does_not_take_questions_for_its_length(left: int) -> None:
    rig = rig_of()
    rig.print()
    rig.link.hangs_up_after = 12 + left  # four questions of three bytes, then the slip
    assert rig.failure("two") == ("PRINTER_GONE", True)
    rig.link.hangs_up_after = None
    assert rig.print("next") is Confirmation.PRINTED
    assert rig.device.slips[-1].image.size == (576, 128)


def test_a_slip_that_a_crash_broke_off_spoils_not_the_next_either(tmp_path: Path) -> None:
    rig = rig_of(tmp_path)
    rig.print()
    rig.link.hangs_up_after = 4000
    rig.failure()
    rig.link.hangs_up_after = None
    restarted = EscPosPrinter("memory", rig.printer.painter, rig.link, Memory(tmp_path), monotonic=rig.clock)
    restarted.print_bytes(SLIP, SLIP_MM, "next")
    assert [slip.torn for slip in rig.device.slips] == [False, True, False]
    assert not list(tmp_path.glob("*.sending"))


def test_no_picture_is_longer_than_what_ends_it() -> None:
    rig = rig_of()
    rig.printer.print_slip(a_slip("ta"), "job")
    for slip in rig.device.slips:
        assert all(token.what is What.ROW for token in slip.rows)
    assert LONGEST_PICTURE > 128 * 72 + 8


@pytest.mark.parametrize("barrier", [True, False])
def test_what_ends_a_torn_slip_is_sent_again_where_it_is_lost(barrier: bool) -> None:
    """The system has taken it, the printer hangs up before it has read it."""
    device = VirtualPrinter(tells_status=False, tells_barrier=barrier, tells_ids=False)
    with TcpPrinter(device=device) as tcp:
        printer = EscPosPrinter("tcp", SlipPainter(576), NetworkTransport("127.0.0.1", tcp.port))
        printer.print_bytes(SLIP, SLIP_MM, "one")
        tcp.close_after = 2000
        with pytest.raises(PrinterError):
            printer.print_bytes(50 * SLIP, SLIP_MM, "two")
        assert not printer.status().ready
        tcp.close_after = None
        printer.print_bytes(SLIP, SLIP_MM, "three")
        slips = tcp.wait_for(2, timeout_s=30)
    assert [slip.image.height for slip in slips] == [128, 128]
    assert len(device.slips) == 3
