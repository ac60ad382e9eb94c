"""A station's folders, as a restore finds them and leaves them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.errors import KioskError
from kiosk.store.backup import back_up
from kiosk.store.key import CHECK_FILE, KEY_FILE
from kiosk.store.restoring import Restored, restore
from kiosk.store.store import STORE_FILE, SqliteStore, open_store
from tests.contracts.acts import issue
from tests.contracts.enrolment import KEY, KIOSK
from tests.fakes import shuffled_ids
from tests.migrated import lay_store
from tests.model.samples import NINE, minutes, person

LATER = NINE + minutes(60)
new_id = shuffled_ids(99)


class Machine:
    """A station's folders."""

    def __init__(self, folder: Path) -> None:
        self.data, self.backups = folder / "data", folder / "backups"

    def opened(self, series: str | None = None) -> SqliteStore:
        return open_store(self.data, series, new_id, {})

    @contextmanager
    def running(self, series: str | None = None) -> Iterator[SqliteStore]:
        store = self.opened(series)
        try:
            yield store
        finally:
            store.close()

    def restored(self, copy: Path, series: str | None = None) -> Restored:
        return restore(self.data, copy, self.backups, {}, new_id, LATER, series)

    def files(self) -> dict[str, bytes]:
        """All that makes the store, byte for byte."""
        names = (STORE_FILE, f"{STORE_FILE}-wal", KEY_FILE, CHECK_FILE)
        return {name: (self.data / name).read_bytes() for name in names if (self.data / name).exists()}


def enrolled_and_copied(machine: Machine) -> Path:
    """A copy of an enrolled station that had issued two tokens by then, and has issued another one since."""
    lay_store(machine.data)
    with machine.running() as store:
        store.enrol(KIOSK, "D", KEY, NINE)
        for place_ in (1, 2):
            issue(store, person(place_))
        path = back_up(store, machine.backups, NINE)
        issue(store, person(3))
        return path


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(KioskError) as caught:
        act()
    return caught.value.code
