"""How a desk is, from what is known of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.model.exchange import FRESH
from kiosk.model.health import MANY_UNSENT, OLD, RESOLUTION_LOW, Item, Level, Part, Signs, health
from kiosk.model.printer import PrinterStatus
from kiosk.model.token import SlipState
from tests.model.samples import NINE, minutes

WELL = Signs(True, reader="", slip=SlipState.PRINTED, synced_at=NINE, staff_valid=timedelta(days=14))


def item(part: Part, signs: Signs, later: timedelta = timedelta()) -> Item:
    return next(each for each in health(signs, NINE + later) if each.part is part)


def test_a_desk_that_is_well_says_so_of_all_its_parts() -> None:
    items = health(WELL, NINE)
    assert [each.part for each in items] == list(Part)
    assert {each.level for each in items} == {Level.GOOD}
    assert not any(each.code for each in items)


def test_a_desk_alone_without_devices_has_a_clock() -> None:
    assert [each.part for each in health(Signs(has_server=False), NINE)] == [Part.CLOCK]


@pytest.mark.parametrize(
    ("state", "cause", "level", "code"),
    [
        (SlipState.FAILED, "PRINTER_GONE", Level.BAD, "PRINTER_GONE"),
        (SlipState.FAILED, "", Level.BAD, "PRINTER_FAILED"),
        (SlipState.IN_DOUBT, "", Level.NOTICE, "SLIP_IN_DOUBT"),
        (SlipState.NONE, "", Level.GOOD, ""),
    ],
)
def test_the_printer_is_as_its_last_slip(state: SlipState, cause: str, level: Level, code: str) -> None:
    found = item(Part.PRINTER, replace(WELL, slip=state, slip_cause=cause))
    assert (found.level, found.code) == (level, code)


@pytest.mark.parametrize(
    ("later", "level"), [(FRESH, Level.NOTICE), (FRESH * 2, Level.NOTICE), (OLD + minutes(1), Level.BAD)]
)
def test_the_server_is_as_old_as_its_last_word(later: timedelta, level: Level) -> None:
    found = item(Part.SERVER, replace(WELL, server="SERVER_UNREACHABLE"), later)
    assert (found.level, found.age) == (level, later)
    assert found.code == ("" if level is Level.GOOD else "SERVER_UNREACHABLE")


def test_a_server_that_has_not_failed_is_well_while_its_word_is_fresh() -> None:
    assert item(Part.SERVER, WELL, FRESH).level is Level.GOOD
    assert item(Part.SERVER, WELL, FRESH * 2).level is Level.NOTICE


def test_a_server_that_never_answered_is_bad() -> None:
    assert item(Part.SERVER, replace(WELL, synced_at=None)).code == "NEVER_SYNCED"


@pytest.mark.parametrize(
    ("unsent", "later", "level"),
    [
        (3, timedelta(), Level.GOOD),
        (3, FRESH * 2, Level.NOTICE),
        (MANY_UNSENT + 1, timedelta(), Level.NOTICE),
        (MANY_UNSENT + 1, FRESH * 2, Level.BAD),
        (0, FRESH * 2, Level.GOOD),
    ],
)
def test_what_is_not_sent_is_news_when_it_stays(unsent: int, later: timedelta, level: Level) -> None:
    found = item(Part.UNSENT, replace(WELL, unsent=unsent), later)
    assert (found.level, found.count) == (level, unsent)


@pytest.mark.parametrize(
    ("days", "level", "code"), [(9, Level.GOOD, ""), (10, Level.NOTICE, "STAFF_OLD"), (15, Level.BAD, "PIN_STALE")]
)
def test_the_list_of_staff_grows_old(days: int, level: Level, code: str) -> None:
    found = item(Part.STAFF, WELL, timedelta(days=days))
    assert (found.level, found.code) == (level, code)


def test_faults_of_clock_and_reader_are_named() -> None:
    assert item(Part.CLOCK, replace(WELL, clock="CLOCK_AHEAD")) == Item(Part.CLOCK, Level.BAD, "CLOCK_AHEAD")
    assert item(Part.READER, replace(WELL, reader="CAMERA_GONE")) == Item(Part.READER, Level.BAD, "CAMERA_GONE")
    assert item(Part.READER, replace(WELL, reader=RESOLUTION_LOW)) == Item(Part.READER, Level.NOTICE, RESOLUTION_LOW)


def test_a_clock_behind_the_last_sync_makes_no_age_below_nothing() -> None:
    assert item(Part.SERVER, WELL, -minutes(3)).age == timedelta()


TOLD = PrinterStatus(answered=True)


@pytest.mark.parametrize(
    ("signs", "level", "code", "metres"),
    [
        (replace(WELL, printer=PrinterStatus(("COVER_OPEN", "PAPER_OUT"))), Level.BAD, "COVER_OPEN", None),
        (replace(WELL, printer=replace(TOLD, paper_low=True)), Level.NOTICE, "PAPER_LOW", None),
        (replace(WELL, paper_left_mm=4_900.0), Level.NOTICE, "PAPER_LOW", 4),
        (replace(WELL, paper_left_mm=42_300.0, printer=TOLD), Level.GOOD, "", 42),
        (replace(WELL, slip=SlipState.FAILED, slip_cause="PAPER_OUT", printer=TOLD), Level.GOOD, "", None),
        (
            replace(WELL, slip=SlipState.FAILED, slip_cause="PATIENT_GONE", printer=TOLD),
            Level.BAD,
            "PATIENT_GONE",
            None,
        ),
        (replace(WELL, slip=SlipState.FAILED, slip_cause="PRINTER_STALLED"), Level.BAD, "PRINTER_STALLED", None),
    ],
)
def test_the_printer_is_as_it_tells(signs: Signs, level: Level, code: str, metres: int | None) -> None:
    found = item(Part.PRINTER, signs)
    assert (found.level, found.code, found.count) == (level, code, metres)
