"""Opening either kind of database, and refusing what is none, without telling a password."""

import traceback

import pytest

from kiosk.errors import SettingError
from kiosk.server.database import open_database

SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "server.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////no/such/folder/x.db",
        "mysql://x/y",
        "postgres://x/y",
        "postgresql+asyncpg://x/y",
        "postgresql://localhost",
        "postgresql://localhost:5432x/kiosk",
        "postgresql:///kiosk?host=/no/such/folder",
        "postgresql:///kiosk?no_such_option=1",
    ],
)
def test_a_bad_url_is_a_setting_error(url: str) -> None:
    with pytest.raises(SettingError, match="database_url") as caught:
        open_database(url)
    assert caught.value.code == "SETTING_INVALID"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://kiosk:{SECRET}@/kiosk?host=/no/such/folder",
        f"postgresql://kiosk:{SECRET}@127.0.0.1:1/kiosk",
        f"postgresql://kiosk:p@{SECRET}@127.0.0.1/kiosk",
        f"postgresql://kiosk:p/{SECRET}@127.0.0.1:1/kiosk",
        f"postgresql://kiosk:p:{SECRET}@127.0.0.1:1/kiosk",
        f"postgresql://ki/osk:{SECRET}@127.0.0.1/kiosk",
        f"postgresql://kiosk:{SECRET}",
        f"postgresql://kiosk:{SECRET}/kiosk",
        f"postgresql:///kiosk?host=/no/such/folder&password={SECRET}",
        f"postgresql//kiosk:{SECRET}@127.0.0.1/kiosk",
        f"postgresql+asyncpg://kiosk:{SECRET}@127.0.0.1/kiosk",
        f"mysql://kiosk:{SECRET}@127.0.0.1/kiosk",
    ],
)
def test_no_error_tells_the_password(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        open_database(url)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
