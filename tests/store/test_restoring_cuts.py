"""Power cuts at each step of a restore."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.store.place import DRAFT_FOLDER, PLAN_FILE, READY_FILE
from kiosk.store.store import STORE_FILE, SqliteStore
from tests.contracts.acts import issue
from tests.model.samples import MONDAY, RAVI
from tests.store.machine import LATER, Machine, enrolled_and_copied


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def copy(machine: Machine) -> Path:
    """Of an enrolled station that has issued two tokens by then, and another one since."""
    return enrolled_and_copied(machine)


class PowerCutError(BaseException):
    """The end of the machine's world between two steps."""


class Steps:
    """Counts what changes a disk, and cuts the power before the step ``last``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
        self._left = last
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "mkdir"),
            (Path, "touch"),
            (os, "fsync"),
            (shutil, "copyfile"),
            (shutil, "rmtree"),
            (SqliteStore, "begin_anew"),
            (SqliteStore, "empty_log"),
            (SqliteStore, "close"),
        ):
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, act: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self._left -= 1
            if self._left < 0:
                raise PowerCutError
            return act(*arguments, **options)

        return counted


def cut_after(machine: Machine, copy: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the power was cut before the restore was done."""
    with monkeypatch.context() as patched:
        Steps(patched, steps)
        try:
            machine.restored(copy)
        except PowerCutError:
            return True
    return False


OLD = (["MD-001", "MD-002", "MD-003"], "D")
NEW = (["MD-001", "MD-002"], "R")


def seen_by_a_kiosk(machine: Machine) -> object:
    with machine.running() as store:
        assert store.damage() == ""
        return [row.token.label for row in store.tokens(MONDAY)], store.series


def test_a_restore_that_was_given_up_leaves_no_patients_behind(
    machine: Machine, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for steps in range(100):
        assert cut_after(machine, copy, steps, monkeypatch)
        if (machine.data / DRAFT_FOLDER / STORE_FILE).exists():
            break
    machine.opened().close()
    assert not (machine.data / DRAFT_FOLDER).exists()


def is_done(machine: Machine) -> bool:
    return bool(list(machine.data.glob("lost-*"))) and not (machine.data / READY_FILE).exists()


def test_a_power_cut_at_any_step_leaves_the_old_store_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens the store next, a kiosk or the same command again; and the reserve is still there for it."""
    machine_before, seen = Machine(tmp_path / "before"), []
    enrolled_and_copied(machine_before)
    for steps in range(100):
        machine = Machine(tmp_path / str(steps))
        shutil.copytree(machine_before.data, machine.data)
        shutil.copytree(machine_before.backups, machine.backups)
        (copy,) = machine.backups.iterdir()
        was_cut = cut_after(machine, copy, steps, monkeypatch)
        if steps % 2:
            seen.append(seen_by_a_kiosk(machine))
        if not is_done(machine):
            assert machine.restored(copy).series == "R"
        assert seen_by_a_kiosk(machine) == NEW
        assert not [name for name in (READY_FILE, PLAN_FILE, DRAFT_FOLDER) if (machine.data / name).exists()]
        if not was_cut:
            break
    assert not was_cut
    assert steps > 20
    assert [OLD] * seen.count(OLD) + [NEW] * seen.count(NEW) == seen, "from one step on it is the new one"
    assert 0 < seen.count(OLD) < len(seen)


def test_after_an_interrupted_restore_the_next_one_has_a_name_of_its_own(
    machine: Machine, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kiosk has finished the first by itself and has issued since."""
    for steps in range(100):
        cut_after(machine, copy, steps, monkeypatch)
        if (machine.data / READY_FILE).exists():
            break
    with machine.running() as store:
        first = store.store_id
        issue(store, RAVI, now=LATER)
    assert machine.restored(copy).store_id != first
