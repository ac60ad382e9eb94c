"""Who may come in, and by which door: loopback, a certificate, a proxy in front."""

import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.x509.oid import NameOID

from kiosk.errors import SettingError
from kiosk.server.app import ServerThread, run_server, running_server
from kiosk.server.listening import Door, Tls, tls_of
from kiosk.settings import Settings
from kiosk.sync.client import HttpServer
from tests.server.streaming import streaming
from tests.sync.chain import FACILITY, Chain

PUBLIC = "https://opd.hospital.example"


class Authority:
    """A hospital's own CA, in ``folder/ca.pem``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
        certificate = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0))
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        (folder / "ca.pem").write_text(self.pem, "ascii")

    def issue(self, name: str, lasts: timedelta = timedelta(days=1)) -> Tls:
        """A certificate for this machine's addresses."""
        key = generate_private_key(SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate_file, key_file = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate_file.write_bytes(self._signed(subject, key, names, lasts).public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(_private(key, serialization.NoEncryption()))
        return Tls(certificate_file, key_file)

    def _signed(
        self,
        subject: x509.Name,
        key: EllipticCurvePrivateKey,
        extension: x509.ExtensionType,
        lasts: timedelta = timedelta(days=1),
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + lasts)
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
        )


def _private(key: EllipticCurvePrivateKey, protection: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine_alone_needs_no_certificate(host: str) -> None:
    assert Door(host).is_open


OUTSIDE = ["0.0.0.0", "::", "", "10.0.0.7", "192.168.1.1", "hospital.example", "127.0.0.1.example", "fe80::1"]


@pytest.mark.parametrize("host", OUTSIDE)
def test_any_other_address_is_refused_without_a_certificate(host: str, tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path / 'server.db'}"
    for open_door in (
        lambda: Door(host),
        lambda: Door(host, public_url=PUBLIC),
        lambda: run_server(database_url, host, 0),
        lambda: ServerThread(database_url, host, 0),
    ):
        with pytest.raises(SettingError, match="tls_certificate") as caught:
            open_door()
        assert caught.value.code == "SETTING_INVALID"
    assert not (tmp_path / "server.db").exists()


def test_with_a_certificate_others_come_in_and_nobody_is_a_neighbour(authority: Authority) -> None:
    tls = authority.issue("server")
    assert not Door("10.0.0.7", tls=tls).is_open
    assert Door("127.0.0.1", tls=tls).is_open


def test_a_proxy_in_front_lets_the_world_in() -> None:
    assert not Door("127.0.0.1", public_url=PUBLIC).is_open


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_all_addresses_at_once_are_none_that_stations_could_sign(authority: Authority, host: str) -> None:
    tls = authority.issue("server")
    with pytest.raises(SettingError, match="public_url"):
        Door(host, tls=tls)
    Door(host, tls=tls, public_url=PUBLIC)


@pytest.mark.parametrize(
    "address", ["http://opd.hospital.example", "opd.hospital.example", "https://", "ftp://x.example"]
)
def test_a_public_address_is_encrypted(address: str) -> None:
    with pytest.raises(SettingError, match="public_url"):
        Door(public_url=address)


@pytest.mark.parametrize(
    ("host", "public_url", "address"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:{port}"),
        ("localhost", "", "http://127.0.0.1:{port}"),
        ("::1", "", "http://[::1]:{port}"),
        ("127.0.0.1", PUBLIC + "/", PUBLIC),
    ],
)
def test_the_address_that_stations_sign(host: str, public_url: str, address: str) -> None:
    door = Door(host, 0, public_url=public_url)
    with closing(door.listen()) as listener:
        assert door.address(listener) == address.format(port=listener.getsockname()[1])


def test_a_host_that_is_named_keeps_its_name_as_the_certificate_is_for_it(authority: Authority) -> None:
    door = Door("localhost.localdomain", 0, authority.issue("server"))
    with closing(Door(port=0).listen()) as listener:
        assert door.own_url(listener) == f"https://localhost.localdomain:{listener.getsockname()[1]}"


def test_a_name_that_nobody_knows_is_a_setting_error(authority: Authority) -> None:
    with pytest.raises(SettingError, match="cannot listen"):
        Door("nowhere.invalid", 0, authority.issue("server")).listen()


def test_a_name_that_means_this_machine_alone_is_told(authority: Authority) -> None:
    with pytest.raises(SettingError, match=r"set public_url"):
        Door("127.1", 0, authority.issue("server")).listen()


def test_stations_speak_to_it_encrypted_and_streams_go_on(authority: Authority, database_url: str) -> None:
    with running_server(database_url, tls=authority.issue("server")) as server:
        assert server.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cadata=authority.pem)
        with streaming(server.url, verify=trusting) as stream:
            assert stream.revision() == 0
            client = HttpServer(server.url, FACILITY, ca_pem=authority.pem)
            assert client.exchange(Chain().issue_many(1).push()).acked_seq == 1
            client.close()
            stream.wait_for(1)


def test_who_does_not_know_the_authority_or_speaks_plainly_gets_nothing(authority: Authority, tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path / 'server.db'}", tls=authority.issue("server")) as server:
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx2.get(f"{server.url}/healthz", trust_env=False)
        with pytest.raises(httpx2.RemoteProtocolError):
            httpx2.get(server.url.replace("https:", "http:") + "/healthz", trust_env=False)


def test_old_tls_is_refused(authority: Authority, tmp_path: Path) -> None:
    old = ssl.create_default_context(cadata=authority.pem)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        running_server(f"sqlite:///{tmp_path / 'server.db'}", tls=authority.issue("server")) as server,
        pytest.raises(httpx2.ConnectError),
    ):
        httpx2.get(f"{server.url}/healthz", trust_env=False, verify=old)


# --- certificate files ------------------------------------------------------------------------------------------------


def _missing(own: Tls, other: Tls) -> tuple[Path, Path]:
    own.key.unlink()
    return own.certificate, own.key


def _folder(own: Tls, other: Tls) -> tuple[Path, Path]:
    return own.certificate.parent, own.key


def _swapped(own: Tls, other: Tls) -> tuple[Path, Path]:
    return own.key, own.certificate


def _empty(own: Tls, other: Tls) -> tuple[Path, Path]:
    own.certificate.write_bytes(b"")
    return own.certificate, own.key


def _locked(own: Tls, other: Tls) -> tuple[Path, Path]:
    key = serialization.load_pem_private_key(own.key.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    own.key.write_bytes(_private(key, serialization.BestAvailableEncryption(b"secret")))
    return own.certificate, own.key


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda own, other: (own.certificate, other.key), "tls_key does not belong to tls_certificate"),
        (_missing, "tls_key .* cannot be read"),
        (_folder, "tls_certificate .* cannot be read"),
        (_swapped, "PEM files"),
        (_empty, "PEM files"),
        (_locked, "tls_key has a password"),
    ],
)
def test_files_that_do_not_fit_are_told_before_anything_listens(
    authority: Authority, damage: Callable[[Tls, Tls], tuple[Path, Path]], says: str
) -> None:
    certificate, key = damage(authority.issue("server"), authority.issue("other"))
    with pytest.raises(SettingError, match=says):
        Tls(certificate, key)


def test_a_certificate_and_its_key_are_set_together(authority: Authority) -> None:
    tls = authority.issue("server")
    assert tls_of(Settings()) is None
    assert tls_of(Settings(tls_certificate=tls.certificate, tls_key=tls.key)) == tls
    for half in (Settings(tls_certificate=tls.certificate), Settings(tls_key=tls.key)):
        with pytest.raises(SettingError, match="together"):
            tls_of(half)


def configured(tls: Tls) -> Settings:
    return Settings(tls_certificate=tls.certificate, tls_key=tls.key)


def test_a_certificate_that_has_ended_is_refused(authority: Authority) -> None:
    settings = configured(authority.issue("server"))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with pytest.raises(SettingError, match=rf"tls_certificate has ended at {tomorrow:%Y-%m-%d} ") as caught:
        tls_of(settings, tomorrow + timedelta(seconds=1))
    assert str(settings.tls_certificate) in str(caught.value)


@pytest.mark.parametrize(("days_before", "warned"), [(15, []), (13, [13])])
def test_a_certificate_that_ends_soon_is_told(authority: Authority, days_before: int, warned: list[int]) -> None:
    settings = configured(authority.issue("server"))
    ends = datetime.now(UTC) + timedelta(days=1)
    with structlog.testing.capture_logs() as logged:
        tls_of(settings, ends - timedelta(days=days_before, hours=1))
    assert [(entry["event"], entry["days"]) for entry in logged] == [("tls_certificate_ends_soon", n) for n in warned]


def test_a_certificate_of_another_form_is_told(authority: Authority) -> None:
    """OpenSSL reads it, together with what it is trusted for."""
    tls = authority.issue("server")
    tls.certificate.write_bytes(tls.certificate.read_bytes().replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE"))
    with pytest.raises(SettingError, match=r"tls_certificate .* cannot be understood"):
        tls_of(configured(tls))


def test_the_command_refuses_a_certificate_that_has_ended(authority: Authority, tmp_path: Path) -> None:
    tls = authority.issue("server", lasts=timedelta(seconds=-1))
    own = {"KIOSK_TLS_KEY": str(tls.key), "KIOSK_TLS_CERTIFICATE": str(tls.certificate)}
    ended = kiosk_server(tmp_path, own, "--host", "127.0.0.1")
    assert ended.returncode == 2
    assert ended.stderr.startswith("SETTING_INVALID: tls_certificate has ended at ")


def kiosk_server(folder: Path, environ: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """The command, which is refused."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")}
    own = {"XDG_CONFIG_HOME": str(folder), "KIOSK_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "kiosk", "server", "--port", "0", *words]
    return subprocess.run(
        command, env={**others, **own, **environ}, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_command_says_what_to_do(tmp_path: Path) -> None:
    ended = kiosk_server(tmp_path, {"KIOSK_TLS_KEY": "only.key"}, "--host", "0.0.0.0", "--workers", "2")
    assert ended.returncode == 2
    assert ended.stderr == "SETTING_INVALID: tls_certificate and tls_key are set together or not at all\n"
