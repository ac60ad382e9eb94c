"""The server as something that runs: in the foreground for the command line, on a thread for the demo and tests."""

import ipaddress
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import structlog
import uvicorn

from kiosk.errors import ServerError, SettingError
from kiosk.server.database import Database, open_database
from kiosk.server.web import build_app
from kiosk.settings import Settings

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
START_S = 10.0
STOP_S = 10.0
_log = structlog.get_logger()


def check_loopback(host: str) -> None:
    """Refuse to be reachable from other machines as long as stations do not sign what they send.

    Raises:
        SettingError: for anything but localhost, 127.0.0.0/8 and ::1.
    """
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise SettingError(f"host is {host!r}; allowed are localhost, 127.0.0.1 and ::1 until stations can be enrolled")


def database_url_of(settings: Settings) -> str:
    """The configured database; without one an SQLite file in the data folder, which is made."""
    if settings.database_url:
        return settings.database_url
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"sqlite:///{settings.data_dir / 'server.db'}"


def run_server(database_url: str, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> None:
    """Serve until Ctrl+C or SIGTERM.

    Raises:
        SettingError: for a bad host, port or database URL.
    """
    listener = _listening(host, port)
    with closing(listener), closing(open_database(database_url)) as database, suppress(KeyboardInterrupt):
        # uvicorn raises the signal again once it has stopped: then the database is closed, after either. For a server
        # that a shell started in the background, SIGINT would otherwise be ignored.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        _log.info("server_listening", url=_url(listener))
        _server(database).run(sockets=[listener])


class ServerThread:
    """The server on a thread of its own; port 0 takes a free one. ``start`` returns when it answers.

    Raises (on making):
        SettingError: as ``run_server``.
    """

    def __init__(self, database_url: str, host: str = DEFAULT_HOST, port: int = 0) -> None:
        self._listener = _listening(host, port)
        self.url = _url(self._listener)
        try:
            self._database = open_database(database_url)
        except BaseException:
            self._listener.close()
            raise
        self._server = _server(self._database)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), name="server", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._server.ready.wait(START_S):
            raise ServerError("the server on this machine did not start", code="SERVER_UNREACHABLE")

    def stop(self) -> None:
        """Let running requests end, then close the database."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        self._listener.close()
        self._database.close()


@contextmanager
def running_server(database_url: str, host: str = DEFAULT_HOST, port: int = 0) -> Iterator[ServerThread]:
    """A server that answers within the block and is gone after it."""
    server = ServerThread(database_url, host, port)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _server(database: Database) -> _Server:
    config = uvicorn.Config(
        build_app(database),
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=200,
        timeout_graceful_shutdown=5,
    )
    return _Server(config)


def _listening(host: str, port: int) -> socket.socket:
    check_loopback(host)
    if not 0 <= port <= 65_535:
        raise SettingError(f"port is {port}; allowed are 0 (any free one) to 65535")
    address = DEFAULT_HOST if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family, backlog=128)
    except OSError as error:
        raise SettingError(f"cannot listen on {host}, port {port}: {error}; choose a free port") from error
    # Connections inherit it. asyncio sets it only on sockets it made itself; without it every answer takes 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
