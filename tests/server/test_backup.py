"""Copies of the server's database; and a server that forgot what its stations remember."""

import json
import random
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from kiosk.app import new_id
from kiosk.errors import KioskError, SettingError
from kiosk.model.token import Token
from kiosk.server.app import running_server
from kiosk.server.backup import LEAP, copy_sqlite, note_restored
from kiosk.server.database import Database, open_database
from kiosk.server.ingest import ingest
from kiosk.server.problems import ProblemError
from kiosk.server.projection import token_of
from kiosk.server.queries import changes
from kiosk.server.series import Owner, in_order, reserve_for, series_for
from kiosk.server.tables import audit, configuration, facility, series, token
from kiosk.store.store import SqliteStore, open_store
from kiosk.sync.client import HttpServer
from kiosk.sync.loop import sync_until_done
from kiosk.sync.messages import SyncRequest
from tests.contracts.acts import order
from tests.fakes import FakeClock
from tests.model.samples import HOSPITAL, MONDAY, NINE, minutes, person
from tests.postgres import Postgres, binaries
from tests.server.doors import import_facility
from tests.server.shared import hospital
from tests.sync.chain import FACILITY as CHAINED
from tests.sync.chain import Chain

FACILITY = HOSPITAL.facility_id


class Stations:
    """Three kiosks, each with a store of its own; they issue and speak to a server in turn."""

    def __init__(self, folder: Path) -> None:
        self.stores = [open_store(folder / name, name, new_id, {}) for name in "ABC"]
        self.clock = FakeClock(NINE)
        self._issued = 0

    def issue(self, place: int, count: int) -> None:
        for _ in range(count):
            self._issued += 1
            # No slip: what becomes of one is the station's own business for a while.
            self.stores[place].issue(order(person(self._issued), now=NINE + minutes(self._issued), wants_slip=False))

    def sync(self, url: str, *places: int) -> None:
        for place in places:
            server = HttpServer(url, FACILITY)
            try:
                sync_until_done(self.stores[place], server, self.clock)
            finally:
                server.close()

    def replicas(self) -> list[list[Token]]:
        return [known(store) for store in self.stores]

    def close(self) -> None:
        for store in self.stores:
            store.close()


def known(store: SqliteStore) -> list[Token]:
    return sorted((row.token for row in store.tokens(MONDAY)), key=lambda each: each.token_id)


def held(database: Database) -> list[Token]:
    with database.reader.begin() as connection:
        rows = connection.execute(select(token).order_by(token.c.token_id)).mappings()
        return [token_of(row) for row in rows]


@pytest.fixture
def stations(tmp_path: Path) -> Iterator[Stations]:
    made = Stations(tmp_path)
    yield made
    made.close()


def run(*command: str | Path) -> None:
    ended = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr


@contextmanager
def opened(url: str) -> Iterator[Database]:
    with closing(open_database(url)) as database:
        yield database


@contextmanager
def copies(url: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Callable[[], None], str]]:
    """How to make a backup of the database now, as the manual says, and the URL of what is restored from it."""
    if url.startswith("sqlite"):
        with opened(url) as database:
            yield lambda: copy_sqlite(database, folder / "copy.db"), f"sqlite:///{folder / 'copy.db'}"
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    programs = binaries()
    assert programs is not None
    with cluster.database("template0") as restored:
        dump = folder / "server.dump"

        def make() -> None:
            run(programs / "pg_dump", "--format=custom", f"--file={dump}", url)
            run(programs / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", dump)

        yield make, restored


def test_stations_bring_back_what_a_restored_server_lost(
    database_url: str, stations: Stations, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """And nothing that comes afterwards is missed by a station that had been further than the backup."""
    with copies(database_url, tmp_path, request) as (make_copy, restored_url):
        with running_server(database_url) as server:
            stations.issue(0, 4)
            stations.issue(1, 2)
            stations.sync(server.url, 0, 1, 2)
            make_copy()
            stations.issue(0, 3)
            stations.issue(1, 3)
            stations.sync(server.url, 0, 1, 2)
        with opened(restored_url) as restored:
            assert len(held(restored)) == 6
            assert note_restored(restored, NINE) == [FACILITY]
            with running_server(restored_url) as server:
                stations.issue(1, 5)
                stations.sync(server.url, 1, 2)
                stations.issue(0, 1)
                stations.sync(server.url, 0, 2, 1)
            assert stations.replicas() == [held(restored)] * 3
            assert len(held(restored)) == 18


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_all_replicas_are_equal_at_rest(
    database_url: str, stations: Stations, tmp_path: Path, request: pytest.FixtureRequest, seed: int
) -> None:
    chance = random.Random(seed)

    def work_a_while(url: str) -> None:
        for _ in range(12):
            stations.issue(chance.randrange(3), chance.randrange(4))
            stations.sync(url, chance.randrange(3))

    with copies(database_url, tmp_path, request) as (make_copy, restored_url):
        with running_server(database_url) as server:
            work_a_while(server.url)
            make_copy()
            work_a_while(server.url)
        with opened(restored_url) as restored:
            note_restored(restored, NINE)
            with running_server(restored_url) as server:
                work_a_while(server.url)
                stations.sync(server.url, 0, 1, 2, 0, 1, 2)
            assert stations.replicas() == [held(restored)] * 3


def test_three_restores_of_older_and_newer_backups_hide_nothing(
    database_url: str, stations: Stations, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A station that spoke to the older one alone has gone past what only the newer one holds."""
    with ExitStack() as stack:
        made = [stack.enter_context(copies(database_url, folder(tmp_path, name), request)) for name in "abc"]
        with running_server(database_url) as server:
            stations.issue(0, 2)
            stations.sync(server.url, 0, 1, 2)
            for make_copy, _ in (made[0], made[2]):
                make_copy()
            stations.issue(0, 3)
            stations.sync(server.url, 0)
            made[1][0]()
        speak = [(2,), (0, 1, 2), (1, 0, 2, 1)]
        for hour, ((_, url), places) in enumerate(zip(made, speak, strict=True)):
            with opened(url) as restored:
                note_restored(restored, NINE + minutes(60 * hour))
                with running_server(url) as server:
                    stations.sync(server.url, *places)
                if hour > 0:
                    assert stations.replicas() == [held(restored)] * 3
                    assert len(held(restored)) == 5


def folder(parent: Path, name: str) -> Path:
    (parent / f"backup {name}").mkdir()
    return parent / f"backup {name}"


def test_events_of_a_month_are_told_once_more_in_their_order(database: Database) -> None:
    chain = Chain().issue_many(4)
    for place, days in enumerate((0, 1, 31, 32)):
        push = SyncRequest.of(chain.push(place + 1, place + 1), CHAINED)
        ingest(database, push, NINE + timedelta(days=days))
    note_restored(database, NINE + timedelta(days=33))
    (reached,) = revisions(database)
    told = changes(database.reader, CHAINED, "another store", reached - 100, 500)
    assert [each.seq for each in told.events] == [3, 4]
    assert (told.cursor, told.more) == (reached, False)
    every = changes(database.reader, CHAINED, "another store", 0, 500)
    assert [each.seq for each in every.events] == [1, 2, 3, 4]


def test_a_restore_is_noted_for_each_facility_and_revisions_leap(database: Database) -> None:
    with database.writer.begin() as connection:
        rows = [{"facility_id": name, "revision": place} for place, name in enumerate(("IN1", "IN2"))]
        connection.execute(facility.insert(), rows)
    assert note_restored(database, NINE) == ["IN1", "IN2"]
    with database.reader.begin() as connection:
        noted = connection.execute(select(audit.c.facility_id, audit.c.act)).all()
    assert min(revisions(database)) > LEAP
    assert sorted(map(tuple, noted)) == [("IN1", "server_restored"), ("IN2", "server_restored")]


def test_two_restores_of_one_backup_end_apart(database: Database) -> None:
    """The first one may have given out revisions before the second one took them back."""
    ended: set[int] = set()
    for restored_at in (NINE, NINE + minutes(1)):
        with database.writer.begin() as connection:
            connection.execute(facility.delete())
            connection.execute(facility.insert(), {"facility_id": "IN1", "revision": 7})
        note_restored(database, restored_at)
        ended.update(revisions(database))
    assert max(ended) - min(ended) >= 60_000_000


def test_a_restore_leaps_even_where_the_clock_is_behind(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(facility.insert(), {"facility_id": "IN1", "revision": 2 * 10**15})
    note_restored(database, NINE)
    assert revisions(database) == [2 * 10**15 + LEAP]


def revisions(database: Database) -> Sequence[int]:
    with database.reader.begin() as connection:
        return connection.execute(select(facility.c.revision).order_by(facility.c.facility_id)).scalars().all()


def test_series_that_the_server_forgot_are_kept_for_those_who_have_them(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"}, FACILITY)
    stores = [Owner(FACILITY, f"K{number}", f"store {number}") for number in range(5)]
    with database.writer.begin() as connection:
        assert series_for(connection, stores[0], None, NINE) == ""
    note_restored(database, NINE)
    with database.writer.begin() as connection:
        first = series_for(connection, stores[1], None, NINE)
        assert first not in ["", *"ABCDEF"]
        assert series_for(connection, stores[2], "A", NINE) == "A"
        second = series_for(connection, stores[3], None, NINE)
        with pytest.raises(ProblemError):
            series_for(connection, stores[4], "A", NINE)
        third = reserve_for(connection, stores[2], NINE)
        order = list(in_order())
    assert [order.index(each or "") - order.index(first) for each in (second, third)] == [1, 2]


def granted_after(database: Database, restored_at: datetime) -> set[str]:
    """To six stations and as their reserves, after a restore of a backup in which one series was given."""
    owners = [Owner(FACILITY, f"K{number}", f"store {number}") for number in range(7)]
    with database.writer.begin() as connection:
        connection.execute(series.delete())
        series_for(connection, owners[0], None, NINE)
    note_restored(database, restored_at)
    with database.writer.begin() as connection:
        given = {series_for(connection, owner, None, NINE) for owner in owners[1:]}
        return given | {str(reserve_for(connection, owner, NINE)) for owner in owners[1:-1]}


def test_a_series_given_between_two_restores_of_one_backup_is_not_given_again(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"}, FACILITY)
    hours = [timedelta(minutes=each) for each in (0, 15, 60, 8 * 60, 12 * 60 - 15)]
    given = [granted_after(database, NINE + each) for each in hours]
    assert [len(each) for each in given] == [11] * 5
    assert len(set().union(*given)) == 55


def test_a_facility_restored_again_and_again_still_has_series(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"}, FACILITY)
    for days in range(60):
        note_restored(database, NINE + timedelta(days=days))
    owners = [Owner(FACILITY, f"K{number}", f"store {number}") for number in range(100)]
    with database.writer.begin() as connection:
        assert len({series_for(connection, owner, None, NINE) for owner in owners}) == 100


def test_stations_take_the_restored_configuration_for_another_one(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"}, FACILITY)
    about = {"facility_id": FACILITY, "applies_from": MONDAY, "imported_at": NINE}
    rows = [{**about, "revision": number, "document": json.dumps(hospital(FACILITY))} for number in (1, 2)]
    with database.writer.begin() as connection:
        connection.execute(configuration.insert(), rows)
        connection.execute(facility.update().values(config_revision=2))
    note_restored(database, NINE)
    with database.reader.begin() as connection:
        kept = connection.execute(select(configuration.c.revision).order_by(configuration.c.revision)).scalars().all()
        newest = connection.execute(select(facility.c.config_revision)).scalar_one()
    assert kept == [newest - 1, newest]
    assert newest > LEAP


# --- copies of SQLite ------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    yield opened
    opened.close()


def test_a_copy_is_private_whole_and_alone(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    target = tmp_path / "copies" / "monday.db"
    with sqlite.writer.begin() as connection:
        connection.execute(facility.insert(), {"facility_id": "IN1", "revision": 7})
    copy_sqlite(sqlite, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(target.parent.iterdir()) == [target]
    with opened(f"sqlite:///{target}") as copy, copy.reader.begin() as connection:
        assert connection.execute(select(facility.c.revision)).scalar_one() == 7


def test_a_copy_of_a_database_in_use(sqlite: Database, tmp_path: Path) -> None:
    """A push under way is not in it, and is not held up."""
    with sqlite.writer.begin() as connection:
        connection.execute(facility.insert(), {"facility_id": "IN1", "revision": 7})
        copy_sqlite(sqlite, tmp_path / "copy.db")
    with opened(f"sqlite:///{tmp_path / 'copy.db'}") as copy, copy.reader.begin() as connection:
        assert connection.execute(select(facility.c.revision)).all() == []


def test_a_backup_never_covers_another(sqlite: Database, tmp_path: Path) -> None:
    copy_sqlite(sqlite, tmp_path / "copy.db")
    before = (tmp_path / "copy.db").read_bytes()
    with pytest.raises(SettingError):
        copy_sqlite(sqlite, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == before


def test_a_damaged_database_gives_no_copy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'server.db'}"
    with opened(url) as database, database.writer.begin() as connection:
        rows = [{"facility_id": f"IN{place:04}", "revision": place} for place in range(3000)]
        connection.execute(facility.insert(), rows)
    path = Path(str(make_url(url).database))
    damaged = bytearray(path.read_bytes())
    rows_begin = damaged.index(b"IN0000")
    damaged[rows_begin : rows_begin + 30_000] = bytes(30_000)
    path.write_bytes(damaged)
    with opened(url) as database, pytest.raises(KioskError) as caught:
        copy_sqlite(database, tmp_path / "copy.db")
    assert caught.value.code == "BACKUP_FAILED"
    assert not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "copy.db.partial").exists()


def test_a_folder_that_is_not_there(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(KioskError) as caught:
        copy_sqlite(sqlite, tmp_path / "nowhere" / "copy.db")
    assert caught.value.code == "BACKUP_FAILED"


def test_postgresql_has_its_own_program(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as url, opened(url) as database, pytest.raises(SettingError, match="pg_dump"):
        copy_sqlite(database, tmp_path / "copy.db")
