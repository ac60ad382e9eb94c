"""What all whole programs share."""

from collections.abc import Iterator

import pytest

from tests.e2e.warm import WarmKiosk, warm_kiosk


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmKiosk]:
    """A process that has loaded the libraries; ``test_main_job.py`` and others start commands as people do."""
    with warm_kiosk() as kiosk:
        yield kiosk
