"""A campus on which nothing fails but what a test lets fail."""

from collections.abc import Iterator

import pytest

from tests.simulation.scenery import campus_folder
from tests.simulation.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """Two kiosks and two desks."""
    with campus_folder() as folder:
        world = World(folder, seed=7, faults=frozenset(), kiosks=2, desks=2)
        yield world
        world.close()
