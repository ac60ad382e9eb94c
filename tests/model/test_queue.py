"""The order of calling, against a plain reading of the rule: fair for whatever comes, and whoever is elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.events import Kind
from kiosk.model.moves import apply
from kiosk.model.patient import PatientKeys
from kiosk.model.queue import (
    ALL_PRIORITIES,
    MICROSECOND,
    USUAL_RULE,
    CallingRule,
    Classes,
    Lane,
    lane_of,
    next_call,
    place,
    place_behind,
    streak,
)
from kiosk.model.token import Priority, State, Token
from tests.model.samples import NINE, event, minutes, token

CLASSES: Classes = {}
SECOND = timedelta(seconds=1)
EMERGENCY, ELDERLY, ROUTINE = Priority.EMERGENCY, Priority.ELDERLY, Priority.ROUTINE


def waiting(number: int, priority: Priority = ROUTINE, **changes: object) -> Token:
    """The token of the patient who came as the ``number``-th, a second after the one before."""
    its = {
        "token_id": f"t{number:06d}",
        "number": number,
        "priority": priority,
        "keys": PatientKeys(f"k{number}", None),
    }
    at = NINE + number * SECOND
    return token(**(its | {"issued_at": at, "queued_at": at, "moved_at": at} | changes))


@dataclass
class Room:
    """One department's day: patients come and are called, a second apart."""

    rule: CallingRule = USUAL_RULE
    tokens: dict[str, Token] = field(default_factory=dict)
    calls: list[Token] = field(default_factory=list)
    seconds: int = 0

    def come(self, *priorities: Priority) -> None:
        for priority in priorities:
            self.seconds += 1
            self.put(waiting(self.seconds, priority))

    def put(self, changed: Token) -> None:
        self.tokens[changed.token_id] = changed

    def waiting(self) -> list[Token]:
        return [each for each in self.tokens.values() if each.state is State.WAITING]

    def call(self, busy: Collection[PatientKeys] = ()) -> Token | None:
        found = next_call(self.tokens.values(), self.tokens.values(), busy, self.rule, CLASSES)
        if found is not None:
            self.calls.append(found)
            self.act(found, Kind.TOKEN_CALLED)
            self.act(found, Kind.TOKEN_COMPLETED)
        return found

    def act(self, one: Token, kind: Kind) -> None:
        self.seconds += 1
        at = NINE + self.seconds * SECOND
        self.put(apply(self.tokens[one.token_id], event(kind, seq=self.seconds, at=at, token_id=one.token_id)))


RULES = st.builds(CallingRule, st.integers(1, 5))
PRIORITIES = st.sampled_from(Priority)
STEPS = st.lists(st.none() | PRIORITIES, max_size=60)
"""None is a call, a class is somebody who comes."""


def day(rule: CallingRule, steps: Sequence[Priority | None]) -> list[tuple[Token, list[Token]]]:
    """Each call with those who waited before it."""
    room, calls = Room(rule), []
    for step in steps:
        if step is not None:
            room.come(step)
            continue
        before = room.waiting()
        found = room.call()
        assert (found is None) is (not before)
        if found is not None:
            calls.append((found, before))
    return calls


def lanes(tokens: Sequence[Token]) -> set[Lane]:
    return {lane_of(each, CLASSES) for each in tokens}


@given(RULES, STEPS)
def test_within_a_lane_nobody_is_overtaken(rule: CallingRule, steps: list[Priority | None]) -> None:
    for found, before in day(rule, steps):
        same = [each for each in before if lanes([each]) == lanes([found])]
        assert found == min(same, key=place)


@given(RULES, STEPS)
def test_emergencies_come_first(rule: CallingRule, steps: list[Priority | None]) -> None:
    for found, before in day(rule, steps):
        assert (found.priority is EMERGENCY) is (EMERGENCY in {each.priority for each in before})


@given(RULES, STEPS)
def test_priority_and_routine_are_called_in_the_ratio(rule: CallingRule, steps: list[Priority | None]) -> None:
    """Counted anew: after so many of priority one routine patient, where there is one; else priority first."""
    since = 0
    for found, before in day(rule, steps):
        lane = lane_of(found, CLASSES)
        if lane is Lane.EMERGENCY:
            continue
        if {Lane.PRIORITY, Lane.ROUTINE} <= lanes(before):
            assert (lane is Lane.ROUTINE) is (since >= rule.priority_per_routine)
        since = 0 if lane is Lane.ROUTINE else since + 1


@given(RULES, st.integers(0, 8), st.lists(st.lists(PRIORITIES.filter(ROUTINE.__ne__), max_size=4), max_size=20))
def test_no_routine_patient_starves(rule: CallingRule, ahead: int, crowds: list[list[Priority]]) -> None:
    """However many with priority keep coming; only emergencies go before, each once."""
    room = Room(rule)
    room.come(*[ROUTINE] * (ahead + 1))
    last = max(room.tokens)
    most = (ahead + 1) * (rule.priority_per_routine + 1)
    for crowd in crowds:
        room.come(*crowd)
        room.call()
    while room.tokens[last].state is State.WAITING:
        room.come(ELDERLY)
        room.call()
    calls = [found for found in room.calls if found.priority is not EMERGENCY]
    assert [found.token_id for found in calls].index(last) < most


def test_emergencies_that_never_end_are_all_that_can_starve_others() -> None:
    room = Room()
    room.come(ROUTINE)
    for _ in range(50):
        room.come(EMERGENCY)
        room.call()
    assert {found.priority for found in room.calls} == {EMERGENCY}


@given(RULES, STEPS, st.sets(st.integers(1, 60)))
def test_the_busy_are_skipped_as_if_they_were_not_there(
    rule: CallingRule, steps: list[Priority | None], away: set[int]
) -> None:
    room = Room(rule)
    room.come(*[step for step in steps if step is not None])
    busy = {PatientKeys(f"k{number}", None) for number in away}
    free = [each for each in room.waiting() if each.keys not in busy]
    assert next_call(room.waiting(), [], busy, rule, CLASSES) == next_call(free, [], (), rule, CLASSES)


@given(RULES, st.lists(PRIORITIES, min_size=1, max_size=20), st.data())
def test_the_busy_keep_their_places(rule: CallingRule, came: list[Priority], data: st.DataObject) -> None:
    room = Room(rule)
    room.come(*came)
    one = data.draw(st.sampled_from(room.waiting()))
    for _ in range(data.draw(st.integers(0, len(came)))):
        room.call(busy={one.keys})
    assert room.tokens[one.token_id] == one
    while (found := room.call()) is not None and found != one:
        assert lanes([found]) != lanes([one]) or place(found) < place(one)
    assert found == one


def test_a_patient_is_busy_by_number_or_address_but_nobody_is_without_either() -> None:
    elsewhere = [PatientKeys("n", "a"), PatientKeys(None, None)]
    for keys, is_busy in [
        (PatientKeys("n", None), True),
        (PatientKeys(None, "a"), True),
        (PatientKeys("other", "a"), False),
        (PatientKeys(None, None), False),
    ]:
        found = next_call([waiting(1, keys=keys)], [], elsewhere, USUAL_RULE, CLASSES)
        assert (found is None) is is_busy


@pytest.mark.parametrize("state", [state for state in State if state is not State.WAITING])
def test_only_those_who_wait_and_are_there_are_called(state: State) -> None:
    late = waiting(3)
    not_there = [waiting(1, state=state), waiting(2, arrived=False)]
    assert next_call([*not_there, late], [], (), USUAL_RULE, CLASSES) == late
    assert next_call(not_there, [], (), USUAL_RULE, CLASSES) is None


@given(st.lists(st.tuples(PRIORITIES, st.integers(0, 9)), min_size=1, max_size=12), RULES)
def test_places_count_and_not_numbers(queue: list[tuple[Priority, int]], rule: CallingRule) -> None:
    """As after returns, which have older numbers than the places that they get."""
    tokens = [waiting(number, each, queued_at=NINE + at * SECOND) for number, (each, at) in enumerate(queue)]
    found = next_call(tokens, [], (), rule, CLASSES)
    assert found is not None
    assert found == min((each for each in tokens if lanes([each]) == lanes([found])), key=lambda each: each.queued_at)


def test_what_counts_as_priority_is_the_departments_own_affair() -> None:
    elderly = waiting(2, ELDERLY)
    classes = {"MED": frozenset({Priority.INFANT}), "EYE": ALL_PRIORITIES}
    assert lane_of(elderly, classes) is Lane.ROUTINE
    assert lane_of(replace(elderly, queue_department="EYE"), classes) is Lane.PRIORITY
    assert lane_of(replace(elderly, queue_department="ENT"), classes) is Lane.PRIORITY
    assert lane_of(waiting(3, EMERGENCY), {"MED": frozenset()}) is Lane.EMERGENCY
    assert next_call([waiting(1), elderly], [], (), USUAL_RULE, classes) == waiting(1)
    assert next_call([waiting(1), elderly], [], (), USUAL_RULE, CLASSES) == elderly


def called(number: int, priority: Priority, **changes: object) -> Token:
    return waiting(number, priority, called_at=NINE + minutes(number), state=State.COMPLETED, **changes)


def test_a_streak_is_of_the_last_calls_and_emergencies_do_not_count() -> None:
    history = [called(1, ELDERLY), called(2, ROUTINE), called(3, ELDERLY), called(4, EMERGENCY), called(5, ELDERLY)]
    assert streak(reversed(history), CLASSES) == 2
    assert streak([*history, called(6, ROUTINE)], CLASSES) == 0
    assert streak([waiting(7, ELDERLY)], CLASSES) == 0


OTHERS = st.lists(st.tuples(st.sampled_from([ELDERLY, ROUTINE]), st.booleans(), st.sampled_from(["MED", "EYE"])))


def test_who_returns_waits_for_those_of_the_same_department_who_are_there() -> None:
    others = [
        waiting(1, queue_department="EYE"),
        waiting(2, arrived=False),
        waiting(3, ELDERLY),
        waiting(4),
        waiting(5),
    ]
    assert place_behind(others, waiting(0), 1, CLASSES) == NINE + 4 * SECOND + MICROSECOND
    assert place_behind(others, waiting(0), 9, CLASSES) == NINE + 5 * SECOND + MICROSECOND
    assert place_behind(others, waiting(0), 0, CLASSES) == waiting(0).queued_at
    assert place_behind([], waiting(0), 3, CLASSES) == waiting(0).queued_at


@given(OTHERS, st.integers(0, 12), st.integers(0, 12), st.sampled_from([ELDERLY, ROUTINE]))
def test_who_returns_stands_behind_so_many_and_no_more(
    others: list[tuple[Priority, bool, str]], own: int, count: int, priority: Priority
) -> None:
    queue = [
        waiting(number, each, arrived=arrived, queue_department=department)
        for number, (each, arrived, department) in enumerate(others)
    ]
    back = replace(waiting(own, priority), token_id="back", queued_at=NINE + own * SECOND + SECOND / 2)
    after = replace(back, queued_at=place_behind([*queue, back], back, count, CLASSES))
    rivals = [
        each for each in queue if each.arrived and each.queue_department == "MED" and lanes([each]) == lanes([back])
    ]
    ahead = sum(place(each) < place(after) for each in rivals)
    ahead_of_its_own = sum(place(each) < place(back) for each in rivals)
    assert ahead == max(ahead_of_its_own, min(count, len(rivals)))
    assert after.queued_at >= back.queued_at


def test_a_long_day_is_looked_through_in_no_time() -> None:
    """2,000 who wait, 200 of whom are elsewhere: nothing is compared that need not be."""
    crowd = [waiting(number, list(Priority)[number % 6]) for number in range(2_000)]
    compared = 0

    class Counting(PatientKeys):
        def match(self, other: PatientKeys) -> bool:
            nonlocal compared
            compared += 1
            return super().match(other)

    crowd = [replace(each, keys=Counting(each.keys.number, None)) for each in crowd]
    busy = [PatientKeys(f"k{number}", None) for number in range(200)]
    found = next_call(crowd, [], busy, USUAL_RULE, CLASSES)
    assert found is not None
    assert found.number == 204
    assert compared < 50_000
