"""``SqliteStore``: the ports TokenStore and DeskStore over an encrypted SQLite file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, update

from kiosk.model.desk import Called, CallOrder, DeskRows, Failures, OpeningChange, OpenSlip, PinHash, SlipRow
from kiosk.model.events import Event, Json, Kind, instant_text
from kiosk.model.exchange import Enrolment, Pull, PulledConfiguration, Push, StoreClaim, StoreGrant
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.queue import CallingRule, Classes
from kiosk.model.token import SlipState, Token
from kiosk.ports import NO_REMARKS, ArrivalOrder, Issued, IssueOrder, SlipJob, TokenRow
from kiosk.store import (
    acting,
    arriving,
    attention,
    calling,
    configuring,
    desk_rows,
    enrolling,
    issuing,
    openings,
    purging,
    renewal,
    slip_rows,
    slips,
    staff,
    syncing,
    tables,
)
from kiosk.store.engine import outside_transactions, reader_engine, store_errors, writer_engine
from kiosk.store.founding import found
from kiosk.store.key import load_key, remember_key
from kiosk.store.ledger import Ledger, find_patient, find_token, read_meta
from kiosk.store.place import STORE_FILE as STORE_FILE  # noqa: PLC0414 - whoever opens stores knows it from here
from kiosk.store.place import finish_restore, place_locked
from kiosk.store.pulling import retry_unapplied
from kiosk.store.rows import token_of
from kiosk.store.schema import ensure_schema


def open_store(
    data_dir: Path, series: str | None, new_id: Callable[[], str], environ: Mapping[str, str]
) -> "SqliteStore":
    """The store in ``data_dir``, made on first use with ``series``, and brought to this program's schema.

    ``series`` None takes the store's own, which is empty for a new store.

    Raises:
        StoreError: the folder cannot be written, the key is wrong, the store lost, damaged or of a newer program.
        SettingError: the store has issued in another series.
    """
    path = data_dir / STORE_FILE
    # SQLite alone would call the store busy for whoever comes second.
    with place_locked(data_dir):
        finish_restore(data_dir)
        key = load_key(data_dir, path, environ)
        # SQLite gives its journals the permissions of the store, so these are right before it opens.
        path.touch(mode=0o600)
        path.chmod(0o600)
        store = open_file(path, key, series, new_id)
        remember_key(data_dir, key)
        return store


def open_file(path: Path, key: bytes, series: str | None, new_id: Callable[[], str]) -> "SqliteStore":
    """The store in the file ``path``, which is there and may be empty. Raises like ``open_store``."""
    writer, reader = writer_engine(path, key), reader_engine(path, key)
    try:
        with store_errors(path.parent):
            ensure_schema(writer)
            with writer.begin() as connection:
                found(connection, series, new_id)
                retry_unapplied(connection)
            return SqliteStore(writer, reader, path, key, new_id)
    except BaseException:
        reader.dispose()
        writer.dispose()
        raise


class SqliteStore:
    """The ports TokenStore and DeskStore; may be called from any thread, writes queue up for the one writer.

    Attributes:
        folder: where the store's file lies, with what belongs to it.
        key: for copies of the store, which have the same.
    """

    def __init__(self, writer: Engine, reader: Engine, path: Path, key: bytes, new_id: Callable[[], str]) -> None:
        self._writer = writer
        self._reader = reader
        self._path = path
        self._new_id = new_id
        self._called: dict[str, datetime] = {}
        self.folder = path.parent
        self.key = key

    @property
    def store_id(self) -> str:
        with self._reading() as connection:
            return read_meta(connection).store_id

    @property
    def series(self) -> str | None:
        """None: there is none, or none yet."""
        with self._reading() as connection:
            return read_meta(connection).series

    def issue(self, order: IssueOrder) -> Issued:
        with self._writing() as connection:
            return issuing.issue(connection, order, self._new_id)

    def held_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        with self._reading() as connection:
            tokens = issuing.tokens_now(connection, patient, facility, now)
            return tuple(token for token in tokens if token.is_live(now, facility.return_window))

    def expected_tokens(self, patient: Patient, facility: Facility, now: datetime) -> tuple[Token, ...]:
        with self._reading() as connection:
            return tuple(token for token in issuing.tokens_now(connection, patient, facility, now) if token.is_expected)

    def claimed_token(self, facility: Facility, label: str, last_digits: str, now: datetime) -> Token | None:
        with self._reading() as connection:
            return arriving.claimed(connection, facility, label, last_digits, now)

    def arrive(self, order: ArrivalOrder) -> Issued:
        with self._writing() as connection:
            return arriving.arrive(connection, self._new_id, order)

    def reprint(
        self, token_id: str, language: str, now: datetime, limit: int, remarks: Mapping[str, Json] = NO_REMARKS
    ) -> SlipJob:
        with self._writing() as connection:
            return slips.reprint(connection, self._new_id, token_id, language, now, limit, remarks)

    def act(self, kind: Kind, token_id: str, now: datetime, body: Mapping[str, Json]) -> Token:
        with self._writing() as connection:
            return acting.act(connection, self._new_id, kind, token_id, now, body)

    def call(self, order: CallOrder, rule: CallingRule, classes: Classes, now: datetime) -> Called | None:
        with self._writing() as connection:
            return calling.call(connection, self._new_id, order, rule, classes, now)

    def take_called(self, called: Called, now: datetime) -> None:
        with self._writing() as connection:
            syncing.take_called(connection, called)
            # An answer that the server gave before is still on its way, perhaps.
            self._called[called.token.act_id] = called.token.moved_at

    def refer(self, token_id: str, order: IssueOrder, body: Mapping[str, Json]) -> Issued:
        with self._writing() as connection:
            return calling.refer(connection, self._new_id, token_id, order, body)

    def declare(self, kind: Kind, facility: Facility, now: datetime, body: Mapping[str, Json]) -> None:
        with self._writing() as connection:
            openings.declare(connection, self._new_id, kind, facility, now, body)

    def waiting(self, facility_id: str, service_day: date, departments: Sequence[str]) -> Sequence[Token]:
        with self._reading() as connection:
            return calling.waiting(connection, facility_id, service_day, departments)

    def desk_rows(self, facility_id: str, service_day: date, since: int) -> DeskRows:
        with self._reading() as connection:
            return desk_rows.desk_rows(connection, facility_id, service_day, since)

    def open_slips(self, service_day: date) -> Sequence[OpenSlip]:
        with self._reading() as connection:
            return attention.open_slips(connection, service_day)

    def openings(self, facility_id: str, service_day: date) -> Sequence[OpeningChange]:
        with self._reading() as connection:
            return openings.openings(connection, facility_id, service_day)

    def history(self, token_id: str) -> Sequence[Event]:
        with self._reading() as connection:
            return attention.history(connection, token_id)

    def own_events(self, seqs: Sequence[int]) -> Sequence[Event]:
        with self._reading() as connection:
            return attention.own_events(connection, seqs)

    def keep_pins(self, pins: Sequence[PinHash], now: datetime) -> None:
        with self._writing() as connection:
            staff.keep_pins(connection, pins, now)

    def pins(self) -> Sequence[PinHash]:
        with self._reading() as connection:
            return staff.pins(connection)

    def failures(self, staff_id: str) -> Failures:
        with self._reading() as connection:
            return staff.failures(connection, staff_id)

    def note_failure(self, staff_id: str, now: datetime) -> Failures:
        with self._writing() as connection:
            return staff.note_failure(connection, staff_id, now)

    def forget_failures(self, staff_id: str) -> None:
        with self._writing() as connection:
            staff.forget_failures(connection, staff_id)

    def tokens(self, service_day: date) -> Sequence[TokenRow]:
        t = tables.token.c
        query = select(tables.token).where(t.service_day == service_day.isoformat()).order_by(t.issued_at, t.token_id)
        with self._reading() as connection:
            acked = syncing.position(connection, syncing.ACKED)
            return [TokenRow(token_of(row), row.last_seq <= acked) for row in connection.execute(query)]

    def token(self, token_id: str) -> Token | None:
        with self._reading() as connection:
            return find_token(connection, token_id)

    def patient_of(self, token_id: str) -> Patient | None:
        with self._reading() as connection:
            return find_patient(connection, token_id)

    def due_slips(self, queued_since: datetime) -> Sequence[SlipJob]:
        with self._reading() as connection:
            return slips.due(connection, queued_since)

    def slip_moved(
        self, job_id: str, state: SlipState, now: datetime, cause: str = "", remarks: Mapping[str, Json] = NO_REMARKS
    ) -> None:
        with self._writing() as connection:
            slips.moved(connection, self._new_id, job_id, slips.Outcome(state, cause, remarks), now)

    def interrupted_slips(self) -> Sequence[SlipJob]:
        with self._reading() as connection:
            return slips.interrupted(connection)

    def slip_rows(self, service_day: date) -> Sequence[SlipRow]:
        """The slip jobs of a day's tokens with what became of each, the oldest first."""
        with self._reading() as connection:
            return slip_rows.slip_rows(connection, service_day)

    def next_push(self, limit: int) -> Push:
        with self._reading() as connection:
            return syncing.next_push(connection, limit)

    def synced(self, pull: Pull, now: datetime) -> None:
        heard = {event.event_id for event in pull.events}
        with self._writing() as connection:
            self._called = {
                act_id: at for act_id, at in self._called.items() if at > pull.server_time and act_id not in heard
            }
            syncing.synced(connection, pull, now, self._called)

    def note_fork(self, now: datetime) -> None:
        with self._writing() as connection:
            connection.execute(update(tables.meta).values(forked_at=instant_text(now)))
            syncing.doubt(connection)

    def begin_anew(self, now: datetime, reserve: str | None = None) -> None:
        with self._writing() as connection:
            renewal.begin_anew(connection, self._new_id, now, reserve)

    def claim(self) -> StoreClaim | None:
        with self._reading() as connection:
            return renewal.claim(connection)

    def granted(self, grant: StoreGrant, now: datetime) -> None:
        with self._writing() as connection:
            renewal.granted(connection, grant, now)

    def claim_again(self) -> None:
        with self._writing() as connection:
            renewal.claim_again(connection)

    def enrol(self, enrolment: Enrolment, series: str | None, facility_key: bytes, now: datetime) -> None:
        with self._writing() as connection:
            enrolling.enrol(connection, self._new_id, enrolment, series, facility_key, now)

    def enrolment(self) -> Enrolment | None:
        with self._reading() as connection:
            return configuring.enrolment(connection)

    def config_revision(self) -> int:
        with self._reading() as connection:
            return configuring.config_revision(connection)

    def keep_configuration(self, pulled: PulledConfiguration, now: datetime) -> None:
        with self._writing() as connection:
            configuring.keep_configuration(connection, pulled, now)

    def configuration(self, service_day: date) -> str | None:
        with self._reading() as connection:
            return configuring.configuration(connection, service_day)

    def purge_details(self, now: datetime) -> int:
        with self._writing() as connection:
            purged = purging.purge_details(connection, now)
        self.empty_log()
        return purged

    def unsynced(self) -> int:
        with self._reading() as connection:
            return syncing.unsynced(connection)

    def last_synced_at(self) -> datetime | None:
        with self._reading() as connection:
            return syncing.last_synced_at(connection)

    def known_times(self) -> tuple[datetime | None, datetime | None]:
        """The newest time written down, and the newest that somebody vouched for."""
        with self._reading() as connection:
            meta = read_meta(connection)
            return meta.last_at, meta.confirmed_at

    def prove_usable(self, now: datetime) -> None:
        """Write something harmless, as issuing would.

        Raises:
            StoreError: also ClockError; a token could not be issued either.
        """
        with self._writing() as connection:
            ledger = Ledger(connection, self._new_id)
            ledger.time_at(now)
            ledger.close()

    def damage(self) -> str:
        """What SQLite's own check finds wrong, or an empty text."""
        with self._reading() as connection:
            found: str = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            return "" if found == "ok" else found

    def copy_to(self, path: Path) -> None:
        """Write a copy of this moment, encrypted with the same key, into the empty file ``path``; others go on."""
        with outside_transactions(self._reader, self.folder) as connection:
            connection.execute("VACUUM INTO ?", [str(path)])

    def size_bytes(self) -> int:
        """Of the store with its log, which a copy will not exceed."""
        log = self._path.with_name(f"{self._path.name}-wal")
        return sum(path.stat().st_size for path in (self._path, log) if path.exists())

    def row_counts(self, names: Sequence[str]) -> dict[str, int]:
        """How many rows the tables ``names`` have."""
        with self._reading() as connection:
            counts = {name: select(func.count()).select_from(tables.metadata.tables[name]) for name in names}
            return {name: connection.execute(count).scalar_one() for name, count in counts.items()}

    def tokens_with_details(self) -> set[str]:
        """Ids of the tokens whose patients' details are still here."""
        with self._reading() as connection:
            return set(connection.execute(select(tables.patient.c.token_id)).scalars())

    def is_new_series(self, series: str) -> bool:
        """Whether no token of ``series`` was ever seen here."""
        with self._reading() as connection:
            return renewal.is_new_series(connection, series)

    def empty_log(self) -> bool:
        """Bring the write-ahead log into the file; False where a reader is in the way."""
        return purging.truncate_log(self._writer, self.folder)

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with store_errors(self.folder), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with store_errors(self.folder), self._reader.begin() as connection:
            yield connection
