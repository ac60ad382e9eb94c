"""Hospital servers that die around their first share: ``python -m tests.e2e.dying_share_server``.

For each line of input, ``WHEN DATABASE GATEWAY``, a copy of this process serves and dies: what all load is loaded once.
Told are the port that it listens at, then how it ended. Its clock is nine seconds late, so that what it had to itself
when it died is free again soon after.
"""

import os
import socket
import sys
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


def serve(when: str, database_url: str, gateway_url: str) -> None:
    database = open_database(database_url)
    event.listen(database.writer, "before_cursor_execute", partial(await_it, database, when))
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for the log
    account = abdm_settings("sbx", CLIENT_ID, CLIENT_SECRET, base_url=gateway_url)
    app = build_app(database, late_now, abdm=AbdmAccount(account))
    uvicorn.Server(uvicorn.Config(app, log_config=None)).run(sockets=[listener])


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                serve(*line.split())
            finally:
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
