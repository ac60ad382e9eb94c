"""``python -m tests.bench.desk``: how long staff wait for the label after a touch of Call next, and for their screen.

The whole desk as ``kiosk desk`` puts it together, off screen, before a server process on PostgreSQL that many hospitals
share. Exits with 0 whether or not the aims are met; anything else means nothing was measured.
"""

import argparse
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import insert

from kiosk.app import Station, configure_logging, open_server, open_station
from kiosk.desk import Desk, running_desk
from kiosk.enrol import enrol
from kiosk.model.staff import SignedIn
from kiosk.server.database import open_database
from kiosk.server.tables import token
from kiosk.settings import Settings
from kiosk.store.engine import PRAGMAS
from kiosk.sync.loop import sync_until_done
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.queue_page import QueuePage
from kiosk.ui.labels import PlainLabel
from kiosk.window import kiosk_application
from tests.bench.measuring import NotMeasuredError
from tests.bench.report import machine, percentile
from tests.bench.server_calls import BLOCK, day_row
from tests.bench.server_clients import Line
from tests.bench.server_database import Bench, bench_cluster
from tests.bench.server_load import analyse
from tests.bench.server_process import serving
from tests.bench.server_stations import enrolled
from tests.campus import Campus
from tests.e2e.records import opened
from tests.model.samples import person

FAST_MS, STALL_MS = 100.0, 50.0
"""The aims: from touch to label at the 99th percentile; any one turn of the window's event loop."""
HOSPITALS = 49
"""That share the server with ours, each with as many tokens today."""
PATIENCE_S = 60.0
"""For whatever must come; only a hang takes so long."""
CALM_S = 0.3
ROUNDS, NEWS = 10, 50
"""Refreshes that are watched, and how many new tokens come with each."""
WARM = 5
STATIONS = [{"id": "K1", "kind": "kiosk", "name": "Hall"}, {"id": "D1", "kind": "desk", "name": "Room 1"}]
REST_S = 0.4
"""After each patient: a station that asks more than ten times a second is told to wait."""
DEPARTMENTS = [{"code": "MED", "prefix": "M", "names": {"en": "Medicine"}}]


@dataclass(frozen=True)
class DeskTimes:
    """Milliseconds: of each call, of the least that it can be, and of each turn while the list takes in news."""

    calls: Sequence[float]
    bare: Sequence[float]
    turns: Sequence[float]


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.desk", description="How long staff wait here.")
    words.add_argument("--tokens", type=int, default=2_000, help="of our hospital today, and of each of the others")
    words.add_argument("--calls", type=int, default=200, help="touches of Call next")
    given = words.parse_args()
    configure_logging()
    application = kiosk_application(os.environ, offscreen=True)
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder, bench_cluster() as cluster:
        times = measure(Bench(cluster, Path(folder)), application, given.tokens, given.calls)
    for line in (*machine(), *report(times, given.tokens)):
        print(line, flush=True)


def report(times: DeskTimes, tokens: int) -> Iterator[str]:
    p99, most = percentile(times.calls, 99), max(times.turns)
    pairs = zip(times.calls, times.bare, strict=True)
    ratio = median(call / bare for call, bare in pairs)
    yield f"{len(times.calls)} touches of Call next; PostgreSQL, {(HOSPITALS + 1) * tokens:,} tokens today"
    yield (
        f"touch to label painted: p50 {median(times.calls):.1f} ms, p99 {p99:.1f} ms, aim under {FAST_MS:.0f}: "
        f"{'met' if p99 < FAST_MS else 'NOT met'}"
    )
    yield (
        f"bare (a round trip, an UPDATE committed there, one here): p50 {median(times.bare):.1f} ms, "
        f"p99 {percentile(times.bare, 99):.1f} ms; a call takes {ratio:.1f} times as long (median of the pairs)"
    )
    yield (
        f"list of {tokens:,} taking in {ROUNDS} times {NEWS} new tokens: longest turn of the event loop {most:.1f} ms, "
        f"p99 {percentile(times.turns, 99):.1f} ms, aim under {STALL_MS:.0f}: {'met' if most < STALL_MS else 'NOT met'}"
    )


def measure(bench: Bench, application: QApplication, tokens: int, calls: int) -> DeskTimes:
    """Raises NotMeasuredError."""
    with ExitStack() as stack:
        url = stack.enter_context(bench.database("postgresql"))
        address = stack.enter_context(serving(url, 1, bench.folder))
        campus = stack.enter_context(_campus(url, address, bench.folder))
        _fill_others(campus, address, tokens)
        kiosk = stack.enter_context(_station(campus, "K1"))
        server = stack.enter_context(closing(open_server(kiosk)))

        def issue(first: int, count: int) -> None:
            for number in range(first, first + count):
                kiosk.registration.check_in(person(number), "MED", "en")
            sync_until_done(kiosk.store, server, kiosk.clock)

        issue(1, tokens)
        desk = _opened_desk(stack, application, _station(campus, "D1"), tokens)
        bare = stack.enter_context(_bare_call(campus, address, bench.folder / "bare.db"))
        taken = [_paired(application, desk, bare) for _ in range(WARM + calls)][WARM:]
        turns = [turn for nth in range(ROUNDS) for turn in _refreshed(application, desk, issue, tokens + nth * NEWS)]
    return DeskTimes([call for call, _ in taken], [least for _, least in taken], turns)


@contextmanager
def _campus(url: str, address: str, folder: Path) -> Iterator[Campus]:
    with closing(open_database(url)) as database:
        campus = Campus(address, database, folder)
        campus.configure(stations=STATIONS, departments=DEPARTMENTS)
        yield campus


def _fill_others(campus: Campus, address: str, tokens: int) -> None:
    """Half of their day is over, half waits."""
    ids = [f"IN{number:010d}" for number in range(HOSPITALS)]
    enrolled(campus.database, address, ids)
    today = datetime.now(UTC).date()
    for facility_id in ids:
        rows = [day_row(facility_id, place, place < tokens // 2, today) for place in range(tokens)]
        for first in range(0, tokens, BLOCK):
            with campus.database.writer.begin() as connection:
                connection.execute(insert(token), rows[first : first + BLOCK])
    analyse(campus.database)


@contextmanager
def _station(campus: Campus, station_id: str) -> Iterator[Station]:
    settings = Settings(data_dir=campus.folder / station_id, printer="none", language="en")
    enrol(settings, {}, campus.url, campus.code(station_id))
    with open_station(settings, {}) as station:
        yield station


def _opened_desk(
    stack: ExitStack, application: QApplication, station: AbstractContextManager[Station], tokens: int
) -> Desk:
    """Somebody is signed in, and the whole day is in the list."""
    opened_station = stack.enter_context(station)
    desk = stack.enter_context(running_desk(opened_station, application))
    desk.window.show()
    who = SignedIn("asha", "Asha Verma", "caller", (), datetime.now(UTC))
    desk.session.resume(who, Place("1", ("MED",)))
    _until(application, lambda: len(desk.session.rows) == tokens)
    _calm(application)
    return desk


# --- a call -----------------------------------------------------------------------------------------------------------


class _Painted(QObject):
    """When a label was painted with other words than ``before``, in seconds of ``perf_counter``; 0 until then."""

    def __init__(self, label: PlainLabel, before: str) -> None:
        super().__init__(label)
        self._label, self._before = label, before
        self.at_s = 0.0
        label.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and not self.at_s and self._label.text() != self._before:
            self.at_s = time.perf_counter()
        return False


def _paired(application: QApplication, desk: Desk, bare: Callable[[], float]) -> tuple[float, float]:
    """A call, and the least that it can be, right after each other; then the patient has been seen."""
    called_ms, bare_ms = _called_ms(application, desk), bare()
    (row,) = desk.session.current
    desk.session.complete(row.token.token_id)
    _until(application, lambda: not desk.session.current and not desk.session.is_busy)
    _until(application, lambda: not desk.station.store.unsynced())
    _calm(application)
    rested_s = time.monotonic() + REST_S
    _until(application, lambda: time.monotonic() > rested_s)
    return called_ms, bare_ms


def _called_ms(application: QApplication, desk: Desk) -> float:
    """From the touch to the paint of the new label."""
    page = desk.window.pages["queue"]
    assert isinstance(page, QueuePage)
    label, button = page.calling.card.label, page.calling.call_next
    painted = _Painted(label, label.text())
    handle = desk.window.windowHandle()
    place = button.mapTo(desk.window, button.rect().center())
    began_s = time.perf_counter()
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    _until(application, lambda: painted.at_s > 0)
    label.removeEventFilter(painted)
    return (painted.at_s - began_s) * 1000


@contextmanager
def _bare_call(campus: Campus, address: str, path: Path) -> Iterator[Callable[[], float]]:
    """One request answered, one row changed and committed in PostgreSQL, one in an encrypted file: milliseconds."""
    request = f"GET /healthz HTTP/1.1\r\nHost: {address.removeprefix('http://')}\r\n\r\n".encode()
    there = "UPDATE token SET room = %s WHERE facility_id = %s AND token_id = %s"
    row = (f"IN{0:010d}", str(uuid.UUID(int=1)))
    with (
        Line(address) as line,
        closing(campus.database.writer.raw_connection()) as driver,
        opened(path, "ab" * 32) as here,
    ):
        for pragma in PRAGMAS:
            here.execute(pragma).fetchall()
        here.execute("CREATE TABLE bare (room TEXT)")
        here.execute("INSERT INTO bare VALUES ('')")

        def call() -> float:
            room = str(time.perf_counter())
            began_s = time.perf_counter()
            line.ask(request)
            driver.cursor().execute(there, (room[:10], *row))
            driver.commit()
            here.execute("UPDATE bare SET room = ?", [room])
            return (time.perf_counter() - began_s) * 1000

        yield call


# --- a refresh --------------------------------------------------------------------------------------------------------


def _refreshed(application: QApplication, desk: Desk, issue: Callable[[int, int], None], known: int) -> Iterator[float]:
    """Milliseconds of each turn of the event loop while new tokens are pulled and listed."""
    issue(known + 1, NEWS)
    wanted = known + NEWS
    desk.session.parts.nudge()
    until_s = time.perf_counter() + PATIENCE_S
    calm_until_s = 0.0
    while not calm_until_s or time.perf_counter() < calm_until_s:
        began_s = time.perf_counter()
        application.processEvents()
        yield (time.perf_counter() - began_s) * 1000
        time.sleep(0.001)
        if not calm_until_s and len(desk.session.rows) == wanted:
            calm_until_s = time.perf_counter() + CALM_S
        if time.perf_counter() > until_s:
            raise NotMeasuredError("the new tokens have not come")


def _until(application: QApplication, is_so: Callable[[], bool]) -> None:
    """Raises NotMeasuredError."""
    until_s = time.perf_counter() + PATIENCE_S
    while not is_so():
        application.processEvents()
        time.sleep(0.0005)
        if time.perf_counter() > until_s:
            raise NotMeasuredError("the desk does not answer")


def _calm(application: QApplication) -> None:
    until_s = time.perf_counter() + CALM_S
    while time.perf_counter() < until_s:
        application.processEvents()
        time.sleep(0.001)


if __name__ == "__main__":
    main()
