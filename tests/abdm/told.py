"""Answers to one share, and what comes of telling them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kiosk.abdm.answers import ShareAnswer
from kiosk.abdm.share import Version
from kiosk.errors import GatewayError

NOW = datetime(2026, 11, 23, 3, 30, 0, 123_456, UTC)
REQUEST_ID = "18235d89-cb13-479d-ad71-7a57d5f669a8"
TOKEN = ShareAnswer(Version.V3, "IN0000000000", REQUEST_ID, "OPD1", "ashadevi@sbx", label="MS-017")
CLOSED = ShareAnswer(Version.V3, "IN0000000000", REQUEST_ID, "OPD1", "ashadevi@sbx", reason="Closed now.")


def failure(act: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        act()
    return caught.value
