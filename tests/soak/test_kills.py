"""A thousand power cuts, in ten halls of a hundred each."""

from pathlib import Path

import pytest

from tests.e2e.test_kill import survive
from tests.e2e.warm import warm_kiosk


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 11))
def test_a_thousand_kills(tmp_path: Path, seed: int) -> None:
    with warm_kiosk() as warm:
        survive(tmp_path, seed, 100, warm)
