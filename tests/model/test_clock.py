"""When the clock is believed: bridged when it steps back a little, refused when it leaps."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.model.clock import BRIDGED, EARLIEST, LEAP, TICK, ClockFault, believable_time
from tests.model.samples import NINE, minutes


def test_a_clock_that_goes_on_is_believed() -> None:
    assert believable_time(NINE, None, None) == NINE
    assert believable_time(NINE, NINE - minutes(1), None) == NINE
    assert believable_time(NINE, NINE - LEAP + TICK, None) == NINE


@pytest.mark.parametrize("back", [timedelta(0), TICK, minutes(1), BRIDGED])
def test_a_small_step_back_is_bridged_in_order(back: timedelta) -> None:
    held = believable_time(NINE - back, NINE, None)
    assert held == NINE + TICK


def test_a_larger_step_back_is_refused() -> None:
    assert believable_time(NINE - BRIDGED - TICK, NINE, None) is ClockFault.BEHIND
    assert believable_time(NINE - BRIDGED - TICK, NINE, NINE - minutes(60)) is ClockFault.BEHIND


@pytest.mark.parametrize("now", [EARLIEST - TICK, datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_clock_without_a_battery_is_refused_even_by_a_new_store(now: datetime) -> None:
    assert believable_time(now, None, None) is ClockFault.BEHIND


def test_a_week_ahead_needs_somebody_to_vouch_for_it() -> None:
    assert believable_time(NINE + LEAP, NINE, None) is ClockFault.AHEAD
    assert believable_time(NINE + LEAP, NINE, NINE + minutes(1)) == NINE + LEAP
    assert believable_time(NINE + LEAP, None, NINE) is ClockFault.AHEAD
