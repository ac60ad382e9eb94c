"""What every TokenStore promises about days and clocks."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from kiosk.errors import ClockError
from kiosk.model.events import Kind
from kiosk.model.token import SlipState, State
from kiosk.ports import TokenStore
from tests.contracts.acts import (
    NEXT_DAY,
    TUESDAY,
    events_of,
    foreign_token,
    issue,
    move,
    only_job,
    order,
    pulled,
)
from tests.model.samples import (
    HOSPITAL,
    MONDAY,
    NINE,
    RAVI,
    minutes,
    person,
)


def lapsed_of(store: TokenStore) -> list[str]:
    """Whose tokens have lapsed, in the order of their issue."""
    lapsed = {event.token_id for event in events_of(store) if event.kind == Kind.TOKEN_LAPSED}
    return [row.token.token_id for row in store.tokens(MONDAY) if row.token.token_id in lapsed]


class DayContract:
    # --- service day --------------------------------------------------------------------------------------------------

    def test_a_new_day_starts_at_one_and_what_waited_lapses(self, store: TokenStore) -> None:
        tokens = [issue(store, person(place)) for place in range(5)]
        move(store, tokens[0], Kind.TOKEN_CALLED, Kind.TOKEN_STARTED, Kind.TOKEN_COMPLETED)
        move(store, tokens[1], Kind.TOKEN_CALLED)
        assert store.held_tokens(person(2), HOSPITAL, NEXT_DAY) == ()
        fresh = issue(store, person(2), now=NEXT_DAY)
        assert (fresh.number, fresh.service_day) == (1, TUESDAY)
        states = [row.token.state for row in store.tokens(MONDAY)]
        assert sorted(states) == ["called", "completed", *["lapsed"] * 3]
        assert lapsed_of(store) == [token.token_id for token in tokens[2:]]
        assert issue(store, person(3), now=NEXT_DAY + minutes(1)).number == 2
        assert len(events_of(store)) == 5 + 3 + 2

    def test_who_is_with_the_doctor_at_the_end_of_the_day_lapses_a_day_later(self, store: TokenStore) -> None:
        acts = {
            0: (Kind.TOKEN_CALLED,),
            1: (Kind.TOKEN_CALLED, Kind.TOKEN_STARTED),
            2: (Kind.TOKEN_CALLED, Kind.TOKEN_HELD),
            3: (Kind.TOKEN_CALLED, Kind.TOKEN_NO_SHOW),
        }
        tokens = {who: issue(store, person(who)) for who in acts}
        for who, kinds in acts.items():
            for kind in kinds:
                store.act(kind, tokens[who].token_id, NINE + minutes(1), {})
        issue(store, person(9), now=NEXT_DAY)
        assert lapsed_of(store) == [tokens[2].token_id, tokens[3].token_id]
        store.act(Kind.TOKEN_COMPLETED, tokens[1].token_id, NEXT_DAY, {})
        issue(store, person(9), now=NEXT_DAY + timedelta(days=1))
        assert [row.token.state for row in store.tokens(MONDAY)] == ["lapsed", "completed", "lapsed", "lapsed"]

    def test_tokens_of_other_stations_are_not_ours_to_lapse(self, store: TokenStore) -> None:
        store.synced(pulled(foreign_token("t9", issue(store), "EYE")), NINE)
        issue(store, RAVI, now=NEXT_DAY)
        other = store.token("t9")
        assert other is not None
        assert other.state is State.WAITING

    def test_the_service_day_never_goes_backwards(self, store: TokenStore) -> None:
        midnight = HOSPITAL.local(NINE).replace(hour=0) + timedelta(days=1)
        after = issue(store, person(1), now=midnight + minutes(1))
        before = issue(store, person(2), now=midnight - minutes(1))
        assert (after.service_day, before.service_day) == (TUESDAY, TUESDAY)
        assert (after.number, before.number) == (1, 2)
        later_start = replace(HOSPITAL, day_starts=time(5))
        assert store.issue(order(person(3), now=midnight + minutes(2), facility=later_start)).token.number == 3
        assert len(store.held_tokens(person(1), later_start, midnight + minutes(2))) == 1

    # --- the clock ----------------------------------------------------------------------------------------------------

    def test_a_small_step_back_is_bridged_in_order(self, store: TokenStore) -> None:
        clocks = [NINE, NINE - minutes(4), NINE - minutes(4.9), NINE - minutes(1), NINE + minutes(1)]
        issued = [store.issue(order(person(place), now=now)) for place, now in enumerate(clocks)]
        times = [each.token.issued_at for each in issued]
        assert times == sorted(set(times))
        assert times[3] - NINE < timedelta(seconds=1)
        assert [each.people_ahead for each in issued] == [0, 1, 2, 3, 4]
        assert [row.token.number for row in store.tokens(MONDAY)] == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize(
        ("now", "code"),
        [
            (NINE - minutes(5) - timedelta(seconds=1), "CLOCK_BEHIND"),
            (NINE - timedelta(days=400), "CLOCK_BEHIND"),
            (NINE + timedelta(days=7), "CLOCK_AHEAD"),
            (NINE + timedelta(days=4000), "CLOCK_AHEAD"),
        ],
    )
    def test_a_clock_that_cannot_be_believed_stops_issuing_until_it_is_right(
        self, store: TokenStore, now: datetime, code: str
    ) -> None:
        issue(store)
        with pytest.raises(ClockError) as caught:
            issue(store, RAVI, now=now)
        assert caught.value.code == code
        assert len(events_of(store)) == 1
        assert issue(store, RAVI, now=NINE + minutes(1)).number == 2

    def test_the_servers_time_confirms_a_leap(self, store: TokenStore) -> None:
        issue(store)
        week_later = NINE + timedelta(days=7)
        store.synced(pulled(acked=1, server_time=week_later), week_later)
        assert issue(store, RAVI, now=week_later).number == 1

    @pytest.mark.parametrize("wrong", [NINE + timedelta(days=3000), NINE - timedelta(days=3000)])
    def test_a_slip_noted_under_a_wrong_clock_does_not_shut_the_store(self, store: TokenStore, wrong: datetime) -> None:
        job = only_job(store.issue(order()))
        store.slip_moved(job.job_id, SlipState.SENDING, wrong)
        store.slip_moved(job.job_id, SlipState.PRINTED, wrong)
        assert store.reprint(job.token_id, "hi", wrong, limit=1).copy == 1
        times = [event.at for event in events_of(store)]
        assert times == sorted(times)
        assert issue(store, RAVI, now=NINE + minutes(1)).number == 2
