"""The whole desk put together as ``kiosk desk`` does: a real store, the demonstration's staff, a real server."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.app import open_station
from kiosk.desk import Desk, Resumed, running_desk
from kiosk.desk_place import FILE, PlaceFile
from kiosk.errors import StoreError
from kiosk.model.patient import Patient
from kiosk.model.token import State
from kiosk.server.app import running_server
from kiosk.settings import Settings
from kiosk.ui.desk.closed import DeskClosedWindow
from kiosk.ui.desk.place import Place
from tests.migrated import lay_store

PIN = "246810"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=lay_store(tmp_path / "desk"), printer="none", sync_interval_s=1, language="en")


@pytest.fixture
def desk(qapp: QApplication, settings: Settings) -> Iterator[Desk]:
    with open_station(settings, {}) as station, running_desk(station, qapp) as desk:
        desk.window.show()
        yield desk


def sign_in(qtbot: QtBot, desk: Desk, pin: str = PIN) -> None:
    (member,) = desk.station.staff
    with qtbot.waitSignal(desk.session.signed_in):
        desk.session.sign_in(member.staff_id, pin)


def test_from_sign_in_to_a_patient_seen(qtbot: QtBot, desk: Desk) -> None:
    session = desk.session
    sign_in(qtbot, desk)
    with qtbot.waitSignal(session.post_changed):
        session.choose_place("12", ["MED"])
    assert desk.station.registration.check_in(Patient(abha_address="asha@abdm", name="Asha"), "MED", "en")
    with qtbot.waitSignal(session.acted):
        session.call_next()
    (row,) = session.current
    assert (row.token.label, row.token.state, row.token.room) == ("M-001", State.CALLED, "12")
    for act in (session.start, session.complete):
        with qtbot.waitSignal(session.acted):
            act(row.token.token_id)
    assert session.current == ()
    assert desk.station.store.tokens(row.token.service_day)[0].token.state is State.COMPLETED
    qtbot.waitUntil(lambda: PlaceFile(desk.station.settings.data_dir).load() == Place("12", ("MED",)))


def test_a_desk_calls_through_its_server_and_alone_when_it_is_gone(
    qtbot: QtBot, qapp: QApplication, settings: Settings, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(running_server(f"sqlite:///{tmp_path / 'server.db'}"))
        settings = replace(settings, server_url=server.url)
        with open_station(settings, {}) as station, running_desk(station, qapp) as desk:
            sign_in(qtbot, desk)
            desk.session.choose_place("12", ["MED"])
            for number in (1, 2):
                station.registration.check_in(Patient(abha_address=f"p{number}@abdm"), "MED", "en")
            assert not _alone(qtbot, desk)
            stack.close()
            assert _alone(qtbot, desk)
            assert [row.token.label for row in desk.session.current] == ["M-002", "M-001"]


def _alone(qtbot: QtBot, desk: Desk) -> bool:
    """Call the next one. Returns whether the desk did so by itself."""
    with qtbot.waitSignal(desk.session.acted) as acted:
        desk.session.call_next()
    assert acted.args is not None
    return bool(acted.args[1].alone)


def test_a_desk_beside_another_station_on_the_same_data_is_refused(qapp: QApplication, settings: Settings) -> None:
    with open_station(settings, {}) as first, open_station(settings, {}) as second:
        assert first.owns_devices
        with pytest.raises(StoreError, match="another kiosk or desk") as caught, running_desk(second, qapp):
            pass
        assert caught.value.code == "STATION_BUSY"


def test_who_was_there_before_a_new_configuration_goes_on(qtbot: QtBot, qapp: QApplication, settings: Settings) -> None:
    with open_station(settings, {}) as station, running_desk(station, qapp) as desk:
        sign_in(qtbot, desk)
        who = desk.session.who
        assert who is not None
    place = Place("7", ("PED",))
    with open_station(settings, {}) as station:
        with running_desk(station, qapp, resumed=Resumed(who, place)) as desk:
            assert desk.session.who == who
            assert desk.session.place == place
        with running_desk(station, qapp, resumed=Resumed(replace(who, role="caller"), place)) as desk:
            assert desk.session.who is None, "another role than the list has"


@pytest.mark.parametrize("text", ["", "[]", '{"room": 3}', '{"room": "12", "departments": "MED"}', "\x00", "{"])
def test_a_place_that_makes_no_sense_is_chosen_again(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert PlaceFile(tmp_path).load() is None


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        PlaceFile(tmp_path / "nowhere").keep(Place("1", ("MED",)))


def test_a_desk_that_cannot_start_says_so_and_tries_again(qtbot: QtBot) -> None:
    window = DeskClosedWindow("STORE_KEY_WRONG", retry_s=0.3)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.timed_out)
    assert not window.isVisible()
