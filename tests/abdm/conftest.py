"""Both halves of the line to the gateway, on one clock."""

from collections.abc import Iterator

import pytest

from kiosk.abdm.gateway import Gateway
from tests.abdm.gateway import AbdmGateway, running_gateway
from tests.abdm.hospital import line_to
from tests.abdm.told import NOW, REQUEST_ID
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def theirs(clock: FakeClock) -> Iterator[AbdmGateway]:
    """Its clock goes with ours."""
    with running_gateway(clock.now) as gateway:
        gateway.expect(REQUEST_ID)
        yield gateway


@pytest.fixture
def ours(theirs: AbdmGateway, clock: FakeClock) -> Iterator[Gateway]:
    with line_to(theirs, clock) as gateway:
        yield gateway
