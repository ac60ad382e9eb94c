"""A machine works as what it was enrolled as: a kiosk's word on what is the staff's counts nowhere."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.app import Station, open_station, require_kind
from kiosk.desk import run_desk, running_desk
from kiosk.errors import KioskError
from kiosk.model.exchange import Enrolment
from kiosk.settings import Settings
from kiosk.window import run_kiosk, running_kiosk
from tests.migrated import lay_store
from tests.model.samples import NINE

RUNNING: dict[str, Callable[[Station, QApplication], AbstractContextManager[object]]] = {
    "kiosk": running_kiosk,
    "desk": running_desk,
}
RUN = {"kiosk": run_kiosk, "desk": run_desk}
OTHER = {"kiosk": "desk", "desk": "kiosk"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=lay_store(tmp_path), camera="none", printer="none", language="en")


def enrol(settings: Settings, kind: str) -> None:
    with open_station(settings, {}) as station:
        url = "http://127.0.0.1:9"
        station.store.enrol(Enrolment("IN0000000000", "P1", kind, "k1", url, url), "D", bytes(32), NINE)


@pytest.mark.parametrize("kind", sorted(OTHER))
def test_a_station_of_another_kind_does_not_start_and_says_what_to_do(
    qapp: QApplication, settings: Settings, kind: str
) -> None:
    enrol(settings, OTHER[kind])
    with open_station(settings, {}) as station:
        words = f"enrolled as P1, a {OTHER[kind]}.*pairing code of a {kind}"
        with pytest.raises(KioskError, match=words) as caught, RUNNING[kind](station, qapp):
            pass
        assert caught.value.code == "STATION_KIND"
    with pytest.raises(KioskError) as told:
        RUN[kind](settings, {}, windowed=True)
    assert told.value.code == "STATION_KIND"


@pytest.mark.parametrize("kind", sorted(OTHER))
def test_a_station_of_its_kind_and_one_that_stands_alone_may(settings: Settings, kind: str) -> None:
    with open_station(settings, {}) as alone:
        require_kind(alone, kind)
    enrol(settings, kind)
    with open_station(settings, {}) as enrolled:
        require_kind(enrolled, kind)
