"""The contract of TokenStore on the real store and on the fake that other tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ports import TokenStore
from kiosk.store.store import open_store
from tests.contracts.token_store import TokenStoreContract
from tests.fake_store import FakeTokenStore
from tests.fakes import shuffled_ids
from tests.migrated import lay_store


class TestSqliteStore(TokenStoreContract):
    @pytest.fixture
    def store(self, quick_path: Path) -> Iterator[TokenStore]:
        store = open_store(lay_store(quick_path), "A", shuffled_ids(), {})
        yield store
        store.close()


class TestFakeTokenStore(TokenStoreContract):
    @pytest.fixture
    def store(self) -> TokenStore:
        return FakeTokenStore()
