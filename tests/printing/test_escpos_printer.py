"""What a slip goes through with a printer that answers, half answers or is silent, on a clock that waiting moves."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.errors import PrinterError
from kiosk.model.printer import Confirmation, PrinterStatus, process_id
from kiosk.printing.escpos_printer import EscPosPrinter
from kiosk.printing.layout import SlipPainter
from kiosk.printing.looking import LONGEST_PICTURE
from kiosk.printing.probe import Capabilities, Memory
from tests.escpos_device import VirtualPrinter
from tests.escpos_memory import MemoryTransport, VirtualClock
from tests.escpos_tokens import What
from tests.printing.slips import a_slip

SLIP = b"\x1b@\x1dv0\x00\x48\x00\x80\x00" + b"\x55" * 72 * 128 + b"\x1bd\x01\x1dVB\x00"
SLIP_MM = 16.0
ALL = Capabilities(status=True, barrier=True, ids=True)


@dataclass
class Rig:
    clock: VirtualClock
    device: VirtualPrinter
    link: MemoryTransport
    printer: EscPosPrinter

    def print(self, job_id: str = "job") -> Confirmation:
        return self.printer.print_bytes(SLIP, SLIP_MM, job_id).confirmation

    def outcome(self, job_id: str) -> str:
        try:
            return self.print(job_id)
        except PrinterError as error:
            return error.code

    def failure(self, job_id: str = "job") -> tuple[str, bool]:
        with pytest.raises(PrinterError) as caught:
            self.print(job_id)
        return caught.value.code, caught.value.sent


def rig_of(memory: Path | None = None, *, speed_mm_s: float | None = 100.0, **of_device: Any) -> Rig:
    clock = VirtualClock()
    device = VirtualPrinter(clock, speed_mm_s, **of_device)
    link = MemoryTransport(device, clock)
    return Rig(clock, device, link, EscPosPrinter("memory", SlipPainter(576), link, Memory(memory), monotonic=clock))


def clone(**of_device: Any) -> Rig:
    return rig_of(tells_status=False, tells_barrier=False, tells_ids=False, **of_device)


# --- the ladder ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tells", "level"),
    [
        ((True, True, True), Confirmation.PRINTED),
        ((False, False, True), Confirmation.PRINTED),
        ((True, True, False), Confirmation.PROCESSED),
        ((False, True, False), Confirmation.PROCESSED),
        ((True, False, False), Confirmation.SENT),
        ((False, False, False), Confirmation.SENT),
    ],
)
def test_a_slip_is_as_sure_as_the_printer_can_tell(tells: tuple[bool, bool, bool], level: Confirmation) -> None:
    status, barrier, ids = tells
    rig = rig_of(tells_status=status, tells_barrier=barrier, tells_ids=ids)
    assert rig.printer.capabilities() is None
    assert [rig.print(job) for job in ("one", "two", "three")] == [level] * 3
    assert rig.printer.capabilities() == Capabilities(status, barrier, ids)
    rig.clock.pass_until(rig.clock() + 10)
    rig.device.run()
    assert len(rig.device.slips) == 3
    assert (rig.device.errors, rig.device.torn) == ([], [])


def test_printed_is_told_only_once_the_paper_is_out() -> None:
    rig = rig_of(speed_mm_s=10.0)
    rig.printer.status()
    began = rig.clock()
    rig.print()
    assert rig.clock() - began > SLIP_MM / 10.0
    assert len(rig.device.slips) == 1


def test_a_slip_without_end_is_told_as_sent_after_a_finite_time() -> None:
    rig = rig_of(speed_mm_s=0.5)
    rig.printer.status()
    began = rig.clock()
    assert rig.print() is Confirmation.SENT
    assert rig.clock() - began < 10


def test_a_real_slip_says_how_much_paper_it_takes() -> None:
    rig = rig_of()
    printed = rig.printer.print_slip(a_slip("hi"), "job")
    assert printed.confirmation is Confirmation.PRINTED
    (slip,) = rig.device.slips
    assert printed.millimetres == pytest.approx(slip.image.height / 203 * 25.4 + 12 + 25.4 / 6)


def test_a_clone_is_never_shown_as_broken() -> None:
    rig = clone()
    for _ in range(3):
        assert rig.printer.status() == PrinterStatus()
    assert rig.print() is Confirmation.SENT
    assert rig.printer.status() == PrinterStatus()


def test_a_clone_costs_no_time_once_it_is_known() -> None:
    rig = clone(speed_mm_s=None)
    rig.print()
    began = rig.clock()
    rig.print()
    rig.printer.status()
    assert rig.clock() == began


# --- what is remembered ----------------------------------------------------------------------------------------------


def test_a_printer_is_probed_once_and_for_all(tmp_path: Path) -> None:
    first = rig_of(tmp_path)
    first.print()
    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()) == {"printer": "memory", "status": True, "barrier": True, "ids": True}
    again = rig_of(tmp_path)
    assert again.printer.capabilities() == ALL
    again.print("next")
    assert again.device.finished == [process_id("next")]


def test_each_printer_is_remembered_by_itself(tmp_path: Path) -> None:
    rig_of(tmp_path).print()
    other = rig_of(tmp_path, tells_ids=False)
    other.link.name = "other"
    assert other.print() is Confirmation.PROCESSED
    other.link.name = "memory"
    assert other.printer.capabilities() == ALL


@pytest.mark.parametrize("text", ["", "{", "[]", '{"printer": "memory"}', '{"printer": "x", "status": true}', "\xff"])
def test_what_cannot_be_read_is_found_out_again(tmp_path: Path, text: str) -> None:
    rig_of(tmp_path).print()
    (file,) = tmp_path.iterdir()
    file.write_text(text, encoding="latin-1")
    again = rig_of(tmp_path)
    assert again.printer.capabilities() is None
    again.print()
    assert again.printer.capabilities() == ALL


def test_a_folder_that_cannot_be_written_costs_no_slip(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert rig_of(tmp_path / "file").print() is Confirmation.PRINTED


def test_a_printer_that_is_not_ready_is_probed_later() -> None:
    rig = rig_of(is_open=True)
    assert rig.printer.status().problems == ("COVER_OPEN",)
    assert rig.printer.capabilities() is None
    rig.device.is_open = False
    assert rig.printer.status().ready
    assert rig.printer.capabilities() == ALL


def test_another_printer_in_its_place_is_found_out_on_demand() -> None:
    rig = rig_of()
    rig.print()
    rig.device.tells_ids = False
    assert rig.printer.probe() == Capabilities(status=True, barrier=True, ids=False)
    assert rig.print() is Confirmation.PROCESSED


# --- before a slip ---------------------------------------------------------------------------------------------------

PROBLEMS: list[tuple[str, Callable[[VirtualPrinter, bool], None]]] = [
    ("PAPER_OUT", lambda device, on: device.load_paper(0 if on else None)),
    ("COVER_OPEN", lambda device, on: setattr(device, "is_open", on)),
    ("CUTTER_JAMMED", lambda device, on: setattr(device, "is_jammed", on)),
    ("PRINTER_HOT", lambda device, on: setattr(device, "is_hot", on)),
    ("PRINTER_FAILED", lambda device, on: setattr(device, "is_failed", on)),
    ("PRINTER_OFFLINE", lambda device, on: setattr(device, "is_offline", on)),
]


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


def test_the_old_printer_is_known_again_once_it_answers() -> None:
    rig = rig_of()
    rig.print()
    rig.device.spoil = lambda _answer: b""
    for _ in range(10):
        rig.printer.status()
    assert rig.printer.capabilities() == Capabilities()
    rig.device.spoil = lambda answer: answer
    assert rig.printer.status() == PrinterStatus(answered=True)
    assert rig.printer.capabilities() == ALL


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


@pytest.mark.parametrize("noise", [b"", b"\x00", b"\xff", b"\x14\x00\x0c\x00", b"\x00" * 50, b"\x37\x22abcd\x00"])
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


# --- the USB port's own word -----------------------------------------------------------------------------------------


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


# --- in the middle of a slip -----------------------------------------------------------------------------------------


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


# --- answers that are lost or late -----------------------------------------------------------------------------------


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


@pytest.mark.parametrize("noise", [b"\x00", b"\x00\x00", b"\x01\x00\x00"])
def test_noise_in_probing_is_no_barrier(noise: bytes) -> None:
    rig = rig_of(tells_status=True, tells_barrier=False, tells_ids=False)
    rig.device.answer_delay_s = 0.5
    rig.device.say(noise)
    rig.print()
    assert rig.printer.capabilities() == Capabilities()


def test_noise_from_before_a_slip_is_not_its_barrier() -> None:
    rig = rig_of(tells_status=False, tells_ids=False)
    rig.print()
    rig.device.say(b"\x00")
    rig.device.load_paper(60)
    assert rig.failure("two") == ("PRINTER_STALLED", True)


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


# --- a line that is too slow -----------------------------------------------------------------------------------------


def test_a_line_that_is_too_slow_is_refused_with_figure_and_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = rig_of()
    rig.print()
    monkeypatch.setattr(MemoryTransport, "seconds_for", lambda link, size: size * 10 / 9600 + 5)
    with pytest.raises(PrinterError, match=r"takes 15 s on this line, 10 s at most: .* 38400 or more") as caught:
        rig.print("two")
    assert (caught.value.code, caught.value.sent) == ("PRINTER_SLOW", False)
    assert rig.printer.status().problems == ("PRINTER_SLOW",)
    assert len(rig.device.slips) == 1


@pytest.mark.parametrize(("baud", "problems"), [(9600, ("PRINTER_SLOW",)), (19200, ()), (115200, ())])
def test_a_slow_line_is_known_before_the_first_slip(
    monkeypatch: pytest.MonkeyPatch, baud: int, problems: tuple[str, ...]
) -> None:
    monkeypatch.setattr(MemoryTransport, "seconds_for", lambda link, size: size * 10 / baud)
    rig = rig_of()
    assert rig.printer.status().problems == problems
