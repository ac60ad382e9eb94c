"""Connections to PostgreSQL: for a large hospital, for many, for several server processes over one database."""

import structlog
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from kiosk.errors import SettingError

CONNECTIONS = 10
"""At most, for each server process; its eight threads hold one each."""
CHECKOUT_S = 10.0
CONNECT_S = 5
STATEMENT_MS = 15_000
LOCK_MS = 5_000
IDLE_MS = 30_000
"""Of a transaction whose client says nothing more: it would keep its locks."""
_SESSION = {
    "statement_timeout": STATEMENT_MS,
    "lock_timeout": LOCK_MS,
    "idle_in_transaction_session_timeout": IDLE_MS,
    # Any other zone would move the last instants of the calendar out of it.
    "timezone": "UTC",
}
_GAVE_WAY = ("40001", "40P01")
_log = structlog.get_logger()


def postgresql_engines(url: URL) -> tuple[Engine, Engine]:
    """To write and to read with: one pool, whose connections are told to only read where they read.

    Raises:
        SettingError: if the URL is not one of PostgreSQL, or cannot be understood in one way only.
    """
    writer = create_engine(
        _checked(url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=CHECKOUT_S,
        # A server that was restarted has ended all of them.
        pool_pre_ping=True,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
            "client_encoding": "utf8",
            "connect_timeout": CONNECT_S,
            "keepalives_idle": 30,
            "application_name": "kiosk server",
        },
    )
    event.listen(writer, "handle_error", _without_values)
    return writer, writer.execution_options(postgresql_readonly=True)


def _checked(url: URL) -> URL:
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise SettingError("database_url: PostgreSQL is reached as postgresql://USER@HOST/DATABASE")
    if not url.database:
        raise SettingError("database_url names no database; use for example postgresql:///kiosk")
    # What stands after the first @ or / of a password would be taken for a host or a name, and quoted in error texts.
    if any("@" in part for part in (url.username or "", url.host or "", url.database)):
        raise SettingError("database_url: write @ / : and % in a password as %40 %2F %3A and %25")
    # Only there is it known to be a secret.
    if "password" in url.query:
        raise SettingError("database_url: the password stands before the host, as USER:PASSWORD@HOST, or in ~/.pgpass")
    return url


def check_postgresql(engine: Engine) -> None:
    """Refuse a database that cannot hold every name; complain of one that may lose what it has acknowledged.

    Raises:
        SettingError: if its encoding is not UTF-8.
    """
    names = ("server_encoding", "fsync", "synchronous_commit")
    with engine.begin() as connection:
        encoding, *durable = (connection.execute(text(f"SHOW {name}")).scalar_one() for name in names)
    if encoding != "UTF8":
        raise SettingError(f"database_url: the database is made for {encoding}; make one with ENCODING 'UTF8'")
    if "off" in durable:
        _log.warning("database_not_durable", fsync=durable[0], synchronous_commit=durable[1])


def gave_way(error: DBAPIError) -> bool:
    """Whether the database undid the transaction for another one's sake, so that it may just be tried again."""
    return getattr(error.orig, "sqlstate", None) in _GAVE_WAY


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the row that it refuses, which may be a patient's."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\nDETAIL:")[0], *error.args[1:])
