"""What a station was told by its server, read by who only looks: no lock, no migration, no restore, nothing written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from kiosk.errors import StoreError
from kiosk.model.exchange import Enrolment
from kiosk.store import configuring
from kiosk.store.engine import reader_engine, store_errors
from kiosk.store.key import load_key
from kiosk.store.place import STORE_FILE
from kiosk.store.schema import is_current


@dataclass(frozen=True)
class Kept:
    """Enrolment and configuration as one moment knew them."""

    connection: Connection

    def enrolment(self) -> Enrolment | None:
        """See ``TokenStore.enrolment``."""
        return configuring.enrolment(self.connection)

    def configuration(self, service_day: date) -> str | None:
        """See ``TokenStore.configuration``."""
        return configuring.configuration(self.connection, service_day)


@contextmanager
def kept(data_dir: Path, environ: Mapping[str, str]) -> Iterator[Kept]:
    """For the store in ``data_dir``, which must be there.

    Raises:
        StoreError: STORE_OLDER, it waits for this program's first start; or as ``open_store``.
    """
    path = data_dir / STORE_FILE
    reader = reader_engine(path, load_key(data_dir, path, environ))
    try:
        with store_errors(data_dir), reader.begin() as connection:
            if not is_current(connection):
                told = "an older program wrote this store: start the new one first (kiosk run or kiosk desk)"
                raise StoreError(told, code="STORE_OLDER")
            yield Kept(connection)
    finally:
        reader.dispose()
