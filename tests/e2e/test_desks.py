"""Two desks with a real server between them, with the network cut and healed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.calling import LostAct
from kiosk.errors import CalledElsewhereError, NotAllowedError, ServerError
from kiosk.model.desk import Called, CallOrder
from kiosk.model.events import Kind
from kiosk.model.exchange import Pull, Push
from kiosk.model.moves import IllegalMoveError
from kiosk.model.patient import Patient
from kiosk.model.staff import SignedIn
from kiosk.model.token import Priority, State
from kiosk.sync.client import HttpServer
from kiosk.sync.line import Line
from kiosk.sync.live import LiveThread
from kiosk.sync.loop import SyncReport, SyncThread
from tests.e2e.desks import Desk, Hospital, hospital_of
from tests.migrated import lay_server
from tests.patience import PATIENCE_S
from tests.soak.cut_network import Weather
from tests.test_enrol import quick_scrypt


@pytest.fixture
def hospital(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    """On SQLite."""
    monkeypatch.setattr("hashlib.scrypt", quick_scrypt)
    with hospital_of(f"sqlite:///{lay_server(tmp_path / 'server.db')}", tmp_path) as hospital:
        yield hospital


@pytest.fixture
def any_hospital(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hospital]:
    """On each kind of database."""
    monkeypatch.setattr("hashlib.scrypt", quick_scrypt)
    with hospital_of(database_url, tmp_path) as hospital:
        yield hospital


def supervised(desk: Desk) -> SignedIn:
    return SignedIn("S1", "Somebody", "supervisor", (), desk.clock.now())


# --- the server answers -----------------------------------------------------------------------------------------------


def test_two_desks_never_call_the_same_patient(any_hospital: Hospital) -> None:
    hospital = any_hospital
    issued = hospital.kiosk.issue(*range(1, 21))
    start = threading.Barrier(2)

    def serve(desk: Desk) -> list[str]:
        served: list[str] = []
        start.wait(PATIENCE_S)
        while (result := desk.calling.call_next(desk.post)) is not None:
            assert not result.alone
            desk.calling.complete(desk.post, result.called.token.token_id)
            served.append(result.called.token.label)
        return served

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(serve, hospital.desks)
    assert sorted(one + other) == [token.label for token in issued]
    assert one
    assert other
    hospital.agree()
    assert {token.state for token in hospital.kiosk.tokens().values()} == {State.COMPLETED}


def test_a_desk_that_has_heard_nothing_yet_is_told_who_is_next(hospital: Hospital) -> None:
    """The replica may be behind: the server's answer is enough to go on with."""
    (token,) = hospital.kiosk.issue(1)
    desk, other = hospital.desks
    result = desk.call_next()
    assert (result.called.token.token_id, result.called.token.room, result.alone) == (token.token_id, "1", False)
    assert result.called.patient is not None
    assert result.called.patient.name == "Person0001 Kumar"
    desk.calling.start(desk.post, token.token_id)
    with pytest.raises(CalledElsewhereError, match="room 1 "):
        other.calling.call(other.post, token.token_id)
    assert other.calling.call_next(other.post) is None
    hospital.agree()


def test_what_cannot_be_called_is_refused_by_the_server(hospital: Hospital) -> None:
    (token,) = hospital.kiosk.issue(1)
    desk, other = hospital.desks
    desk.call_next()
    desk.calling.complete(desk.post, token.token_id)
    desk.sync()
    with pytest.raises(NotAllowedError):
        other.calling.call(other.post, token.token_id)
    hospital.agree()


def test_a_walk_in_of_this_desk_is_known_to_the_server_before_it_calls(hospital: Hospital) -> None:
    desk, other = hospital.desks
    from_kiosk = hospital.kiosk.issue(1)[0]
    walk_in = desk.work.walk_in(desk.post, Patient(name="Unknown patient"), "MED", "en", priority=Priority.PREGNANT)
    assert desk.call_next().called.token.token_id == walk_in.token.token_id
    assert other.call_next().called.token.token_id == from_kiosk.token_id
    hospital.agree()


def test_a_call_undone_lets_the_other_desk_have_the_patient(hospital: Hospital) -> None:
    first, _ = hospital.kiosk.issue(1, 2)
    desk, other = hospital.desks
    result = desk.call_next()
    undone = desk.acts.undo(desk.post, result.done).after
    assert (undone.state, undone.room) == (State.WAITING, "")
    desk.sync()
    assert other.call_next().called.token.token_id == first.token_id
    hospital.agree()


def test_undoing_comes_second_to_whoever_acted_since(hospital: Hospital) -> None:
    (token,) = hospital.kiosk.issue(1)
    desk, other = hospital.desks
    result = desk.call_next()
    other.sync()
    other.work.cancel(other.post, token.token_id, "gone home", approved_by=supervised(other))
    other.sync()
    desk.sync()
    with pytest.raises(IllegalMoveError):
        desk.acts.undo(desk.post, result.done)
    hospital.agree()


def test_a_referral_is_called_by_the_other_department(hospital: Hospital) -> None:
    (token,) = hospital.kiosk.issue(1)
    desk, other = hospital.desks
    desk.call_next()
    referred = desk.calling.refer(desk.post, token.token_id, "EYE", "en").referred
    assert referred is not None
    desk.sync()
    eye = replace(other.post, departments=("EYE",))
    result = other.calling.call_next(eye)
    assert result is not None
    assert (result.called.token.token_id, result.called.token.label) == (referred.token_id, referred.label)
    hospital.agree()
    assert hospital.kiosk.tokens()[token.token_id].state is State.COMPLETED


def test_a_patient_who_is_called_can_be_transferred_by_another_desk(hospital: Hospital) -> None:
    (token,) = hospital.kiosk.issue(1)
    desk, other = hospital.desks
    desk.call_next()
    other.sync()
    other.calling.transfer(other.post, token.token_id, "EYE")
    other.sync()
    desk.calling.start(desk.post, token.token_id)  # which has not heard of it
    desk.sync()
    assert desk.lost == [LostAct(Kind.TOKEN_STARTED, token.token_id, token.label, State.WAITING, "")]
    hospital.agree()


# --- answers are lost -------------------------------------------------------------------------------------------------


class Losing:
    """A server whose first ``answers`` to calls are lost after it has acted on them."""

    def __init__(self, desk: Desk, answers: int) -> None:
        self._server, self._left = desk.quick, answers
        self.exchange = desk.quick.exchange
        self.heard: list[CallOrder] = []

    def call(self, order: CallOrder) -> Called | None:
        self.heard.append(order)
        called = self._server.call(order)
        if self._left:
            self._left -= 1
            raise ServerError("the answer was lost")
        return called


class Counting:
    """A server, and how often it was asked."""

    def __init__(self, server: HttpServer) -> None:
        self._server, self.asked = server, 0

    def exchange(self, push: Push) -> Pull:
        self.asked += 1
        return self._server.exchange(push)

    def call(self, order: CallOrder) -> Called | None:
        self.asked += 1
        return self._server.call(order)


@contextmanager
def losing(desk: Desk, answers: int) -> Iterator[Losing]:
    server = Losing(desk, answers)
    desk.line = Line(desk.store, server, desk.clock, desk.note_parked)
    desk.calling = replace(desk.calling, server=desk.line, push=desk.line.push)
    yield server


def test_a_lost_answer_is_asked_for_again_and_calls_once(hospital: Hospital) -> None:
    first, second = hospital.kiosk.issue(1, 2)
    desk, other = hospital.desks
    with losing(desk, 1) as server:
        result = desk.call_next()
    assert (result.called.token.token_id, result.alone) == (first.token_id, False)
    assert server.heard[0] == server.heard[1]
    assert other.call_next().called.token.token_id == second.token_id
    hospital.agree()


def test_a_call_whose_answers_are_all_lost_is_made_alone_and_is_the_same_call(hospital: Hospital) -> None:
    first, second = hospital.kiosk.issue(1, 2)
    desk, other = hospital.desks
    desk.sync()
    with losing(desk, 2):
        result = desk.call_next()
    assert (result.called.token.token_id, result.alone, desk.line.is_down) == (first.token_id, True, True)
    assert other.call_next().called.token.token_id == second.token_id
    hospital.agree()
    assert desk.lost == []
    assert desk.tokens()[first.token_id].state is State.CALLED


# --- cut off ----------------------------------------------------------------------------------------------------------


def test_cut_off_both_call_the_same_patient_one_stands_and_the_other_is_told(any_hospital: Hospital) -> None:
    hospital = any_hospital
    first, second = hospital.kiosk.issue(1, 2)
    for desk in hospital.desks:
        desk.sync()
        desk.cut()
    results = [desk.call_next() for desk in hospital.desks]
    assert [(each.called.token.token_id, each.alone) for each in results] == [(first.token_id, True)] * 2
    one, other = hospital.desks
    other.calling.start(other.post, first.token_id)
    other.heal()
    other.sync()
    one.heal()
    one.sync()
    assert one.lost == [LostAct(Kind.TOKEN_CALLED, first.token_id, first.label, State.SERVING, "2")]
    assert other.lost == []
    hospital.agree()
    assert one.call_next().called.token.token_id == second.token_id
    assert not one.line.is_down


def test_what_was_served_alone_is_told_before_the_next_call(hospital: Hospital) -> None:
    """Else the server would call those whom this desk has sent home."""
    tokens = hospital.kiosk.issue(1, 2, 3)
    desk = hospital.desks[0]
    desk.sync()
    desk.cut()
    for token in tokens[:2]:
        assert desk.call_next().called.token.token_id == token.token_id
        desk.calling.complete(desk.post, token.token_id)
    desk.heal()
    desk.line.reached()
    result = desk.call_next()
    assert (result.called.token.token_id, result.alone) == (tokens[2].token_id, False)
    hospital.agree()


def test_who_came_second_hears_it_with_the_next_call(hospital: Hospital) -> None:
    first, second = hospital.kiosk.issue(1, 2)
    desk, other = hospital.desks
    desk.sync()
    desk.cut()
    desk.call_next()
    assert other.call_next().called.token.token_id == first.token_id
    desk.heal()
    desk.line.reached()
    assert desk.call_next().called.token.token_id == second.token_id
    assert [(lost.label, lost.room) for lost in desk.lost] == [(first.label, "2")]
    hospital.agree()


def test_a_desk_finds_back_to_its_server_by_itself(hospital: Hospital) -> None:
    """The sync thread would try again in half an hour; the stream, which is back at once, has it hurry."""
    tokens = hospital.kiosk.issue(1, 2, 3)
    desk, reached = hospital.desks[0], threading.Semaphore(0)
    failed = threading.Event()

    def synced(report: SyncReport) -> None:
        desk.line.reached()
        desk.note_parked(report.parked)
        reached.release()

    def lost(code: str) -> None:
        desk.line.lost(code)
        failed.set()

    sync = SyncThread(desk.store, desk.server, desk.clock, 3600.0, turn=desk.turn, on_synced=synced, on_failed=lost)
    live = LiveThread(desk.new_server(PATIENCE_S), sync.nudge, on_connected=sync.hurry, first_pause_s=0.05)
    for thread in (sync, live):
        thread.start()
    try:
        assert reached.acquire(timeout=PATIENCE_S)
        desk.cut()
        assert [desk.call_next().alone for _ in tokens[:2]] == [True, True]
        sync.nudge()
        assert failed.wait(PATIENCE_S)
        desk.heal()
        while desk.line.is_down:
            assert reached.acquire(timeout=PATIENCE_S)
        assert not desk.call_next().alone
    finally:
        for each in (sync, live):
            assert each.stop(PATIENCE_S)
    hospital.agree()


def test_only_the_first_patient_waits_for_a_server_that_is_silent(hospital: Hospital) -> None:
    tokens = hospital.kiosk.issue(*range(1, 6))
    desk = hospital.desks[0]
    desk.sync()
    with closing(desk.new_server(0.3)) as impatient:
        server = Counting(impatient)
        desk.line = Line(desk.store, server, desk.clock, desk.note_parked)
        desk.calling = replace(desk.calling, server=desk.line, push=desk.line.push)
        desk.network.change(Weather.SILENT)
        called = [desk.call_next() for _ in tokens]
    assert [each.called.token.token_id for each in called] == [token.token_id for token in tokens]
    assert all(each.alone for each in called)
    assert server.asked <= 2, "the same once more, perhaps"
    desk.cut()
    desk.heal()
    hospital.agree()
