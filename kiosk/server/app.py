"""The server as something that runs: in the foreground for the command line, on a thread for the demo and tests."""

import resource
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import structlog
import uvicorn
from fastapi import FastAPI

from kiosk.errors import KioskError, ServerError, SettingError
from kiosk.server.crowd import REQUESTS
from kiosk.server.database import Database, open_database
from kiosk.server.hub import STREAMS
from kiosk.server.listening import BACKLOG, DEFAULT_HOST, DEFAULT_PORT, Door, Tls
from kiosk.server.parked import retry_parked
from kiosk.server.scan_and_share import AbdmAccount
from kiosk.server.web import build_app, utc_now
from kiosk.server.workers import keep_working, stop_signal
from kiosk.settings import Settings

START_S = 60.0
STOP_S = 10.0
GRACE_S = 5
"""For requests that are running when the server is to stop."""
CONNECTIONS = STREAMS + REQUESTS + 1_600
"""At most, of one process: most of a station's time its connection is idle."""
OPEN_FILES = 4_096
_log = structlog.get_logger()


def database_url_of(settings: Settings) -> str:
    """The configured database; without one an SQLite file in the data folder, which is made."""
    if settings.database_url:
        return settings.database_url
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"sqlite:///{settings.data_dir / 'server.db'}"


def run_server(
    database_url: str,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    *,
    tls: Tls | None = None,
    public_url: str = "",
    pepper: Callable[[], bytes] | None = None,
    abdm: AbdmAccount | None = None,
    workers: int = 1,
    prepare_worker: Callable[[], None] | None = None,
) -> None:
    """Serve until Ctrl+C or SIGTERM. ``prepare_worker`` is called first in each further process: logging is set there.

    ``pepper`` is what desks try PINs with; it goes to other processes, so it must be one that can be pickled. With
    ``abdm`` the server takes part in Scan & Share.

    Raises:
        SettingError: for a bad host, port, public address or database URL; for several workers over SQLite.
    """
    door = Door(host, port, tls, public_url)
    with _listening(door, abdm) as listeners, closing(open_database(database_url)) as database:
        _check_workers(database, workers)
        retry_parked(database)
        _make_pepper(pepper)
        _allow_connections()
        if workers == 1:
            server = _Server(database, door, listeners[0], pepper, abdm)
            server.heed_signals()
            _say_listening(door, listeners, workers)
            server.run(sockets=[*listeners])
            return
        database.close()  # its connections; the workers have their own
        with stop_signal() as stopped:
            _say_listening(door, listeners, workers)
            keep_working(stopped, workers, _work, (database_url, door, listeners, pepper, abdm, prepare_worker))


@contextmanager
def _listening(door: Door, abdm: AbdmAccount | None) -> Iterator[Sequence[socket.socket]]:
    """The server's own port, and behind it the one for callbacks where there is one."""
    with closing(door.listen()) as own:
        if abdm is None or not abdm.port:
            yield [own]
            return
        with closing(replace(door, port=abdm.port).listen()) as callbacks:
            yield [own, callbacks]


def _make_pepper(pepper: Callable[[], bytes] | None) -> None:
    """With the first start, so that PINs can be set. One that cannot be read holds up no patient."""
    try:
        if pepper is not None:
            pepper()
    except KioskError as error:
        _log.error("pepper_unusable", code=error.code, problem=str(error))


def _say_listening(door: Door, listeners: Sequence[socket.socket], workers: int) -> None:
    own, *callbacks = listeners
    _log.info("server_listening", url=door.own_url(own), public_url=door.address(own), workers=workers)
    for each in callbacks:
        _log.info("callbacks_listening", url=door.own_url(each))


def _work(
    database_url: str,
    door: Door,
    listeners: Sequence[socket.socket],
    pepper: Callable[[], bytes] | None,
    abdm: AbdmAccount | None,
    prepare: Callable[[], None] | None,
) -> None:
    """What each further process does."""
    if prepare is not None:
        prepare()
    with closing(open_database(database_url)) as database:
        server = _Server(database, door, listeners[0], pepper, abdm)
        server.heed_signals()
        server.run(sockets=[*listeners])


def _check_workers(database: Database, workers: int) -> None:
    if workers < 1:
        raise SettingError(f"workers is {workers}; allowed are 1 and more")
    if workers > 1 and database.writer.dialect.name != "postgresql":
        raise SettingError(f"workers is {workers}; several processes need PostgreSQL: set database_url")


def _allow_connections() -> None:
    """Each is an open file, and the usual limit is 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        enough = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


class ServerThread:
    """The server on a thread of its own; port 0 takes a free one. ``start`` returns when it answers.

    Raises (on making):
        SettingError: as ``run_server``.
    """

    def __init__(
        self,
        database_url: str,
        host: str = DEFAULT_HOST,
        port: int = 0,
        *,
        tls: Tls | None = None,
        public_url: str = "",
        pepper: Callable[[], bytes] | None = None,
        abdm: AbdmAccount | None = None,
    ) -> None:
        door = Door(host, port, tls, public_url)
        with ExitStack() as opened:
            listeners = [*opened.enter_context(_listening(door, abdm))]
            self._database = opened.enter_context(closing(open_database(database_url)))
            self._opened = opened.pop_all()
        self.url = door.own_url(listeners[0])
        self._server = _Server(self._database, door, listeners[0], pepper, abdm)
        self._thread = threading.Thread(target=self._server.run, args=(listeners,), name="server", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._server.ready.wait(START_S):
            raise ServerError("the server on this machine did not start", code="SERVER_UNREACHABLE")

    def stop(self) -> None:
        """End all streams, let running requests end, then close the database."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        self._opened.close()


@contextmanager
def running_server(
    database_url: str,
    host: str = DEFAULT_HOST,
    port: int = 0,
    *,
    tls: Tls | None = None,
    public_url: str = "",
    pepper: Callable[[], bytes] | None = None,
    abdm: AbdmAccount | None = None,
) -> Iterator[ServerThread]:
    """A server that answers within the block and is gone after it."""
    server = ServerThread(database_url, host, port, tls=tls, public_url=public_url, pepper=pepper, abdm=abdm)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class _Server(uvicorn.Server):
    def __init__(
        self,
        database: Database,
        door: Door,
        listener: socket.socket,
        pepper: Callable[[], bytes] | None,
        abdm: AbdmAccount | None,
    ) -> None:
        address = door.address(listener)
        self._app = build_app(database, utc_now, public_url=address, is_open=door.is_open, pepper=pepper, abdm=abdm)
        super().__init__(_config(self._app, door.tls))
        self.ready = threading.Event()

    def heed_signals(self) -> None:
        """Ctrl+C and SIGTERM end the server even if they come before it runs, or a shell started it in the background.

        uvicorn raises them once more in the end, which then does nothing. As exceptions they could get lost: some
        imports of libraries catch everything.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)  # which uvicorn has just made as short as ``backlog``
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams would have it wait for ever."""
        self._app.state.service.hub.end()
        await super().shutdown(sockets)


def _config(app: FastAPI, tls: Tls | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # So many does asyncio accept at once; with more, the first of several processes takes all that are waiting.
        backlog=1,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config
