"""Databases with this program's schema and nothing in them: migrated once for each process that runs tests.

A migration takes 70 ms and more, a copy of its outcome takes none. How a database is migrated is tested where that is
what a test is about.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.server.database import open_database
from kiosk.store.engine import writer_engine
from kiosk.store.key import KEY_BYTES, KEY_FILE
from kiosk.store.place import STORE_FILE
from kiosk.store.schema import ensure_schema

KEY = bytes(range(KEY_BYTES))


def lay_store(folder: Path) -> Path:
    """Make ``folder`` a station's, whose store has its key and its tables; it becomes somebody when it is opened."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _lay(folder / KEY_FILE, KEY.hex().encode())
    _lay(folder / STORE_FILE, _store())
    return folder


def lay_server(path: Path) -> Path:
    """The server's SQLite database as the file ``path``."""
    _lay(path, _server())
    return path


def _lay(path: Path, content: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(content)


@cache
def _store() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / STORE_FILE
        engine = writer_engine(path, KEY)
        ensure_schema(engine)
        engine.dispose()
        return _alone(path)


@cache
def _server() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.db"
        open_database(f"sqlite:///{path}").close()
        return _alone(path)


def _alone(path: Path) -> bytes:
    """All of it, with nothing left in a journal."""
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    return path.read_bytes()
