"""``kiosk slips``: what became of each slip, one more of one, and new rolls; and what a check-in leaves behind."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PySide6.QtWidgets import QApplication
from structlog.testing import capture_logs

from kiosk.__main__ import cli
from kiosk.app import Station, open_station, spool_of
from kiosk.batch import print_or_give_up
from kiosk.errors import KioskError, PrinterError
from kiosk.model.desk import SlipRow
from kiosk.model.events import Kind, instant_text
from kiosk.model.patient import Patient
from kiosk.model.token import SlipState, Token
from kiosk.reprinting import reprinted
from kiosk.rolls import RollNotes
from kiosk.settings import Settings
from tests.fakes import FakeClock
from tests.model.samples import NINE
from tests.printing.fakes import UNREACHABLE, ScriptedPrinter

PATIENT = Patient(abha_number="91000000000018")


@dataclass
class Rig:
    """A station with a printer that does as it is told."""

    station: Station
    printer: ScriptedPrinter
    clock: FakeClock

    def issue(self) -> Token:
        return self.station.registration.check_in(PATIENT, "MED", "en").token

    def wait(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))

    def rows(self) -> list[SlipRow]:
        return list(self.station.store.slip_rows(self.station.facility.service_day(self.clock.now())))


@pytest.fixture
def make_rig(tmp_path: Path, qapp: QApplication) -> Iterator[Callable[..., Rig]]:
    """Stations on one folder: the first has the printer."""
    with ExitStack() as stack:

        def make(printer: str = f"folder:{tmp_path / 'slips'}") -> Rig:
            clock, scripted = FakeClock(NINE), ScriptedPrinter()
            settings = Settings(data_dir=tmp_path / "kiosk", printer=printer)
            station = replace(stack.enter_context(open_station(settings, {}, clock)), printer=scripted)
            return Rig(station, scripted, clock)

        yield make


# --- what a check-in leaves ------------------------------------------------------------------------------------------


def test_a_printer_that_pauses_gets_a_while_more(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    rig.issue()
    rig.printer.fails = UNREACHABLE

    def wait(seconds: float) -> None:
        rig.wait(seconds)
        rig.printer.fails = None

    print_or_give_up(spool_of(rig.station), rig.clock, wait)
    assert [(row.state, row.confirmation) for row in rig.rows()] == [(SlipState.PRINTED, "sent")]


def test_what_a_printer_does_not_take_has_failed_when_the_command_ends(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    token = rig.issue()
    rig.printer.fails = PrinterError("empty", code="PAPER_OUT")
    print_or_give_up(spool_of(rig.station), rig.clock, rig.wait)
    assert rig.clock.now() - NINE <= timedelta(seconds=5)
    (row,) = rig.rows()
    assert (row.state, row.cause, row.label) == (SlipState.FAILED, "PAPER_OUT", token.label)
    (slip,) = rig.station.store.open_slips(token.service_day)
    assert slip.token_id == token.token_id, "a desk sees it at once"


# --- one more --------------------------------------------------------------------------------------------------------


def test_a_reprint_is_a_duplicate_and_says_who_wanted_it(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    token = rig.issue()
    row = reprinted(rig.station, token, "hi", {"by": "a test"}, rig.wait)
    assert (row.copy, row.state) == (1, SlipState.PRINTED)
    assert [slip.duplicate for slip in rig.printer.slips] == ["DUPLICATE 1 / डुप्लिकेट 1"]
    told = [event for event in rig.station.store.history(token.token_id) if event.kind == Kind.TOKEN_REPRINTED]
    assert [event.body["by"] for event in told] == ["a test"]
    assert [row.cause for row in rig.rows()] == ["SUPERSEDED", ""]


def test_beside_a_running_kiosk_the_owner_prints(make_rig: Callable[..., Rig]) -> None:
    owner = make_rig()
    beside = make_rig()
    assert not beside.station.owns_devices
    token = owner.issue()
    spool = spool_of(owner.station)

    def wait(seconds: float) -> None:
        beside.wait(seconds)
        spool.print_due()

    row = reprinted(beside.station, token, "en", {}, wait)
    assert (row.state, row.copy) == (SlipState.PRINTED, 1)
    assert (len(owner.printer.slips), len(beside.printer.slips)) == (1, 0)


def test_an_owner_that_is_busy_leaves_the_copy_queued(make_rig: Callable[..., Rig]) -> None:
    owner, beside = make_rig(), make_rig()
    row = reprinted(beside.station, owner.issue(), "en", {}, beside.wait)
    assert row.state is SlipState.QUEUED


def test_without_a_printer_nothing_is_queued(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig(printer="none")
    token = rig.issue()
    with pytest.raises(KioskError) as caught:
        reprinted(rig.station, token, "en", {}, rig.wait)
    assert caught.value.code == "PRINTER_NONE"
    assert rig.rows() == []


def test_a_slip_that_another_desk_dealt_with_says_who_did(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    rig.printer.fails = PrinterError("torn", code="PRINTER_GONE", sent=True)
    token = rig.issue()
    spool_of(rig.station).print_due()
    remarks = {"staff": "R1"}
    (slip,) = rig.station.store.open_slips(token.service_day)
    rig.station.store.slip_moved(slip.job_id, SlipState.RESOLVED, NINE, "READ_OUT", remarks)
    (row,) = rig.rows()
    assert (row.state, row.cause, row.by, row.is_settled) == (SlipState.RESOLVED, "READ_OUT", "R1", True)


# --- the commands ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, qapp: QApplication) -> Callable[..., Result]:
    environ = {"KIOSK_DATA_DIR": str(tmp_path / "kiosk"), "KIOSK_PRINTER": f"folder:{tmp_path / 'slips'}"}

    def run(*words: str, **more: str) -> Result:
        with capture_logs():  # they go to standard error where the program's own main has run
            return CliRunner().invoke(cli, ["slips", *words], env=environ | more, catch_exceptions=False)

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_slips_are_listed_reprinted_and_those_to_look_after_alone(run: Callable[..., Result], tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "kiosk", printer=f"folder:{tmp_path / 'slips'}")
    with open_station(settings, {}) as station:
        spool = spool_of(station)
        token = station.registration.check_in(PATIENT, "MED", "en").token
        spool.print_due()
    (row,) = lines(run())
    assert (row["label"], row["token_id"], row["copy"]) == (token.label, token.token_id, 0)
    assert (row["state"], row["cause"], row["confirmation"], row["by"]) == ("printed", "", "printed", "")
    assert lines(run("--open")) == lines(run("--day", "2001-01-01")) == []
    (again,) = lines(run("reprint", token.label, "--language", "hi"))
    assert (again["label"], again["copy"], again["state"]) == (token.label, 1, "printed")
    assert len(list((tmp_path / "slips").glob("*.png"))) == 2
    assert [each["copy"] for each in lines(run())] == [0, 1]
    unknown = run("reprint", "XX-999")
    assert (unknown.exit_code, "XX-999" in unknown.output) == (2, True)


def test_a_reprint_that_does_not_come_out_is_a_failure(run: Callable[..., Result], tmp_path: Path) -> None:
    with open_station(Settings(data_dir=tmp_path / "kiosk", printer="none"), {}) as station:
        label = station.registration.check_in(PATIENT, "MED", "en").token.label
    assert run("reprint", label, KIOSK_PRINTER="none").exit_code == 1
    (tmp_path / "file").touch()
    failed = run("reprint", label, KIOSK_PRINTER=f"folder:{tmp_path / 'file'}")
    assert failed.exit_code == 1
    told = json.loads(failed.stdout.splitlines()[-1])
    assert (told["state"], told["cause"]) == ("failed", "SLIP_FOLDER_UNWRITABLE")


def test_a_new_roll_is_noted(run: Callable[..., Result], tmp_path: Path) -> None:
    assert lines(run("paper")) == [{"left_m": None, "low": False, "at": None}]
    (told,) = lines(run("new-roll", KIOSK_ROLL_M="80"))
    at = RollNotes(tmp_path / "kiosk").last()
    assert at is not None
    assert told == {"left_m": 80.0, "low": False, "at": instant_text(at)}
    assert lines(run("paper", KIOSK_ROLL_M="80")) == [told]
    assert lines(run("paper", KIOSK_ROLL_M="4"))[0]["low"]
