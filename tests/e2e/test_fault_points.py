"""Death at each exact point between a scan and the server's answer, and what the next start makes of it."""

import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kiosk.server.app import running_server
from tests.cards import draw_cards
from tests.e2e.dying_station import Point
from tests.e2e.paper import is_marked_duplicate, qr_on
from tests.e2e.programs import PATIENCE_S, Line, Station, hospital
from tests.e2e.records import acknowledged, check_store, server_events, slip_jobs, station_events
from tests.e2e.warm import WarmKiosk
from tests.escpos_printer import TcpPrinter


@dataclass(frozen=True)
class Desk:
    """A station, its printer and two patients' cards; the first patient's check-in is the one that dies."""

    station: Station
    printer: TcpPrinter
    first: Path
    second: Path

    def die_at(self, point: Point, minutes_ago: int = 0, server_url: str = "") -> None:
        station = replace(self.station, server_url=server_url)
        words = [point.value, "1", str(minutes_ago)]
        assert station.warm is not None
        ended = station.warm.finished(words, station.environ, PATIENCE_S, "tests.e2e.dying_station")
        assert ended[0] == -signal.SIGKILL, ended

    def slips(self, count: int) -> list[tuple[str, bool]]:
        """Token and DUPLICATE mark of all slips so far, of which there must be ``count``."""
        slips = self.printer.wait_for(count, timeout_s=60)
        assert len(slips) == count
        return [(qr_on(slip.image), is_marked_duplicate(slip.image)) for slip in slips]


@pytest.fixture
def desk(tmp_path: Path, warm: WarmKiosk) -> Iterator[Desk]:
    first, second = draw_cards(tmp_path / "cards", 2)
    with TcpPrinter() as printer:
        yield Desk(Station(tmp_path / "kiosk", printer.setting, warm=warm), printer, first, second)


def test_before_the_commit_nothing_has_happened_and_no_number_is_used_up(desk: Desk) -> None:
    desk.die_at(Point.BEFORE_COMMIT)
    assert check_store(desk.station.folder) == []
    assert station_events(desk.station.folder) == []
    (line,) = desk.station.check_in(desk.first)
    assert (line["outcome"], line["label"], line["print"]) == ("issued", "M-001", "printed")
    assert desk.slips(1) == [(line["token_id"], False)]
    check_store(desk.station.folder)


@dataclass(frozen=True)
class Aftermath:
    """What is left of the first patient's slip.

    Attributes:
        out_before: it came out whole before the death. At the next start none comes out by itself.
        state, cause: what the next start makes of it.
    """

    point: Point
    out_before: bool
    state: str
    cause: str
    minutes_ago: int = 0


AFTERMATHS = [
    Aftermath(Point.AFTER_COMMIT, False, "failed", "PATIENT_GONE"),
    Aftermath(Point.AFTER_COMMIT, False, "failed", "PATIENT_GONE", minutes_ago=2),
    Aftermath(Point.BEFORE_SEND, False, "in_doubt", "INTERRUPTED"),
    Aftermath(Point.IN_SEND, False, "in_doubt", "INTERRUPTED"),
    Aftermath(Point.AFTER_SEND, True, "in_doubt", "INTERRUPTED"),
    Aftermath(Point.BEFORE_CONFIRM, True, "in_doubt", "INTERRUPTED"),
    Aftermath(Point.AFTER_CONFIRM, True, "printed", ""),
]


@pytest.mark.parametrize("after", AFTERMATHS, ids=lambda after: f"{after.point}-{after.minutes_ago}")
def test_a_committed_token_stays_and_its_slip_never_comes_out_unasked_twice(
    desk: Desk, tmp_path: Path, after: Aftermath
) -> None:
    """After the restart another patient comes first, then the one whose check-in had died."""
    desk.die_at(after.point, after.minutes_ago)
    (left,) = check_store(desk.station.folder)
    assert left["label"] == "M-001"
    own = (left["token_id"], False)
    assert desk.slips(after.out_before) == [own] * after.out_before

    other, again = desk.station.check_in(desk.second, desk.first)
    assert told(other) == ("issued", "M-002", other["token_id"], "printed")
    assert told(again) == ("already_issued", "M-001", left["token_id"], "printed")
    slips = [*[own] * after.out_before, (other["token_id"], False), (left["token_id"], True)]
    assert desk.slips(len(slips)) == slips
    assert slip_jobs(desk.station.folder) == [
        ("M-001", 0, after.state, after.cause),
        ("M-002", 0, "printed", ""),
        ("M-001", 1, "printed", ""),
    ]
    assert_arrives_once(desk.station, tmp_path / "server.db")


def told(line: Line) -> tuple[str, str, str, str]:
    return line["outcome"], line["label"], line["token_id"], line["print"]


def test_a_patient_who_scans_again_after_the_death_gets_one_slip_not_two(desk: Desk) -> None:
    desk.die_at(Point.AFTER_COMMIT)
    (line,) = desk.station.check_in(desk.first)
    assert (line["outcome"], line["label"], line["print"]) == ("already_issued", "M-001", "printed")
    assert len(desk.slips(1)) == 1
    assert len(check_store(desk.station.folder)) == 1


@pytest.mark.parametrize("point", [Point.BEFORE_SYNCED, Point.AFTER_SYNCED])
def test_death_around_the_writing_down_of_an_answer_sends_nothing_twice(
    desk: Desk, tmp_path: Path, point: Point
) -> None:
    desk.station.check_in(desk.first, desk.second)
    database = tmp_path / "server.db"
    with running_server(f"sqlite:///{database}") as server:
        desk.die_at(point, server_url=server.url)
    assert server_events(database) == station_events(desk.station.folder)
    assert acknowledged(desk.station.folder) == (4 if point is Point.AFTER_SYNCED else 0)
    assert_arrives_once(desk.station, database)


@pytest.mark.parametrize(("when", "held"), [("before_commit", 0), ("after_commit", 4)])
def test_a_server_that_dies_around_its_commit_has_each_event_once_afterwards(
    desk: Desk, tmp_path: Path, when: str, held: int
) -> None:
    desk.station.check_in(desk.first, desk.second)
    database = tmp_path / "server.db"
    with hospital(database, [sys.executable, "-m", "tests.e2e.dying_server", when]) as server:
        ended = replace(desk.station, server_url=server.url).run("sync")
        assert (ended.code, ended.output) == (1, "")
        assert ended.errors.splitlines()[-1].partition(":")[0] in ("SERVER_GARBAGE", "SERVER_UNREACHABLE")
        assert server.wait_ended() == -signal.SIGKILL
    assert len(server_events(database)) == held
    assert acknowledged(desk.station.folder) == 0
    assert_arrives_once(desk.station, database)


def assert_arrives_once(station: Station, database: Path) -> None:
    with running_server(f"sqlite:///{database}") as server:
        report = replace(station, server_url=server.url).sync()
        assert report["parked"] == []
    events = server_events(database)
    assert events == station_events(station.folder)
    assert acknowledged(station.folder) == report["acked_seq"] == len(events)
    check_store(station.folder)
