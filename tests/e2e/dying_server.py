"""A hospital server that dies around its first commit: ``python -m tests.e2e.dying_server WHEN --database --port``.

It says on which port it listens: with ``--port 0`` on any free one.

It is the program's own application over the program's own database, and its tables are there before it listens: the
first commit is that of a push.
"""

import argparse
import socket

import uvicorn
from sqlalchemy import event

from kiosk.server.database import open_database
from kiosk.server.web import build_app
from tests.e2e.dying_station import die

EVENTS = {"before_commit": "commit", "after_commit": "checkin"}
"""SQLAlchemy's: all is executed and nothing kept; or the connection is back, so all is kept and nothing answered."""


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("when", choices=EVENTS)
    words.add_argument("--database")
    words.add_argument("--port", type=int)
    given = words.parse_args()
    database = open_database(given.database)
    event.listen(database.writer, EVENTS[given.when], die)
    listener = socket.create_server(("127.0.0.1", given.port))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(build_app(database), log_config=None)).run(sockets=[listener])


if __name__ == "__main__":
    main()
