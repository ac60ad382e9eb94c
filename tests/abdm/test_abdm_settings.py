"""Sandbox and production are never mixed, and nothing is guessed for hosts that nobody knows."""

from typing import Any

import pytest

from kiosk.abdm.abdm_settings import AbdmSettings, abdm_settings
from kiosk.errors import SettingError

SECRET = "a-secret-of-nobody"


def made(cm_id: str = "sbx", **changes: Any) -> AbdmSettings:
    return abdm_settings(cm_id, "SBX_000000", SECRET, **changes)


@pytest.mark.parametrize(
    ("cm_id", "base_url", "phr_host"),
    [
        ("sbx", "https://dev.abdm.gov.in", "phrsbx.abdm.gov.in"),
        ("abdm", "https://apis.abdm.gov.in", "phr.abdm.gov.in"),
    ],
)
def test_each_environment_has_its_own_hosts(cm_id: str, base_url: str, phr_host: str) -> None:
    settings = made(cm_id)
    assert (settings.base_url, settings.phr_host) == (base_url, phr_host)
    assert (settings.expiry_s, settings.accepts_v1, settings.issuer, settings.audience) == (1800, False, "", "")


@pytest.mark.parametrize(
    ("cm_id", "changes"),
    [
        ("sbx", {"base_url": "https://apis.abdm.gov.in"}),
        ("sbx", {"phr_host": "phr.abdm.gov.in"}),
        ("abdm", {"base_url": "https://dev.abdm.gov.in"}),
        ("abdm", {"phr_host": "phrsbx.abdm.gov.in"}),
        ("abdm", {"phr_host": "PHRSBX.abdm.gov.in"}),
        ("abdm", {"base_url": "https://gateway-sbx.example.org", "phr_host": "phr.abdm.gov.in"}),
        ("sbx", {"base_url": "https://DEV.abdm.gov.in", "phr_host": "phr.abdm.gov.in"}),
    ],
)
def test_mixtures_are_refused(cm_id: str, changes: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="never mixed"):
        made(cm_id, **changes)


@pytest.mark.parametrize("changes", [{"base_url": "https://gateway.example.org"}, {"phr_host": "phr.example.org"}])
def test_an_unknown_host_needs_the_other_one_named(changes: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="set both"):
        made(**changes)
    both = {"base_url": "https://gateway.example.org", "phr_host": "phr.example.org"}
    settings = made(**both)
    assert (settings.base_url, settings.phr_host) == ("https://gateway.example.org", "phr.example.org")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"base_url": "http://dev.abdm.gov.in"}, "https"),
        ({"base_url": "dev.abdm.gov.in"}, "https"),
        ({"expiry_s": 10}, "expiry_s"),
        ({"expiry_s": 10**6}, "expiry_s"),
    ],
)
def test_bad_values_are_named(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(SettingError, match=match):
        made(**changes)


@pytest.mark.parametrize("cm_id", ["", "SBX", "prod"])
def test_there_are_two_environments(cm_id: str) -> None:
    with pytest.raises(SettingError, match="allowed: sbx, abdm"):
        made(cm_id)


@pytest.mark.parametrize("text", ["", " x", "a\nb", "x" * 501])
def test_an_account_needs_both_halves(text: str) -> None:
    for client_id, secret in ((text, SECRET), ("SBX_000000", text)):
        with pytest.raises(SettingError) as caught:
            abdm_settings("sbx", client_id, secret)
        assert SECRET not in str(caught.value)


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(made())
