"""Settings: the environment over the file over the defaults; every mistake names key, value and what is allowed."""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from kiosk.errors import SettingError
from kiosk.settings import CONFIG_VARIABLE, FILE_NAME, Settings, config_file, load

GOOD_FILE = """
data_dir = "/var/lib/kiosk"
facility = "/etc/kiosk/facility.toml"
language = "en"
series = "A"
camera = 0
scanner_gun = "auto"
printer = "network:10.0.0.7:9100"
printer_dots = 384
slip_template = "/etc/opd-kiosk/slip.toml"
roll_m = 80
reprint_limit = 0
server_url = "https://opd.example.org/"
sync_interval_s = 60
database_url = "sqlite:////var/lib/kiosk/server.db"
public_url = "https://opd.example.org"
tls_certificate = "/etc/opd-kiosk/server.pem"
tls_key = "/etc/opd-kiosk/server.key"
retention_days = 400
backup_dir = "/mnt/backups"
pin_pepper = "/etc/opd-kiosk/pin.pepper"
staff_valid_days = 30
desk_idle_min = 5
aadhaar_certificate = "/etc/opd-kiosk/uidai.cer"
export_dir = "/srv/exports"
abdm_client_id = "HOSPITAL_1"
abdm_client_secret_file = "/etc/opd-kiosk/abdm.secret"
abdm_cm_id = "abdm"
abdm_base_url = "https://apis.abdm.gov.in"
abdm_issuer = "https://issuer.example"
abdm_audience = "account"
abdm_accepts_v1 = "yes"
abdm_expiry_s = 900
abdm_port = 8766
"""


def test_without_anything_every_setting_has_a_default() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.camera, settings.printer, settings.server_url, settings.facility) == ("auto", "auto", "", None)


def test_copies_go_beside_the_store_unless_another_disk_is_named() -> None:
    assert Settings(data_dir=Path("/data")).backup_folder == Path("/data/backups")
    assert load({}, GOOD_FILE).backup_folder == Path("/mnt/backups")


def test_the_pepper_lies_beside_the_data_unless_another_place_is_named() -> None:
    assert Settings(data_dir=Path("/data")).pepper_file == Path("/data/pin.pepper")
    assert load({}, GOOD_FILE).pepper_file == Path("/etc/opd-kiosk/pin.pepper")


def test_a_file_sets_every_key() -> None:
    settings = load({}, GOOD_FILE)
    assert settings == Settings(
        data_dir=Path("/var/lib/kiosk"),
        facility=Path("/etc/kiosk/facility.toml"),
        language="en",
        series="A",
        camera="0",
        scanner_gun="auto",
        printer="network:10.0.0.7:9100",
        printer_dots=384,
        slip_template=Path("/etc/opd-kiosk/slip.toml"),
        roll_m=80,
        reprint_limit=0,
        server_url="https://opd.example.org",
        sync_interval_s=60,
        database_url="sqlite:////var/lib/kiosk/server.db",
        public_url="https://opd.example.org",
        tls_certificate=Path("/etc/opd-kiosk/server.pem"),
        tls_key=Path("/etc/opd-kiosk/server.key"),
        retention_days=400,
        backup_dir=Path("/mnt/backups"),
        pin_pepper=Path("/etc/opd-kiosk/pin.pepper"),
        staff_valid_days=30,
        desk_idle_min=5,
        aadhaar_certificate=Path("/etc/opd-kiosk/uidai.cer"),
        export_dir=Path("/srv/exports"),
        abdm_client_id="HOSPITAL_1",
        abdm_client_secret_file=Path("/etc/opd-kiosk/abdm.secret"),
        abdm_cm_id="abdm",
        abdm_base_url="https://apis.abdm.gov.in",
        abdm_issuer="https://issuer.example",
        abdm_audience="account",
        abdm_accepts_v1=True,
        abdm_expiry_s=900,
        abdm_port=8766,
    )
    assert all(getattr(settings, field.name) != getattr(Settings(), field.name) for field in fields(Settings))


def test_the_environment_is_stronger_than_the_file() -> None:
    environ = {"KIOSK_PRINTER": "none", "KIOSK_PRINTER_DOTS": "512", "KIOSK_CONFIG": "ignored.toml", "HOME": "/root"}
    settings = load(environ, GOOD_FILE)
    assert (settings.printer, settings.printer_dots, settings.series) == ("none", 512, "A")


def test_every_key_of_a_file_is_a_variable_too() -> None:
    environ = {f"KIOSK_{key.upper()}": str(value) for key, value in tomllib.loads(GOOD_FILE).items()}
    assert load(environ) == load({}, GOOD_FILE)


@pytest.mark.parametrize(
    ("key", "bad", "allowed"),
    [
        ("data_dir", "", "a path"),
        ("data_dir", "~no-such-user-at-all/x", "a path"),
        ("facility", " ", "a path"),
        ("language", "ta", "en, hi"),
        ("language", "", "en, hi"),
        ("series", "S", "not S alone"),
        ("series", "O", "without I and O"),
        ("series", "abc", "capital letters"),
        ("printer_dots", "600", "576, 512, 384"),
        ("reprint_limit", "-1", "a whole number from 0 to 99"),
        ("reprint_limit", "100", "a whole number from 0 to 99"),
        ("reprint_limit", "३", "a whole number from 0 to 99"),
        ("sync_interval_s", "0", "a whole number from 1 to 3600"),
        ("sync_interval_s", "1.5", "a whole number from 1 to 3600"),
        ("server_url", "opd.example.org", "an address such as https://"),
        ("server_url", "http://", "an address such as https://"),
        ("server_url", "http:///x", "an address such as https://"),
        ("server_url", "ftp://opd.example.org", "an address such as https://"),
        ("server_url", "http://opd example", "an address such as https://"),
        ("server_url", "http://opd.example.org", "http:// only for this machine's own server"),
        ("server_url", "http://10.0.0.1:8765", "http:// only for this machine's own server"),
        ("server_url", "https://a:b@opd.example.org", "an address such as https://"),
        ("server_url", "https://opd.example.org:70000", "an address such as https://"),
        ("public_url", "http://opd.example.org", "http:// only for this machine's own server"),
    ],
)
def test_a_bad_value_names_key_value_and_what_is_allowed(key: str, bad: str, allowed: str) -> None:
    variable = f"KIOSK_{key.upper()}"
    with pytest.raises(SettingError) as from_environment:
        load({variable: bad})
    with pytest.raises(SettingError) as from_file:
        load({}, f'{key} = "{bad}"', "my.toml")
    assert str(from_environment.value).startswith(f"{variable} is {bad!r}; allowed: ")
    assert str(from_file.value).startswith(f"{key} in my.toml is {bad!r}; allowed: ")
    assert allowed in str(from_environment.value)
    assert from_file.value.code == "SETTING_INVALID"


@pytest.mark.parametrize("text", ["true", '["a"]', "{ a = 1 }", "1.5", "2026-11-23"])
@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_value_of_the_wrong_type_is_no_text(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"{name} in kiosk.toml is .*; allowed: "):
        load({}, f"{name} = {text}")


def test_an_unknown_key_names_itself_and_those_there_are() -> None:
    with pytest.raises(SettingError, match=r"unknown setting pinter in kiosk\.toml; there are: .*camera, .*printer"):
        load({}, 'pinter = "none"')
    with pytest.raises(SettingError, match=r"unknown setting KIOSK_PINTER; there are: "):
        load({"KIOSK_PINTER": "none"})
    with pytest.raises(SettingError, match="unknown setting printer_a"):
        load({}, "[printer_a]\nname = 1")


def test_a_file_that_is_no_toml_is_named() -> None:
    with pytest.raises(SettingError, match=r"^my\.toml is not TOML: .*line 1"):
        load({}, "printer = none", "my.toml")


def test_which_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    usual = tmp_path / "opd-kiosk" / FILE_NAME
    by_variable, by_option = tmp_path / "variable.toml", tmp_path / "option.toml"
    assert config_file({}, None) is None
    for path in (usual, by_variable, by_option):
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert config_file({}, None) == usual
    assert config_file({CONFIG_VARIABLE: ""}, None) == usual
    assert config_file({CONFIG_VARIABLE: str(by_variable)}, None) == by_variable
    assert config_file({CONFIG_VARIABLE: str(by_variable)}, by_option) == by_option


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    with pytest.raises(SettingError, match=f"no configuration file {missing}"):
        config_file({CONFIG_VARIABLE: str(missing)}, None)
    with pytest.raises(SettingError, match="no configuration file"):
        config_file({}, tmp_path)
