"""The least that a hospital must do with the parts of ``kiosk.abdm``: check, understand, answer at once, then tell."""

import itertools
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from kiosk.abdm.abdm_settings import AbdmSettings, abdm_settings
from kiosk.abdm.answers import answer_to
from kiosk.abdm.callers import Callers
from kiosk.abdm.gateway import Gateway
from kiosk.abdm.gateway_keys import CallerError, GatewayKeys
from kiosk.abdm.share import SharedProfile, parse_share, parse_share_v1, refusal_body
from kiosk.abdm.share_json import ShareError
from tests.abdm.gateway import CLIENT_ID, CLIENT_SECRET, AbdmGateway
from tests.abdm.http_server import Asked, Given, HttpServer
from tests.abdm.phone import SHARE_PATH_V1
from tests.abdm.signing import AUDIENCE, ISSUER
from tests.fakes import FakeClock


def settings_for(gateway: AbdmGateway, **changes: object) -> AbdmSettings:
    usual: dict[str, object] = {"issuer": ISSUER, "audience": AUDIENCE}
    return abdm_settings("sbx", CLIENT_ID, CLIENT_SECRET, base_url=gateway.url, **usual | changes)  # type: ignore[arg-type]


@contextmanager
def line_to(gateway: AbdmGateway, clock: FakeClock | None = None) -> Iterator[Gateway]:
    """Our half, at the time of the other half unless another clock is given."""
    ours = Gateway(settings_for(gateway), clock or FakeClock(gateway.now()))
    try:
        yield ours
    finally:
        ours.close()


class Hospital:
    """Gives tokens in the order of arrival, one for each REQUEST-ID. ``refuses`` is a reason to give none."""

    def __init__(self, ours: Gateway, clock: FakeClock) -> None:
        self._ours, self._clock = ours, clock
        self._callers = Callers(GatewayKeys(ours.certs, clock), clock, issuer=ISSUER, audience=AUDIENCE)
        self._numbers = itertools.count(1)
        self._due: queue.SimpleQueue[SharedProfile | None] = queue.SimpleQueue()
        self.labels: dict[str, str] = {}
        self.refused: list[str] = []
        self.refuses = ""
        self._worker = threading.Thread(target=self._tell, name="hospital-for-tests")
        self._worker.start()

    def answer(self, asked: Asked) -> Given:
        try:
            self._callers.check(asked.headers.get("authorization", ""))
            parse = parse_share_v1 if asked.path == SHARE_PATH_V1 else parse_share
            profile = parse(asked.headers, asked.body, datetime.now(UTC).date(), "sbx")
        except CallerError as error:
            self.refused.append(error.code)
            return Given(401)
        except ShareError as error:
            self.refused.append(error.code)
            return Given(400, json.dumps(refusal_body(error)).encode())
        if profile.request_id not in self.labels:
            self.labels[profile.request_id] = "" if self.refuses else f"MS-{next(self._numbers):03d}"
        self._due.put(profile)
        return Given(200)

    def end(self) -> None:
        self._due.put(None)
        self._worker.join(10)

    def _tell(self) -> None:
        while (profile := self._due.get()) is not None:
            self._ours.on_share(answer_to(profile, label=self.labels[profile.request_id], reason=self.refuses))


@contextmanager
def open_hospital(gateway: AbdmGateway) -> Iterator[Hospital]:
    """Registered at ``gateway`` as its bridge."""
    clock = FakeClock(gateway.now())
    with line_to(gateway, clock) as ours:
        hospital = Hospital(ours, clock)
        server = HttpServer(hospital.answer)
        try:
            ours.register_bridge(server.url)
            yield hospital
        finally:
            server.stop()
            hospital.end()
