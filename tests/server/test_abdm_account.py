"""The account at ABDM as the settings name it: whole or none, and its secret in no message."""

from pathlib import Path

import pytest

from kiosk.errors import SettingError
from kiosk.server.abdm_account import account_of
from kiosk.settings import Settings, load

SECRET = "a-secret-of-nobody"


def settings(folder: Path, **changes: str) -> Settings:
    usual = {"CLIENT_ID": "SBX_000000", "CLIENT_SECRET_FILE": str(folder / "secret"), **changes}
    return load({f"KIOSK_ABDM_{name}": value for name, value in usual.items() if value})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "abdm.secret").write_text("of-the-credential")
    return tmp_path


def test_without_a_client_id_there_is_no_account(folder: Path) -> None:
    found = settings(folder, CLIENT_ID="", PORT="8766")
    assert account_of(found, {}) is None
    assert found.abdm_world == ""


def test_all_that_may_be_said_is_taken(folder: Path) -> None:
    said = {"CM_ID": "abdm", "ISSUER": "https://issuer.example", "AUDIENCE": "us", "ACCEPTS_V1": "yes", "PORT": "8766"}
    said["EXPIRY_S"] = "900"
    found = settings(folder, **said)
    account = account_of(found, {})
    assert account is not None
    assert account.port == 8766
    made = account.settings
    assert (made.client_id, made.client_secret, made.cm_id) == ("SBX_000000", SECRET, "abdm")
    assert (made.issuer, made.audience, made.accepts_v1) == ("https://issuer.example", "us", True)
    assert (made.expiry_s, made.unchecked) == (900, ())
    assert made.base_url == "https://apis.abdm.gov.in"
    assert found.abdm_world == "abdm"


def test_the_secret_may_be_a_credential_of_systemd(folder: Path) -> None:
    environ = {"CREDENTIALS_DIRECTORY": str(folder)}
    by_credential = account_of(settings(folder, CLIENT_SECRET_FILE=""), environ)
    by_name = account_of(settings(folder), environ)
    assert by_credential is not None
    assert by_name is not None
    assert (by_credential.settings.client_secret, by_name.settings.client_secret) == ("of-the-credential", SECRET)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"CLIENT_SECRET_FILE": ""}, "name the file"),
        ({"CLIENT_SECRET_FILE": "/nowhere/abdm.secret"}, "cannot be read"),
        ({"BASE_URL": "https://apis.abdm.gov.in"}, "never mixed"),
        ({"CM_ID": "abdm", "BASE_URL": "https://dev.abdm.gov.in"}, "never mixed"),
    ],
)
def test_half_an_account_is_none(folder: Path, changes: dict[str, str], match: str) -> None:
    with pytest.raises(SettingError, match=match):
        account_of(settings(folder, **changes), {})


@pytest.mark.parametrize("content", [b"\xff\xfe\x00secret", b"", b"two\nlines"])
def test_a_file_that_holds_no_secret_is_not_quoted(folder: Path, content: bytes) -> None:
    (folder / "secret").write_bytes(content)
    with pytest.raises(SettingError) as caught:
        account_of(settings(folder), {})
    assert "lines" not in str(caught.value)
    assert "secret" in str(caught.value)
