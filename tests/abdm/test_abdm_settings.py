"""Sandbox and production are never mixed, and nothing is guessed for hosts that nobody knows."""

from typing import Any

import pytest

from kiosk.abdm.abdm_settings import AbdmSettings, abdm_settings
from kiosk.errors import SettingError

SECRET = "a-secret-of-nobody"


def made(cm_id: str = "sbx", **changes: Any) -> AbdmSettings:
    return abdm_settings(cm_id, "SBX_000000", SECRET, **changes)


@pytest.mark.parametrize(
    ("cm_id", "base_url"), [("sbx", "https://dev.abdm.gov.in"), ("abdm", "https://apis.abdm.gov.in")]
)
def test_each_environment_has_its_own_gateway(cm_id: str, base_url: str) -> None:
    settings = made(cm_id)
    assert settings.base_url == base_url
    assert (settings.expiry_s, settings.accepts_v1, settings.issuer, settings.audience) == (1800, False, "", "")


@pytest.mark.parametrize(
    ("cm_id", "base_url"),
    [
        ("sbx", "https://apis.abdm.gov.in"),
        ("sbx", "https://phr.abdm.gov.in"),
        ("abdm", "https://dev.abdm.gov.in"),
        ("abdm", "https://DEV.abdm.gov.in"),
        ("abdm", "https://phrsbx.abdm.gov.in"),
        ("abdm", "https://gateway-sbx.example.org"),
    ],
)
def test_mixtures_are_refused(cm_id: str, base_url: str) -> None:
    with pytest.raises(SettingError, match="never mixed"):
        made(cm_id, base_url=base_url)


@pytest.mark.parametrize("cm_id", ["sbx", "abdm"])
def test_a_gateway_of_the_hospitals_word_is_taken(cm_id: str) -> None:
    assert made(cm_id, base_url="https://gateway.example.org").base_url == "https://gateway.example.org"


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


@pytest.mark.parametrize(
    ("changes", "unchecked"),
    [
        ({}, ("abdm_issuer", "abdm_audience")),
        ({"issuer": "i"}, ("abdm_audience",)),
        ({"audience": "a"}, ("abdm_issuer",)),
    ],
)
def test_what_nobody_checks_is_known(changes: dict[str, Any], unchecked: tuple[str, ...]) -> None:
    assert made(**changes).unchecked == unchecked


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
