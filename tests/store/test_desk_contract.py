"""The contract of DeskStore on the real store and on the fake that other tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.desk_ports import DeskStore
from kiosk.store.store import open_store
from tests.contracts.desk_store import DeskStoreContract
from tests.fake_store import FakeTokenStore
from tests.fakes import shuffled_ids
from tests.migrated import lay_store


class TestSqliteStore(DeskStoreContract):
    @pytest.fixture
    def store(self, quick_path: Path) -> Iterator[DeskStore]:
        store = open_store(lay_store(quick_path), "A", shuffled_ids(), {})
        yield store
        store.close()


class TestFakeTokenStore(DeskStoreContract):
    @pytest.fixture
    def store(self) -> DeskStore:
        return FakeTokenStore()
