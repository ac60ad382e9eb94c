"""A hospital server that dies around the first push: ``python -m tests.e2e.dying_server WHEN --database --port``.

It says on which port it listens: with ``--port 0`` on any free one.

It is the program's own application over the program's own database. Other transactions than a push's do not count.
"""

import argparse
import socket
from functools import partial

import uvicorn
from sqlalchemy import event

from kiosk.server.database import Database, open_database
from kiosk.server.web import build_app
from tests.e2e.dying_station import die

EVENTS = {"before_commit": "commit", "after_commit": "checkin"}
"""SQLAlchemy's: all is executed and nothing kept; or the connection is back, so all is kept and nothing answered."""


def await_push(database: Database, when: str, connection: object, cursor: object, statement: str, *_: object) -> None:
    if statement.startswith("INSERT INTO event") and not event.contains(database.writer, when, die):
        event.listen(database.writer, when, die)


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("when", choices=EVENTS)
    words.add_argument("--database")
    words.add_argument("--port", type=int)
    given = words.parse_args()
    database = open_database(given.database)
    event.listen(database.writer, "before_cursor_execute", partial(await_push, database, EVENTS[given.when]))
    listener = socket.create_server(("127.0.0.1", given.port))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(build_app(database), log_config=None)).run(sockets=[listener])


if __name__ == "__main__":
    main()
