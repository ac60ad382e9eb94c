"""Where the server listens, behind which certificate, and under which address it is reached."""

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509

from kiosk.errors import SettingError
from kiosk.model.web_address import is_loopback, server_address
from kiosk.settings import Settings

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
BACKLOG = 1_024
"""Connections not yet taken: after an outage all stations come at once. The kernel's own limit is 4096."""
ENDS_SOON = timedelta(days=14)
"""From then on a start of the server warns that its certificate ends."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Tls:
    """PEM files: the server's certificate followed by those between it and its CA, and its key without a password.

    Raises (on making):
        SettingError: if one cannot be read or the key is another certificate's.
    """

    certificate: Path
    key: Path

    def __post_init__(self) -> None:
        _check_readable("tls_certificate", self.certificate)
        _check_readable("tls_key", self.key)
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certificate, self.key, _refuse_password)
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                raise SettingError("tls_key does not belong to tls_certificate") from error
            raise SettingError(
                f"tls_certificate and tls_key must be a certificate and its key as PEM files: {error.reason}"
            ) from error


def tls_of(settings: Settings, now: datetime | None = None) -> Tls | None:
    """The configured certificate. A warning is logged if it ends soon; ``now`` is the machine's clock without it.

    Raises:
        SettingError: if only one of the two settings is there, or as ``Tls``; if the certificate has ended.
    """
    if settings.tls_certificate is None and settings.tls_key is None:
        return None
    if settings.tls_certificate is None or settings.tls_key is None:
        raise SettingError("tls_certificate and tls_key are set together or not at all")
    tls = Tls(settings.tls_certificate, settings.tls_key)
    _check_end(tls.certificate, now or datetime.now(UTC))
    return tls


def _check_end(path: Path, now: datetime) -> None:
    """No station would speak to a server whose certificate has ended."""
    try:
        ends = x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
    except ValueError as error:
        raise SettingError(f"tls_certificate is {path}, which cannot be understood: {error}") from error
    if ends <= now:
        raise SettingError(
            f"tls_certificate has ended at {ends:%Y-%m-%d %H:%M} UTC, and it is {now:%Y-%m-%d %H:%M} now: put a new one"
            f" into {path}, or set the clock"
        )
    if ends - now < ENDS_SOON:
        _log.warning("tls_certificate_ends_soon", ends=f"{ends:%Y-%m-%d}", days=(ends - now).days)


def _check_readable(name: str, path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise SettingError(f"{name} is {path}, which cannot be read: {error.strerror}") from error


def _refuse_password() -> str:
    """Called only for a key that has one; without this OpenSSL would ask on the terminal and wait."""
    raise SettingError("tls_key has a password; write it out without one, readable for the server alone")


@dataclass(frozen=True)
class Door:
    """How the server is reached. Port 0 is any free one; without a ``public_url`` the address is the listener's own.

    Raises (on making):
        SettingError: a host that other machines reach, without a certificate; or a bad port or address.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    tls: Tls | None = None
    public_url: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise SettingError(f"port is {self.port}; allowed are 0 (any free one) to 65535")
        if self.tls is None and not is_loopback(self.host):
            raise SettingError(
                f"host is {self.host!r}, which other machines reach: set tls_certificate and tls_key, or listen on"
                " 127.0.0.1 behind a proxy that has a certificate, with its address as public_url"
            )
        if self.public_url:
            _check_address(self.public_url)
        elif not self.host or _is_wildcard(self.host):
            raise SettingError(f"host is {self.host!r}: set public_url, the address under which stations reach it")

    @property
    def is_open(self) -> bool:
        """Only this machine comes in. With a public address there is a proxy in front, and behind that the world."""
        return is_loopback(self.host) and not self.public_url

    def listen(self) -> socket.socket:
        """Raises SettingError, as when another program has the port."""
        address = DEFAULT_HOST if self.host == "localhost" else self.host
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            listener = socket.create_server((address, self.port), family=family, backlog=BACKLOG)
        except OSError as error:
            reason = f"cannot listen on {self.host}, port {self.port}: {error.strerror or error}"
            raise SettingError(f"{reason}; choose a free port, and an address of this machine") from error
        if not is_loopback(self.host) and is_loopback(listener.getsockname()[0]):
            listener.close()
            # Debian's /etc/hosts says so of a machine's own name; no station would ever get through.
            reason = f"host is {self.host!r}, which here means this machine alone (see /etc/hosts)"
            raise SettingError(f"{reason}: listen on 0.0.0.0 and set public_url")
        # Connections inherit it. asyncio sets it only on sockets it made itself; without it every answer takes 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener

    def own_url(self, listener: socket.socket) -> str:
        """A name stays a name, as the certificate is for it."""
        host = DEFAULT_HOST if self.host == "localhost" else self.host
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"

    def address(self, listener: socket.socket) -> str:
        """Under which stations reach the server."""
        return self.public_url.rstrip("/") or self.own_url(listener)


def _check_address(public_url: str) -> None:
    try:
        server_address(public_url)
    except ValueError as error:
        raise SettingError(f"public_url is {public_url!r}; allowed: {error}") from None


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
