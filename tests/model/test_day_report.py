"""The supervisor's page adds up whatever was done to the tokens, and its export never runs in a spreadsheet."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.csv_safe import csv_text, safe_cell
from kiosk.model.day_report import Spread, csv_rows, day_report
from kiosk.model.events import Json, Kind
from kiosk.model.moves import IllegalMoveError, apply
from kiosk.model.token import State, Token
from tests.model.samples import EYE, HOSPITAL, NINE, event, issued_event, minutes, token

NOON = NINE + minutes(180)
TEN = NINE + minutes(60)


def completed(after: float, service: float, room: str = "12", **changes: object) -> Token:
    """One that was called ``after`` minutes and completed ``service`` minutes later."""
    called = NINE + minutes(after)
    times = {"called_at": called, "moved_at": called + minutes(service)}
    return token(state=State.COMPLETED, room=room, **(times | changes))


def test_a_transferred_token_is_issued_here_and_waits_there() -> None:
    report = day_report([token(queue_department="EYE"), token(), token(department="GONE")], HOSPITAL, NOON)
    counts = {each.department: (each.issued, each.transferred_in, each.transferred_out) for each in report.departments}
    assert counts == {"MED": (2, 1, 1), "EYE": (0, 1, 0), "SUR": (0, 0, 0), "GONE": (1, 0, 1)}
    assert [each.states[State.WAITING] for each in report.departments] == [2, 1, 0, 0]
    assert (report.total.issued, report.total.transferred_in, report.total.transferred_out) == (3, 2, 2)
    assert report.departments[1].names == EYE.names


def test_waiting_and_service_times_are_of_those_that_have_them() -> None:
    tokens = [completed(count, 10 + count) for count in range(1, 11)]
    tokens.append(completed(60, 30, started_at=NINE + minutes(85)))
    tokens += [token(), token(state=State.CALLED, called_at=TEN, room="12"), token(state=State.CANCELLED)]
    medicine = day_report(tokens, HOSPITAL, NOON).departments[0]
    assert medicine.waited == Spread(12, minutes(6.5), minutes(60))
    assert medicine.served == Spread(11, minutes(15), minutes(19))
    assert medicine.longest_waiting == minutes(180)


def test_who_came_back_late_never_waited_less_than_nothing() -> None:
    back = completed(0, 5, queued_at=TEN)
    early = token(queued_at=NOON + minutes(1))
    medicine = day_report([back, early], HOSPITAL, NOON).departments[0]
    assert (medicine.waited.median, medicine.longest_waiting) == (timedelta(), timedelta())


def test_nothing_is_made_up_of_an_empty_day() -> None:
    report = day_report([], HOSPITAL, NOON)
    assert (report.total.waited, report.total.longest_waiting) == (Spread(0, None, None), None)
    assert (report.sources, [room.room for room in report.rooms]) == ({"kiosk": 0, "walk_in": 0, "phone": 0}, ["12"])


def test_rooms_count_their_own_patients() -> None:
    called = token(state=State.CALLED, called_at=TEN, room="14")
    report = day_report([completed(1, 4), completed(2, 6), called, token()], HOSPITAL, NOON)
    counts = [(each.room, each.called, each.completed, each.served.median) for each in report.rooms]
    assert counts == [("12", 2, 2, minutes(5)), ("14", 1, 0, None)]


def test_sources_are_counted() -> None:
    tokens = [token(), token(source="walk_in"), token(source="walk_in"), token(source="app")]
    assert day_report(tokens, HOSPITAL, NOON).sources == {"kiosk": 1, "walk_in": 2, "phone": 0, "app": 1}


CODES = st.sampled_from(["MED", "EYE", "SUR", "GONE"])
STEPS = st.lists(st.tuples(st.sampled_from(list(Kind)), CODES, st.sampled_from(["12", "14", ""])), max_size=8)


def lived(department: str, steps: Sequence[tuple[str, str, str]]) -> Token:
    """A token after whatever of ``steps`` was legal."""
    now = apply(None, issued_event(department=department))
    for seq, (kind, code, room) in enumerate(steps, 2):
        body: dict[str, Json] = {"queue_department": code, "room": room, "state": "printed"}
        try:
            now = apply(now, event(kind, body, seq=seq, at=NINE + minutes(seq)))
        except IllegalMoveError:
            continue
    return now


@given(st.lists(st.builds(lived, CODES, STEPS), max_size=12))
def test_every_line_adds_up_and_all_lines_make_the_total(tokens: list[Token]) -> None:
    report = day_report(tokens, HOSPITAL, NOON)
    for each in (*report.departments, report.total):
        assert each.issued + each.transferred_in == sum(each.states.values()) + each.transferred_out
    for state in State:
        assert sum(each.states[state] for each in report.departments) == report.total.states[state]
    for what in ("issued", "transferred_in", "transferred_out"):
        assert sum(getattr(each, what) for each in report.departments) == getattr(report.total, what)
    assert report.total.issued == len(tokens) == sum(report.total.states.values()) == sum(report.sources.values())
    assert sum(room.completed for room in report.rooms) <= report.total.states[State.COMPLETED]


@given(st.lists(st.timedeltas(timedelta(), timedelta(hours=9)), min_size=1, max_size=30))
def test_nine_of_ten_do_not_exceed_the_p90(waits: list[timedelta]) -> None:
    tokens = [token(state=State.CALLED, called_at=NINE + wait) for wait in waits]
    waited = day_report(tokens, HOSPITAL, NOON).total.waited
    assert waited.p90 in waits
    assert waited.p90 is not None
    assert waited.median is not None
    assert sum(wait <= waited.p90 for wait in waits) >= 0.9 * len(waits)
    assert sum(wait < waited.p90 for wait in waits) < 0.9 * len(waits)
    assert min(waits) <= waited.median <= waited.p90


def test_the_export_has_a_line_for_each_and_minutes() -> None:
    rows = csv_rows(day_report([completed(1, 4, started_at=NINE + minutes(2)), token()], HOSPITAL, NOON))
    assert rows[:2] == [["service_day", "2026-11-23"], ["at", "2026-11-23T12:00+05:30"]]
    medicine = dict(zip(rows[3], rows[4], strict=True))
    assert medicine == {
        "department": "MED",
        "name": "Medicine",
        "issued": "2",
        "transferred_in": "0",
        **dict.fromkeys((state.value for state in State), "0"),
        "waiting": "1",
        "completed": "1",
        "transferred_out": "0",
        "wait_median_min": "1.0",
        "wait_p90_min": "1.0",
        "service_median_min": "3.0",
        "service_p90_min": "3.0",
        "longest_waiting_min": "180.0",
    }
    assert [row[0] for row in rows if row][6:] == ["TOTAL", "room", "12", "source", "kiosk", "walk_in", "phone"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "＝1", "＋1", "－1", "＠x", '="a";"b"']
)
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Medicine", "M-017", "12", "a=1", "मेडिसिन", "'=1", " "])
def test_other_cells_are_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.text(
    "=+-@\t\r\n\",;' a", max_size=5
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_every_cell_comes_back_and_none_is_a_formula(rows: list[list[str]]) -> None:
    again = list(csv.reader(StringIO(csv_text(rows), newline="")))
    assert again == [[safe_cell(cell) for cell in row] for row in rows]
    assert not [cell for row in again for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(CELLS, CELLS)
def test_no_name_gets_out_of_its_cell(name: str, room: str) -> None:
    department = replace(EYE, names={"en": name}, room=room, rooms=())
    report = day_report([token()], replace(HOSPITAL, departments=(department,)), NOON)
    rows = csv_rows(report)
    assert list(csv.reader(StringIO(csv_text(rows), newline=""))) == rows
