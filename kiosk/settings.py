"""Settings: one TOML file, overridden by ``KIOSK_...`` environment variables. ``load`` is pure.

Every key below is ``KIOSK_`` and its name in capitals in the environment: ``data_dir`` is ``KIOSK_DATA_DIR``.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from kiosk.errors import SettingError
from kiosk.model.opd import is_station_series
from kiosk.model.web_address import server_address
from kiosk.pepper import SERVER_FILE

PREFIX = "KIOSK_"
CONFIG_VARIABLE = "KIOSK_CONFIG"
FILE_NAME = "kiosk.toml"
WIDTHS = (576, 512, 384)
LANGUAGES = ("en", "hi")


@dataclass(frozen=True)
class Settings:
    """What the IT person may set; every field has a default that works on a fresh machine."""

    data_dir: Path = Path(platformdirs.user_data_dir("opd-kiosk", appauthor=False))
    """Where the store, its key and its lock live."""
    facility: Path | None = None
    """The TOML file that describes the hospital; without one, the built-in sample facility."""
    language: str = "hi"
    """The language of the first screen."""
    series: str | None = None
    """The letters of this station's own series, kept for ever once it has issued; None takes what the store has."""
    camera: str = "auto"
    scanner_gun: str = ""
    """Which hand scanner reads codes besides the camera, or instead of one (camera ``none``); empty for none."""
    printer: str = "auto"
    printer_dots: int = 576
    """Dots across the paper: 576 for 80 mm, 512 for 80 mm at 180 dpi, 384 for 58 mm."""
    slip_template: Path | None = None
    """How slips look, in TOML; None for ``resources/slip.toml``."""
    roll_m: int = 50
    """Metres of paper on a new roll, for the estimate of what is left."""
    reprint_limit: int = 3
    """How often the kiosk itself reprints one slip; the desk may go on."""
    server_url: str = ""
    """The hospital server, or empty for a kiosk that stands alone."""
    sync_interval_s: int = 15
    database_url: str = ""
    """The server's own database; empty for an SQLite file in ``data_dir``."""
    public_url: str = ""
    """The address under which stations reach the server, where that is not the one it listens on: behind a proxy."""
    tls_certificate: Path | None = None
    """The server's certificate with its chain (PEM), and its key; without them it serves this machine alone."""
    tls_key: Path | None = None
    retention_days: int = 365
    """How long the server keeps patients' details."""
    backup_dir: Path | None = None
    """Where copies of the store go, at best on another disk; None for ``backups`` in ``data_dir``."""
    pin_pepper: Path | None = None
    """The server's secret that is mixed into each PIN; None for ``pin.pepper`` in ``data_dir``. In no backup."""
    staff_valid_days: int = 14
    """How long after the last sync a desk lets members of the staff sign in."""
    desk_idle_min: int = 10
    """After so many minutes without a touch a desk signs out whoever works there."""
    aadhaar_certificate: Path | None = None
    """UIDAI's certificate, by which a desk checks Aadhaar cards; None leaves them unchecked."""
    export_dir: Path | None = None
    """Where a supervisor's exports of the day's figures go; None for the documents of whoever runs the desk."""
    abdm_client_id: str = ""
    """The hospital's account at ABDM's gateway; empty for a server that takes no part in Scan & Share."""
    abdm_client_secret_file: Path | None = None
    """The file with the account's secret, readable for the server alone; None for the systemd credential."""
    abdm_cm_id: str = "sbx"
    """``sbx`` is ABDM's sandbox, ``abdm`` production."""
    abdm_base_url: str = ""
    """The gateway's address; empty for ABDM's own of sandbox or production."""
    abdm_issuer: str = ""
    """What callbacks' tokens must name as their issuer; empty is not checked. ABDM has not published it."""
    abdm_audience: str = ""
    abdm_accepts_v1: bool = False
    """Whether shares of version 1.0 are taken too."""
    abdm_expiry_s: int = 1800
    """For how long the patient's app is told to show the token, 60 to 86400."""
    abdm_port: int = 0
    """A port for ABDM's callbacks alone, the only one that need face the internet; 0: the server's own takes them."""

    @property
    def backup_folder(self) -> Path:
        return self.backup_dir or self.data_dir / "backups"

    @property
    def export_folder(self) -> Path:
        return self.export_dir or Path(platformdirs.user_documents_dir())

    @property
    def pepper_file(self) -> Path:
        """Of the server; a desk keeps its own beside its store."""
        return self.pin_pepper or self.data_dir / SERVER_FILE

    @property
    def abdm_world(self) -> str:
        """That of the account at ABDM, ``sbx`` or ``abdm``; empty where there is none."""
        return self.abdm_cm_id if self.abdm_client_id else ""


def load(environ: Mapping[str, str], file_text: str = "", file_name: str = FILE_NAME) -> Settings:
    """The settings of the file's text, overridden by the environment.

    Raises:
        SettingError: an unknown key or a bad value; the message names the key, the value and what is allowed.
    """
    settings = Settings()
    for key, value in _file_values(file_text, file_name).items():
        settings = _with(settings, key, f"{key} in {file_name}", value)
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE:
            settings = _with(settings, variable.removeprefix(PREFIX).lower(), variable, value)
    return settings


def config_file(environ: Mapping[str, str], option: Path | None) -> Path | None:
    """The file to read: ``--config``, else KIOSK_CONFIG, else kiosk.toml in the platform's folder if it is there.

    Raises:
        SettingError: a file that was named is not there.
    """
    named = option or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is not None:
        if not named.is_file():
            raise SettingError(f"there is no configuration file {named}")
        return named
    usual = Path(platformdirs.user_config_dir("opd-kiosk", appauthor=False)) / FILE_NAME
    return usual if usual.is_file() else None


def _file_values(file_text: str, file_name: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(file_text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{file_name} is not TOML: {error}") from error


def _with(settings: Settings, key: str, shown: str, untrusted_value: object) -> Settings:
    parse = _PARSERS.get(key)
    if parse is None:
        known = ", ".join(sorted(field.name for field in fields(Settings)))
        raise SettingError(f"unknown setting {shown}; there are: {known}")
    try:
        return replace(settings, **{key: parse(_plain(untrusted_value))})
    except ValueError as error:
        raise SettingError(f"{shown} is {untrusted_value!r}; allowed: {error}") from None


def _plain(untrusted_value: object) -> str:
    if isinstance(untrusted_value, bool) or not isinstance(untrusted_value, str | int):
        raise ValueError("one text or whole number")
    return str(untrusted_value)


def _text(value: str) -> str:
    return value.strip()


def _path(value: str) -> Path:
    if not value.strip() or "\0" in value:
        raise ValueError("a path")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("a path; there is no such user's folder") from None


def _flag(value: str) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("yes, no")
    return value == "yes"


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(", ".join(choices))
        return value

    return parse


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return parse


def _width(value: str) -> int:
    if value not in map(str, WIDTHS):
        raise ValueError(", ".join(map(str, WIDTHS)))
    return int(value)


def _series(value: str) -> str:
    if not is_station_series(value):
        raise ValueError("empty, or one or two capital letters without I and O, and not S alone")
    return value


def _server_url(value: str) -> str:
    return server_address(value) if value else ""


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "data_dir": _path,
    "facility": _path,
    "language": _one_of(*LANGUAGES),
    "series": _series,
    "camera": _text,
    "scanner_gun": _text,
    "printer": _text,
    "printer_dots": _width,
    "slip_template": _path,
    "roll_m": _between(1, 500),
    "reprint_limit": _between(0, 99),
    "server_url": _server_url,
    "sync_interval_s": _between(1, 3600),
    "database_url": _text,
    "public_url": _server_url,
    "tls_certificate": _path,
    "tls_key": _path,
    "retention_days": _between(1, 36_500),
    "backup_dir": _path,
    "aadhaar_certificate": _path,
    "export_dir": _path,
    "pin_pepper": _path,
    "staff_valid_days": _between(1, 365),
    "desk_idle_min": _between(1, 480),
    "abdm_client_id": _text,
    "abdm_client_secret_file": _path,
    "abdm_cm_id": _one_of("sbx", "abdm"),
    "abdm_base_url": _server_url,
    "abdm_issuer": _text,
    "abdm_audience": _text,
    "abdm_accepts_v1": _flag,
    "abdm_expiry_s": _between(60, 86_400),
    "abdm_port": _between(0, 65_535),
}
