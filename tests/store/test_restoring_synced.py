"""A restored store and its server: nothing that the server has is lost, no number is given twice."""

from pathlib import Path

import pytest

from kiosk.store.backup import back_up
from kiosk.store.key import KEY_FILE
from kiosk.sync.loop import sync_until_done
from tests.contracts.acts import issue, pulled
from tests.contracts.enrolment import KEY, KIOSK
from tests.fakes import FakeClock
from tests.model.samples import MONDAY, NINE, person
from tests.store.machine import LATER, Machine, code_of, enrolled_and_copied
from tests.sync.fake_server import FakeHospitalServer


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def copy(machine: Machine) -> Path:
    """Of an enrolled station that has issued two tokens by then, and another one since."""
    return enrolled_and_copied(machine)


def test_nothing_that_the_server_has_is_lost(machine: Machine) -> None:
    """Copied while events were unsent; some were sent since, some never. Only those that nobody else has are gone."""
    server, clock = FakeHospitalServer(), FakeClock(LATER)
    with machine.running() as store:
        store.enrol(KIOSK, "A", KEY, NINE)
        tokens = [issue(store, person(1)), issue(store, person(2))]
        sync_until_done(store, server, clock)
        tokens += [issue(store, person(3)), issue(store, person(4))]
        copy = back_up(store, machine.backups, NINE)
        server.answers_lost = 1
        assert code_of(lambda: sync_until_done(store, server, clock)) == "SERVER_TIMEOUT"
        sync_until_done(store, server, clock)
        tokens.append(issue(store, person(5)))
        sync_until_done(store, server, clock)
        gone = issue(store, person(6))
    machine.restored(copy)
    with machine.running() as store:
        tokens.append(issue(store, person(7), now=LATER))
        sync_until_done(store, server, clock)
        assert store.unsynced() == 0
        rows = store.tokens(MONDAY)
        assert sorted(row.token.token_id for row in rows) == sorted(token.token_id for token in tokens)
        assert all(row.synced for row in rows)
        assert server.tokens.keys() == {token.token_id for token in tokens}
        assert store.token(gone.token_id) is None
        assert {row.token.label: row.token.store_id for row in rows} == {
            token.label: token.store_id for token in server.tokens.values()
        }
    ids = [event.event_id for event in server.log]
    assert len(ids) == len(set(ids)) == 6


def test_unsent_events_of_a_copy_reach_the_server_under_the_new_name(machine: Machine) -> None:
    server, clock = FakeHospitalServer(), FakeClock(LATER)
    with machine.running() as store:
        store.enrol(KIOSK, "A", KEY, NINE)
        kept = [issue(store, person(place_)) for place_ in range(5)]
        store.synced(pulled(), NINE)
        copy = back_up(store, machine.backups, NINE)
    machine.restored(copy)
    with machine.running() as store:
        sync_until_done(store, server, clock)
        assert [event.token_id for event in server.log] == [token.token_id for token in kept]
        assert {event.store_id for event in server.log} == {store.store_id}
        assert server.patients.keys() == {token.token_id for token in kept}


def test_two_instances_never_reuse_a_sequence(machine: Machine, tmp_path: Path) -> None:
    """One copy put back on two machines: neither of them gives out a number or a sequence of the other."""
    with machine.running() as store:
        store.enrol(KIOSK, "D", KEY, NINE)
        issue(store, person(1))
        copy = back_up(store, machine.backups, NINE)
    twin = Machine(tmp_path / "twin")
    twin.data.mkdir(parents=True)
    (twin.data / KEY_FILE).write_text((machine.data / KEY_FILE).read_text())
    names = []
    for place_, each in enumerate((machine, twin)):
        each.restored(copy)
        with each.running() as store:
            names.append((store.store_id, store.series))
            if store.series is not None:
                assert issue(store, person(10 + place_), now=LATER).label == "MR-001"
    assert len({store_id for store_id, _ in names}) == 2
    assert [series for _, series in names] == ["R", None]
