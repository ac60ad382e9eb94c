"""A hospital server that dies around its first share: ``dying_share_server WHEN --database --gateway --port``.

It says on which port it listens: with ``--port 0`` on any free one. Its clock is nine seconds late, so that what it had
to itself when it died is free again soon after.
"""

import argparse
import socket
from datetime import datetime, timedelta
from functools import partial

import uvicorn
from sqlalchemy import event

from kiosk.abdm.abdm_settings import abdm_settings
from kiosk.server.database import Database, open_database
from kiosk.server.scan_and_share import AbdmAccount
from kiosk.server.web import build_app, utc_now
from tests.abdm.gateway import CLIENT_ID, CLIENT_SECRET
from tests.e2e.dying_station import die

STATEMENT = {
    "received": "INSERT INTO share",
    "committed": "INSERT INTO share",
    "sent": "UPDATE share SET",
    "told": "UPDATE share SET",
}
"""After the share has come and before its commit; after that, before anybody is answered; after the gateway has the
answer, before that is noted; after that."""
EVENT = {"received": "commit", "committed": "checkin", "sent": "commit", "told": "checkin"}
"""SQLAlchemy's: all is executed and nothing kept; or the connection is back, so all is kept."""
LATE = timedelta(seconds=9)


def await_it(database: Database, when: str, connection: object, cursor: object, statement: str, *_: object) -> None:
    if statement.startswith(STATEMENT[when]) and not event.contains(database.writer, EVENT[when], die):
        event.listen(database.writer, EVENT[when], die)


def late_now() -> datetime:
    return utc_now() - LATE


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("when", choices=EVENT)
    words.add_argument("--database")
    words.add_argument("--gateway")
    words.add_argument("--port", type=int)
    given = words.parse_args()
    database = open_database(given.database)
    event.listen(database.writer, "before_cursor_execute", partial(await_it, database, given.when))
    listener = socket.create_server(("127.0.0.1", given.port))
    print(listener.getsockname()[1], flush=True)
    account = abdm_settings("sbx", CLIENT_ID, CLIENT_SECRET, base_url=given.gateway)
    app = build_app(database, late_now, abdm=AbdmAccount(account))
    uvicorn.Server(uvicorn.Config(app, log_config=None)).run(sockets=[listener])


if __name__ == "__main__":
    main()
