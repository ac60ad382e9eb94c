"""The strict rig: offscreen unless asked otherwise, and a test that leaves a thread or a process behind has failed."""

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tests.patience import PatientBot
    from tests.postgres import Postgres

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A loaded machine is slow, not wrong; a failure prints what replays it.
settings.register_profile("kiosk", max_examples=100, deadline=None, derandomize=False, print_blob=True)
settings.load_profile("kiosk")


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fails a test that leaks a thread, a child process, or an application object without windows for later tests."""
    before, could = set(threading.enumerate()), _may_have_windows()
    yield
    leaked = [thread.name for thread in threading.enumerate() if thread not in before and not _belongs_to_rig(thread)]
    children = [child.name for child in multiprocessing.active_children()]
    assert not leaked, f"threads left running: {leaked}"
    assert not children, f"processes left running: {children}"
    assert _may_have_windows() or not could, "the test paints: it must use the fixture qapp"
    gc.collect(0)


@pytest.fixture
def qtbot(qapp: "QApplication", request: pytest.FixtureRequest) -> "PatientBot":
    """In the place of pytest-qt's own."""
    from tests.patience import PatientBot  # Qt, which most tests need not wait for

    return PatientBot(request)


@pytest.fixture(scope="session")
def postgres() -> Iterator["Postgres"]:
    """One for each process that runs tests."""
    from tests.postgres import binaries, running_postgres  # half a second that most runs of one test need not wait

    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL under /usr/lib/postgresql: on Debian `make test` installs it")
    with running_postgres(programs) as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A server's empty database, of each kind in turn."""
    from tests.postgres import database_of

    with database_of(request.param, request, tmp_path) as url:
        yield url


def _may_have_windows() -> bool:
    """A process has one application object for ever, and only a QApplication is one for windows too."""
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    application = core.QCoreApplication.instance() if core else None
    return application is None or (widgets is not None and isinstance(application, widgets.QApplication))


def _belongs_to_rig(thread: threading.Thread) -> bool:
    """pytest-timeout and Qt's own event threads come and go on their own; so do Dummy threads Qt calls us from."""
    return thread.name.startswith(("pytest_timeout", "Dummy-"))
