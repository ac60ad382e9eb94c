"""A campus on which nothing fails but what a test lets fail."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.scenery import memory_folder
from tests.simulation.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """Two kiosks and two desks."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        world = World(Path(folder), seed=7, faults=frozenset(), kiosks=2, desks=2)
        yield world
        world.close()
