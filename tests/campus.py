"""A hospital whose server runs in this process: an imported facility, pairing codes, and machines to enrol."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from kiosk.pepper import SERVER_FILE, made_pepper
from kiosk.server.app import running_server
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database, open_database
from kiosk.server.enrolling import new_code, pair, revoke
from kiosk.settings import Settings
from tests.migrated import lay_server

HOSPITAL = "IN0910000123"
"""The facility id of ``document``."""


@dataclass(frozen=True)
class Campus:
    url: str
    database: Database
    folder: Path

    def configure(self, **changes: object) -> None:
        """Import the facility's document, which is the same again but for ``changes``."""
        import_configuration(self.database, document(**changes), datetime.now(UTC))

    def code(self, station_id: str = "K1") -> str:
        code, now = new_code(), datetime.now(UTC)
        assert self.database.write(lambda connection: pair(connection, HOSPITAL, station_id, code, now))
        return code

    def revoke(self, station_id: str = "K1") -> None:
        now = datetime.now(UTC)
        assert self.database.write(lambda connection: revoke(connection, HOSPITAL, station_id, now))

    def settings(self, machine: str = "kiosk") -> Settings:
        return Settings(data_dir=self.folder / machine, printer="none", sync_interval_s=1)


@contextmanager
def campus_of(folder: Path) -> Iterator[Campus]:
    """On SQLite; everything ends with the block. Its pepper lies in the folder, too."""
    url, pepper = f"sqlite:///{lay_server(folder / 'server.db')}", partial(made_pepper, folder / SERVER_FILE, {})
    with running_server(url, pepper=pepper) as server, closing(open_database(url)) as database:
        campus = Campus(server.url, database, folder)
        campus.configure()
        yield campus


def document(**changes: object) -> dict[str, Any]:
    departments = [
        {"code": "MED", "prefix": "M", "names": {"en": "Medicine"}, "quota": 100},
        {"code": "EYE", "prefix": "E", "names": {"en": "Eye"}},
    ]
    stations = [{"id": f"K{number}", "kind": "kiosk", "name": f"Hall {number}"} for number in (1, 2)]
    stations.append({"id": "B1", "kind": "board", "name": "Waiting hall"})
    names = {"en": "District Hospital, Testpur"}
    return {"facility_id": HOSPITAL, "names": names, "departments": departments, "stations": stations, **changes}
