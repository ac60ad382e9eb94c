"""``kiosk admin abdm`` against the tests' gateway: what is well, what is not, and what nobody can prove."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import cli
from tests.abdm.gateway import CLIENT_ID, CLIENT_SECRET
from tests.migrated import lay_server
from tests.server.sharing import Hospital, sharing
from tests.sync.chain import FACILITY


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{lay_server(tmp_path / 'server.db')}"


@pytest.fixture
def hospital(url: str) -> Iterator[Hospital]:
    with sharing(url) as found:
        yield found


@pytest.fixture
def environ(url: str, hospital: Hospital, tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "abdm.secret"
    secret.write_text(f"{CLIENT_SECRET}\n")
    return {
        "KIOSK_DATABASE_URL": url,
        "KIOSK_DATA_DIR": str(tmp_path / "data"),
        "KIOSK_ABDM_CLIENT_ID": CLIENT_ID,
        "KIOSK_ABDM_CLIENT_SECRET_FILE": str(secret),
        "KIOSK_ABDM_BASE_URL": hospital.gateway.url,
    }


def run(environ: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(cli, ["admin", "abdm", *words], env=environ, catch_exceptions=False)


def lines(ended: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]


def test_all_is_well_but_for_what_nobody_can_prove(hospital: Hospital, environ: dict[str, str]) -> None:
    ended = run(environ, "check", "--url", hospital.url)
    assert ended.exit_code == 0, ended.output
    found = {line["check"]: line["ok"] for line in lines(ended)}
    assert found == {
        **dict.fromkeys(("credentials", "keys", "clock", "services", "callbacks"), True),
        **dict.fromkeys(("callers", "delivery")),
    }
    (callers,) = (line["detail"] for line in lines(ended) if line["check"] == "callers")
    assert "abdm_issuer and abdm_audience not set" in callers


def test_where_issuer_and_audience_are_set_that_is_said(hospital: Hospital, environ: dict[str, str]) -> None:
    said = environ | {"KIOSK_ABDM_ISSUER": "https://issuer.example", "KIOSK_ABDM_AUDIENCE": "us"}
    found = {line["check"]: line["ok"] for line in lines(run(said, "check", "--url", hospital.url))}
    assert found["callers"] is True


def test_a_wrong_secret_and_a_foreign_address_are_named(
    hospital: Hospital, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "abdm.secret").write_text("a-wrong-one")
    ended = run(environ, "check", "--url", hospital.gateway.url)
    assert (ended.exit_code, "ABDM_CHECK_FAILED" in ended.stderr) == (1, True)
    found = {line["check"]: line for line in lines(ended)}
    assert found["credentials"]["ok"] is False
    assert found["callbacks"]["detail"].startswith("CALLBACKS_FOREIGN")
    assert "a-wrong-one" not in ended.output


def test_the_bridge_is_registered_where_this_server_answers(hospital: Hospital, environ: dict[str, str]) -> None:
    hospital.gateway.bridge_url = ""
    (told,) = lines(run(environ, "register-bridge", hospital.url))
    assert told["registered"] == hospital.gateway.bridge_url == hospital.url
    refused = run(environ, "register-bridge", hospital.gateway.url)
    assert (refused.exit_code, hospital.gateway.bridge_url) == (1, hospital.url)


def test_how_it_is_going(hospital: Hospital, environ: dict[str, str]) -> None:
    assert hospital.phone.share().answered is not None
    (told,) = lines(run(environ, "status"))
    assert (told["facility_id"], told["given_up"]) == (FACILITY, 0)
    assert told["answered"] + told["due"] == 1  # the gateway knows a moment before the row does
    assert told["last_callback_at"]
    assert abs(told["clock_skew_s"]) < 60


def test_without_an_account_it_says_what_is_missing(environ: dict[str, str]) -> None:
    for name, reason in (("KIOSK_ABDM_CLIENT_ID", "abdm_client_id"), ("KIOSK_ABDM_CLIENT_SECRET_FILE", "secret_file")):
        ended = run({key: value for key, value in environ.items() if key != name}, "check")
        assert ended.exit_code == 2
        assert reason in ended.stderr
