"""``kiosk enrol`` and ``kiosk rotate-key``: this machine becomes a station of a hospital's server, and stays one."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from kiosk.app import SystemClock, enrolled_server, load_facility, new_id, ownership
from kiosk.configured import configured, parser_for
from kiosk.device_key import DeviceKey, credential_key, name_next_key, next_key, take_next_key
from kiosk.errors import KioskError, ServerError, SettingError, StoreError, StoreForkError
from kiosk.model.exchange import Enrolment
from kiosk.model.opd import ENGLISH
from kiosk.pepper import DESK_FILE, keep_pepper
from kiosk.ports import Clock
from kiosk.settings import Settings
from kiosk.store.store import SqliteStore, open_store
from kiosk.sync.client import HttpServer
from kiosk.sync.configuring import Configuring
from kiosk.sync.messages import EnrolAnswer, EnrolRequest
from kiosk.sync.signing import fingerprint

CODE_LENGTH = 8
_ALPHABET = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MISREAD = str.maketrans("OIL", "011", " -\t\u2010\u2011\u2013\u2014")
MAX_CA_BYTES = 100_000
_log = structlog.get_logger()


@dataclass(frozen=True)
class Enrolled:
    """What enrolment made of this machine.

    Attributes:
        trouble: a code where the configuration could not be had yet.
        server_url: of the settings, where it is another than that of the enrolment: it stands above it.
    """

    enrolment: Enrolment
    hospital: str
    series: str | None
    fingerprint: str
    trouble: str = ""
    server_url: str = ""

    def lines(self) -> list[str]:
        station = f"station {self.enrolment.station_id} ({self.enrolment.kind})"
        told = [
            f"{station} of {self.hospital} ({self.enrolment.facility_id})",
            f"series {'none' if self.series is None else self.series or '(no letters)'}",
            f"fingerprint {self.fingerprint}: compare it with what `kiosk admin stations` shows on the server",
        ]
        if self.trouble:
            told.append(f"{self.trouble}: no configuration yet; it comes with the next sync")
        if self.server_url:
            told.append(f"server_url is set: this station speaks to {self.server_url}, not {self.enrolment.server_url}")
        return told


def parsed_code(untrusted_code: str) -> str:
    """A pairing code as the server knows it, however it was read out and typed.

    Raises:
        SettingError
    """
    code = untrusted_code.upper().translate(_MISREAD)
    if len(code) != CODE_LENGTH or not _ALPHABET.issuperset(code):
        raise SettingError("the code must be 8 letters and digits, such as 7Q2M-X9RT, from `kiosk admin pair`")
    return code


def ca_certificate(path: Path | None) -> str:
    """The text of the file that ``--ca`` names; empty without one. Raises SettingError."""
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            untrusted = file.read(MAX_CA_BYTES + 1)
    except OSError as error:
        raise SettingError(f"cannot read the certificate {path}: {error.strerror}") from error
    if len(untrusted) > MAX_CA_BYTES:
        raise SettingError(f"{path} is too long for a certificate")
    if not untrusted.isascii() or b"-----BEGIN CERTIFICATE-----" not in untrusted:
        # An empty text would silently mean the system's authorities.
        raise SettingError(f"{path} holds no certificate in PEM form")
    return untrusted.decode("ascii")


def enrol(
    settings: Settings,
    environ: Mapping[str, str],
    server_url: str,
    code: str,
    ca_pem: str = "",
    clock: Clock | None = None,
) -> Enrolled:
    """Make this machine the station that ``code`` was given for. May be repeated with a new code at any time.

    Raises:
        SettingError: server_url, code or ca_pem make no sense.
        ServerError: nothing was changed here; CODE_WRONG, FACILITY_OTHER, STORE_FOREIGN, SERIES_TAKEN are the server's.
        StoreError: also STATION_BUSY, a kiosk runs on this store, and ISSUED_TODAY.
        DeviceKeyError, PepperError
    """
    clock = clock or SystemClock()
    code = parsed_code(code)
    server = HttpServer(server_url, "", ca_pem=ca_pem, now=clock.now)
    with closing(server), _own_store(settings, environ) as store:
        enrolling = _Enrolling(settings, environ, store, clock)
        enrolling.refuse_on_working_day()
        given = credential_key(environ)
        key = given or next_key(settings.data_dir, takes_named=False)
        answer = enrolling.ask(server, code, key)
        enrolment = _enrolment(answer, server_url.rstrip("/"), ca_pem)
        # Before the enrolment, which is not to be without it; PINs of before fit no more, here or there.
        keep_pepper(settings.data_dir / DESK_FILE, bytes.fromhex(answer.pin_pepper) if answer.pin_pepper else None)
        # Key's name, enrolment, key: in this order no power cut parts the enrolment from its key.
        if given is None:
            name_next_key(settings.data_dir, key, answer.key_id)
        store.enrol(enrolment, answer.series, bytes.fromhex(answer.facility_key), clock.now())
        if given is None:
            take_next_key(settings.data_dir)
        _log.info("enrolled", facility_id=answer.facility_id, station_id=answer.station_id)
        trouble = enrolling.pull_configuration(enrolment)
        facility = configured(store, enrolment, clock.now()).facility
        mark, is_other = fingerprint(key.public_bytes), settings.server_url not in ("", enrolment.server_url)
        other = settings.server_url if is_other else ""
        return Enrolled(enrolment, facility.name(ENGLISH), store.series, mark, trouble, other)


def _enrolment(answer: EnrolAnswer, server_url: str, ca_pem: str) -> Enrolment:
    return Enrolment(
        facility_id=answer.facility_id,
        station_id=answer.station_id,
        kind=answer.kind,
        key_id=answer.key_id,
        server_url=server_url,
        public_url=answer.public_url,
        ca_pem=ca_pem,
        reserve_series=answer.reserve_series,
    )


@contextmanager
def _own_store(settings: Settings, environ: Mapping[str, str]) -> Iterator[SqliteStore]:
    """Nobody else issues meanwhile, nor goes on as the station that this one was."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ownership(settings.data_dir) as owns:
        if not owns:
            raise StoreError("a kiosk runs on this store: end it first", code="STATION_BUSY")
        with closing(open_store(settings.data_dir, settings.series, new_id, environ)) as store:
            yield store


@dataclass(frozen=True)
class _Enrolling:
    """This machine, on the way to a station."""

    settings: Settings
    environ: Mapping[str, str]
    store: SqliteStore
    clock: Clock

    def refuse_on_working_day(self) -> None:
        """The first enrolment brings another key for recognising patients, who would get second tokens today."""
        today = load_facility(self.settings).service_day(self.clock.now())
        if self.store.enrolment() is None and self.store.tokens(today):
            message = "this station has given out tokens today: enrol it before the first patient of a day"
            raise StoreError(f"{message}, or, if they were a trial, with another data_dir", code="ISSUED_TODAY")

    def ask(self, server: HttpServer, code: str, key: DeviceKey) -> EnrolAnswer:
        """What the server makes of us. A store that it calls a copy begins anew; the code is still good for that."""
        try:
            return server.enrol(self._request(code, key))
        except (StoreForkError, ServerError) as error:
            if not self._is_copy(error):
                raise
            self.store.note_fork(self.clock.now())
            self.store.begin_anew(self.clock.now())
            return server.enrol(self._request(code, key))

    def _is_copy(self, refusal: KioskError) -> bool:
        """Whether another machine has this very store, as when a kiosk's disk was copied for the next kiosk."""
        if isinstance(refusal, StoreForkError):
            return True
        return self.store.enrolment() is not None and refusal.code in ("STORE_FOREIGN", "SERIES_TAKEN")

    def _request(self, code: str, key: DeviceKey) -> EnrolRequest:
        before = self.store.enrolment()
        facility_id = before.facility_id if before else load_facility(self.settings).facility_id
        is_used = before is not None or self.store.known_times()[0] is not None
        return EnrolRequest(
            code=code,
            public_key=key.public_bytes.hex(),
            store_id=self.store.store_id,
            facility_id=facility_id if is_used else None,
            series=self.store.series if is_used else self.settings.series,
        )

    def pull_configuration(self, enrolment: Enrolment) -> str:
        """Returns a code where it cannot be had: the station is enrolled all the same."""
        refused: list[str] = []
        parse, keep_pins = parser_for(enrolment.facility_id), self.store.keep_pins
        configuring = Configuring(parse, keep_pins=keep_pins, on_refused=refused.append)
        try:
            with closing(enrolled_server(self.settings, enrolment, self.environ, self.clock)) as server:
                configuring.take(server.configuration(), self.store, self.clock)
        except ServerError as error:
            return error.code
        return refused[0] if refused else ""


def rotate_key(settings: Settings, environ: Mapping[str, str], clock: Clock | None = None) -> str:
    """Replace this station's key by a new one. Cut short anywhere, it is repeated safely. Returns the fingerprint.

    Raises:
        KioskError: the station is not enrolled (NOT_ENROLLED), or its key is a credential of systemd's (KEY_IS_GIVEN).
        ServerError: the present key stays; the new one waits for the next try.
        StoreError, DeviceKeyError
    """
    clock = clock or SystemClock()
    if credential_key(environ) is not None:
        message = "the key comes from systemd: put another one there, and enrol again"
        raise KioskError(message, code="KEY_IS_GIVEN")
    with _own_store(settings, environ) as store:
        enrolment = store.enrolment()
        if enrolment is None:
            raise KioskError("this station is not enrolled: see kiosk enrol", code="NOT_ENROLLED")
        with closing(enrolled_server(settings, enrolment, environ, clock)) as server:
            key = next_key(settings.data_dir, takes_named=True)
            key_id = server.renew_key(key.public_bytes)
        name_next_key(settings.data_dir, key, key_id)
        take_next_key(settings.data_dir)
    _log.info("key_rotated", facility_id=enrolment.facility_id, station_id=enrolment.station_id)
    return fingerprint(key.public_bytes)
