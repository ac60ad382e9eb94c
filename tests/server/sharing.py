"""A server that takes part in Scan & Share, ABDM's gateway as the tests have it, and a patient's phone."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2

from kiosk.abdm.abdm_settings import AbdmSettings, abdm_settings
from kiosk.server.app import running_server
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database, open_database
from kiosk.server.scan_and_share import AbdmAccount
from tests.abdm.gateway import CLIENT_ID, CLIENT_SECRET, AbdmGateway, running_gateway
from tests.abdm.phone import PhrApp
from tests.abdm.signing import AUDIENCE, ISSUER
from tests.server.shared import hospital


@dataclass(frozen=True)
class Hospital:
    """``url`` is the server's own; the gateway knows where the callbacks go."""

    url: str
    database: Database
    gateway: AbdmGateway = field(repr=False)
    phone: PhrApp = field(repr=False)

    def client(self) -> httpx2.Client:
        # Loopback: certificates that nobody asks for would take longer to load than a call.
        return httpx2.Client(base_url=self.gateway.bridge_url, trust_env=False, verify=False, timeout=60)


def account(gateway: AbdmGateway, **changes: Any) -> AbdmSettings:
    secret = changes.pop("client_secret", CLIENT_SECRET)
    told = {"base_url": gateway.url, "issuer": ISSUER, "audience": AUDIENCE, **changes}
    return abdm_settings("sbx", CLIENT_ID, secret, **told)


@contextmanager
def sharing(
    database_url: str,
    *,
    now: Callable[[], datetime] | None = None,
    port: int = 0,
    plan: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Iterator[Hospital]:
    """All of it on this machine, until the end of the block. ``port`` is the callbacks' own, ``now`` the gateway's."""
    with ready_gateway(now) as gateway, closing(open_database(database_url)) as database:
        import_configuration(database, plan or all_day(), datetime.now(UTC))
        abdm = AbdmAccount(account(gateway, **changes), port)
        with running_server(database_url, abdm=abdm) as server:
            gateway.bridge_url = f"http://127.0.0.1:{port}" if port else server.url
            yield Hospital(server.url, database, gateway, PhrApp(gateway))


@contextmanager
def ready_gateway(now: Callable[[], datetime] | None = None) -> Iterator[AbdmGateway]:
    """With its keys made: two threads that make one at the same time would get two."""
    with running_gateway(now) as gateway:
        for key in gateway.keys:
            key.jwk()
        yield gateway


def all_day(**changes: Any) -> dict[str, Any]:
    """``shared.hospital`` at whatever time the test runs: a department that is closed is so by its holidays."""
    plan = hospital(**changes)
    days = [day.isoformat() for day in _around_today()]
    closed = {"code": "EYE", "prefix": "E", "names": {"en": "Eye"}, "holidays": days}
    plan["departments"] = [closed if each["code"] == "EYE" else each for each in plan["departments"]]
    return plan


def _around_today() -> list[date]:
    today = datetime.now(UTC).date()
    return [today + timedelta(days=ahead) for ahead in range(-1, 3)]
