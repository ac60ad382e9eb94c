"""The parts of Scan & Share within a running server, put together and ended in order."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from fastapi import Request

from kiosk.abdm.abdm_settings import AbdmSettings
from kiosk.abdm.callers import Callers
from kiosk.abdm.gateway import Gateway
from kiosk.abdm.gateway_keys import GatewayKeys
from kiosk.abdm.share import SharedProfile
from kiosk.server.hub import Standing
from kiosk.server.intake import Intake
from kiosk.server.limits import Buckets
from kiosk.server.service import Service
from kiosk.server.share_answers import Answers
from kiosk.server.share_upkeep import keep_up, lapse, name_mixed
from kiosk.server.shares import Receipt, receive_all

SHARES_PER_S, SHARES_BURST = 300.0, 1_000
"""Of one facility, in one process. A hospital of 15,000 patients a day has three in its busiest second."""
BREATH_S = 0.1
"""At most: the gateway is to be told within a second that a share has come, however its own end is doing."""
SENDING_S, CLOSING_S = 4.0, 1.0
"""How long answers under way may take at the end, and then whatever waits for the closed gateway."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class AbdmAccount:
    """What the server needs to be reached by ABDM.

    Attributes:
        port: of the door that serves the callbacks alone; 0: the server's only port serves them too.
    """

    settings: AbdmSettings
    port: int = 0


@dataclass(frozen=True)
class ServerClock:
    """The application's time, and the machine's for durations."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class ScanAndShare:
    """One for each application that has an account; routes find it as ``scan_and_share_of(request)``."""

    settings: AbdmSettings
    gateway: Gateway
    callers: Callers
    intake: Intake
    limits: Buckets


def scan_and_share_of(request: Request) -> ScanAndShare:
    found: ScanAndShare = request.app.state.scan_and_share
    return found


@asynccontextmanager
async def running_scan_and_share(service: Service, settings: AbdmSettings) -> AsyncIterator[ScanAndShare]:
    """Answers are sent, keys kept fresh and places given up as long as the block lasts."""
    clock = ServerClock(service.now)
    gateway = Gateway(settings, clock)
    if settings.unchecked:
        _log.warning("abdm_tokens_half_checked", unset=settings.unchecked)
    keys = GatewayKeys(gateway.certs, clock)
    callers = Callers(keys, clock, issuer=settings.issuer, audience=settings.audience)
    answers = Answers(service.database, gateway.on_share, service.now)
    is_over = threading.Event()
    # At once, so that the first patient's share does not wait for the gateway's keys.
    works = ([keys.freshen, partial(name_mixed, service, settings.cm_id)], [keys.freshen, partial(lapse, service)])
    upkeep = threading.Thread(target=keep_up, args=(*works, is_over), name="share-upkeep", daemon=True)
    answers.start()
    upkeep.start()
    intake = Intake(partial(_received, service, answers, settings.cm_id))
    try:
        yield ScanAndShare(settings, gateway, callers, intake, Buckets(SHARES_PER_S, SHARES_BURST, time.monotonic))
    finally:
        is_over.set()
        answers.end()
        await asyncio.to_thread(_close, answers, upkeep, gateway)


def _close(answers: Answers, upkeep: threading.Thread, gateway: Gateway) -> None:
    """What is under way may end; then it is cut off, and sent once more by whoever starts next."""
    upkeep.join(CLOSING_S)
    answers.join(SENDING_S)
    gateway.close()
    answers.join(CLOSING_S)
    upkeep.join(CLOSING_S)


async def _received(service: Service, answers: Answers, world: str, profiles: Sequence[SharedProfile]) -> list[Receipt]:
    """Off the event loop; tells all who wait for it, after the commit."""
    await _breathe(answers)
    work = partial(receive_all, service.database, profiles, service.now(), world)
    receipts = await asyncio.get_running_loop().run_in_executor(service.threads, work)
    for receipt in receipts:
        if receipt.is_new:
            answers.post(receipt.due)
    moved = max((receipt.revision or 0 for receipt in receipts), default=0)
    if moved:
        service.hub.moved(profiles[0].hip_id, Standing(moved))
    return receipts


async def _breathe(answers: Answers) -> None:
    """Where answers wait to be sent, let them go first for a while: the shares that come meanwhile go in together."""
    until = time.monotonic() + BREATH_S
    while answers.is_crowded and time.monotonic() < until:
        await asyncio.sleep(0.02)
