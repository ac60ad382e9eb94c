"""Where stores lie whose tests ask for what they promise, and not for what a disk does."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

MEMORY = Path("/dev/shm")
"""Where there is such a thing: here nobody cuts the power, and thousands of commits are quicker."""


@pytest.fixture
def quick_path() -> Iterator[Path]:
    with TemporaryDirectory(prefix="store-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)
