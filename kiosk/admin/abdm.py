"""``kiosk admin abdm``: whether ABDM's gateway takes us for who we are, and whether its callbacks can come in."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kiosk.admin.group import opened_database
from kiosk.command import calm, print_lines, settings_of
from kiosk.errors import KioskError, SettingError
from kiosk.model.events import instant_text
from kiosk.model.web_address import server_address

if TYPE_CHECKING:
    from kiosk.abdm.gateway import Gateway
    from kiosk.server.scan_and_share import AbdmAccount

NOT_PROVEN = (
    "that ABDM delivers to this address: only a scan with a phone proves that; do one, then see last_callback_at in"
    " kiosk admin abdm status"
)
"""The gateway tells nobody which address it has, and sends a share only for a patient who is signed in to an app."""
PROBE_S = 10.0
MOST_SKEW_S = 60.0


@click.group()
def abdm() -> None:
    """ABDM's Scan & Share: the account, the address of the callbacks, how it is going."""


@abdm.command()
@click.option("--url", help="The public address of the callbacks; without it the setting public_url.")
@click.pass_context
@calm
def check(context: click.Context, url: str | None) -> None:
    """Try the account and the way in. One JSON line each: check, ok, detail. The last line says what is not proven."""
    settings = settings_of(context)
    unchecked = _account(context).settings.unchecked
    with _gateway(context) as gateway:
        lines = [
            _tried("credentials", lambda: _opened(gateway)),
            _tried("keys", lambda: f"{_count(gateway.certs(), 'keys')} keys"),
            _tried("clock", lambda: _clock(gateway)),
            _tried("services", lambda: f"{_count(gateway.bridge_services(), 'services')} linked to this account"),
        ]
    address = url or settings.public_url
    if address:
        lines.append(_tried("callbacks", lambda: probed(_address(address))))
    delivery = {"check": "delivery", "ok": None, "detail": f"not proven: {NOT_PROVEN}"}
    print_lines([*lines, _callers(unchecked), delivery])
    if not all(line["ok"] for line in lines):
        raise KioskError("not all is well; see the lines with ok false", code="ABDM_CHECK_FAILED")


@abdm.command("register-bridge")
@click.argument("url")
@click.pass_context
@calm
def register_bridge(context: click.Context, url: str) -> None:
    """Have ABDM send this account's callbacks to URL, the public address of the server.

    There is one for each client id, whoever registers last; ABDM tells nobody which it is. In production it is set
    through HFR. The address must answer as this server does before it is registered.
    """
    address = _address(url)
    with _gateway(context) as gateway:
        answers = probed(address)
        gateway.register_bridge(address)
    print_lines([{"registered": address, "callbacks": answers, "not_proven": NOT_PROVEN}])


@abdm.command()
@click.pass_context
@calm
def status(context: click.Context) -> None:
    """How it is going: one JSON line for each facility that takes part.

    facility_id, answered and given_up of the last 24 hours, due, last_callback_at, last_answered_at, oldest_due_at,
    clock_skew_s, problem.
    """
    from kiosk.server.share_status import all_share_status

    with opened_database(context) as database:
        found = all_share_status(database.reader, datetime.now(UTC))
    print_lines({name: _plain(value) for name, value in asdict(each).items()} for each in found)


@contextmanager
def _gateway(context: click.Context) -> "Iterator[Gateway]":
    from kiosk.abdm.gateway import Gateway
    from kiosk.server.scan_and_share import ServerClock

    gateway = Gateway(_account(context).settings, ServerClock(lambda: datetime.now(UTC)))
    try:
        yield gateway
    finally:
        gateway.close()


def _account(context: click.Context) -> "AbdmAccount":
    from kiosk.server.abdm_account import account_of

    account = account_of(settings_of(context), os.environ)
    if account is None:
        raise SettingError("there is no account at ABDM: set abdm_client_id and abdm_client_secret_file")
    return account


def probed(address: str) -> str:
    """Send a call that nobody signed to our own callback: it must be refused, in the very way in which we refuse.

    Raises:
        KioskError: CALLBACKS_UNREACHABLE, or CALLBACKS_FOREIGN where something else answers.
    """
    import httpx2

    from kiosk.server.share_routes import PATH

    try:
        answer = httpx2.post(address.rstrip("/") + PATH, json={}, timeout=PROBE_S)
    except httpx2.HTTPError as error:
        name = type(error).__name__
        raise KioskError(f"{address} cannot be reached from here: {name}", code="CALLBACKS_UNREACHABLE") from error
    if answer.status_code != 401 or '"900901"' not in answer.text:
        raise KioskError(f"{address} answers with {answer.status_code}, not as this server", code="CALLBACKS_FOREIGN")
    return "reached from here; a call without ABDM's signature is refused"


def _address(untrusted_url: str) -> str:
    try:
        return server_address(untrusted_url)
    except ValueError as error:
        raise SettingError(f"the address is {untrusted_url!r}; allowed: {error}") from None


def _tried(name: str, work: Callable[[], str]) -> dict[str, object]:
    try:
        return {"check": name, "ok": True, "detail": work()}
    except KioskError as error:
        return {"check": name, "ok": False, "detail": f"{error.code}: {error}"}


def _callers(unchecked: Sequence[str]) -> dict[str, object]:
    """What a callback's token must be, besides signed and in time; not a fault, as ABDM has not published it."""
    if not unchecked:
        return {"check": "callers", "ok": True, "detail": "issuer and audience of the gateway's tokens are checked"}
    detail = f"any token that the gateway signs is taken, whoever it is for: {' and '.join(unchecked)} not set"
    return {"check": "callers", "ok": None, "detail": detail}


def _opened(gateway: "Gateway") -> str:
    gateway.open_session()
    return "the gateway has opened a session"


def _clock(gateway: "Gateway") -> str:
    skew_s = gateway.clock_skew_s
    if skew_s is None:
        raise KioskError("the gateway has not told its time", code="CLOCK_UNKNOWN")
    if abs(skew_s) > MOST_SKEW_S:
        raise KioskError(f"the gateway's clock is {skew_s:.0f} s later than ours: set the clock", code="CLOCK_WRONG")
    return f"the gateway's clock is {skew_s:.0f} s later than ours"


def _count(untrusted: object, name: str) -> int:
    found = untrusted.get(name) if isinstance(untrusted, dict) else None
    return len(found) if isinstance(found, list) else 0


def _plain(value: object) -> object:
    return instant_text(value) if isinstance(value, datetime) else value
