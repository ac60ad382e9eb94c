"""What a printer can tell is found out once, and kept."""

import json
from pathlib import Path

import pytest

from kiosk.model.printer import Confirmation, process_id
from kiosk.printing.looking import LONGEST_PICTURE
from kiosk.printing.probe import Capabilities, Memory
from tests.escpos_memory import MemoryTransport
from tests.printing.printer_rig import ALL, clone, rig_of


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


@pytest.mark.parametrize("noise", [b"\x00", b"\x00\x00", b"\x01\x00\x00"])
def test_noise_in_probing_is_no_barrier(noise: bytes) -> None:
    rig = rig_of(tells_status=True, tells_barrier=False, tells_ids=False)
    rig.device.answer_delay_s = 0.5
    rig.device.say(noise)
    rig.print()
    assert rig.printer.capabilities() == Capabilities()


def test_one_that_stands_still_when_it_is_met_is_not_taken_for_silent(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, tells_status=False, buffer_bytes=4096)
    rig.device.load_paper(0)
    assert rig.printer.status().problems == ("PRINTER_STALLED",)
    assert rig.failure() == ("PRINTER_STALLED", False)
    assert rig.printer.capabilities() is None
    rig.device.load_paper()
    assert rig.print() is Confirmation.PRINTED
    assert len(rig.device.slips) == 1


@pytest.mark.parametrize("baud", [19200, 115200])
def test_a_silent_printer_on_a_slow_line_holds_nobody_up_when_it_is_met(
    monkeypatch: pytest.MonkeyPatch, baud: int
) -> None:
    monkeypatch.setattr(MemoryTransport, "seconds_for", lambda link, size: size * 10 / baud)
    rig = clone()
    rig.printer.status()
    assert MemoryTransport.seconds_for(rig.link, rig.device.received) < 3


def test_silence_from_an_earlier_run_is_not_believed(tmp_path: Path) -> None:
    Memory(tmp_path).write("memory", Capabilities())
    rig = rig_of(tmp_path)
    assert rig.printer.capabilities() == Capabilities()
    assert rig.print() is Confirmation.PRINTED
    assert Memory(tmp_path).read("memory") == ALL


def test_a_silent_printer_is_asked_once_in_each_run(tmp_path: Path) -> None:
    clone(tmp_path).printer.status()
    rig = clone(tmp_path)
    rig.printer.status()
    asked = rig.device.received
    assert asked < LONGEST_PICTURE, "that it takes bytes without end was seen before"
    rig.printer.status()
    assert rig.device.received == asked
