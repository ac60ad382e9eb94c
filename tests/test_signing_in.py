"""Who signs in at a desk, by PIN: over a real store, with waits that grow, end, and outlive a restart."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import NotAllowedError, PinError, StoreError, StoreFullError
from kiosk.model.configuration import StaffMember
from kiosk.model.desk import Failures, PinHash
from kiosk.model.staff import FIRST_WAIT, FREE_TRIES, LONGEST_WAIT, Right
from kiosk.pins import Cost, hash_pin
from kiosk.signing_in import PinStore, SigningIn
from kiosk.store.store import SqliteStore, open_store
from tests.fakes import FakeClock, shuffled_ids
from tests.migrated import lay_store

NINE = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
PEPPER = b"\x01" * 32
ANITA = StaffMember("anita", "Anita Verma", "caller", ("MED",))
RAVI = StaffMember("ravi", "Ravi Kumar", "supervisor")
STAFF = (ANITA, RAVI)
CHEAP = Cost(rounds=1, memory_kib=8, lanes=1)
PINS = (PinHash("anita", hash_pin("482913", PEPPER, CHEAP)), PinHash("ravi", hash_pin("730152", PEPPER, CHEAP)))
WEEKS = timedelta(days=14)


@dataclass
class Shelf:
    """The part of a store that PINs need, in memory."""

    synced_at: datetime | None = NINE
    fails_with: StoreError | None = None
    counted: dict[str, Failures] = field(default_factory=dict)

    def pins(self) -> Sequence[PinHash]:
        return PINS

    def failures(self, staff_id: str) -> Failures:
        return self.counted.get(staff_id, Failures())

    def note_failure(self, staff_id: str, now: datetime) -> Failures:
        if self.fails_with is not None:
            raise self.fails_with
        self.counted[staff_id] = Failures(self.failures(staff_id).count + 1, now)
        return self.counted[staff_id]

    def forget_failures(self, staff_id: str) -> None:
        self.counted.pop(staff_id, None)

    def last_synced_at(self) -> datetime | None:
        return self.synced_at


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NINE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(lay_store(tmp_path / "data"), None, shuffled_ids(), {})) as store:
        store.keep_pins(PINS, NINE)
        yield store


def door(
    store: PinStore,
    clock: FakeClock,
    *,
    staff: Sequence[StaffMember] = STAFF,
    pepper: bytes | None = PEPPER,
    valid_for: timedelta | None = None,
    shown_pin: str = "",
) -> SigningIn:
    return SigningIn(store, staff, lambda: pepper, clock, valid_for=valid_for, shown_pin=shown_pin)


def refused(signing_in: SigningIn, staff_id: str, pin: str) -> PinError:
    with pytest.raises(PinError) as caught:
        signing_in.sign_in(staff_id, pin)
    return caught.value


def test_the_right_pin_says_who_works_here(store: SqliteStore, clock: FakeClock) -> None:
    who = door(store, clock).sign_in("anita", "482913")
    assert (who.staff_id, who.name, who.role, who.departments) == ("anita", "Anita Verma", "caller", ("MED",))
    assert who.since == NINE
    assert who.may(Right.CALL)
    assert not who.may(Right.OVERRIDE)


@pytest.mark.parametrize("pin", ["482914", "730152", "", "48291", "4829133", "４８２９１３", "\ud800", "482913\n"])
def test_any_other_is_wrong(store: SqliteStore, clock: FakeClock, pin: str) -> None:
    error = refused(door(store, clock), "anita", pin)
    assert (error.code, error.tries_left, error.wait_s) == ("PIN_WRONG", FREE_TRIES - 1, 0.0)


def test_waits_begin_after_some_tries_and_grow(store: SqliteStore, clock: FakeClock) -> None:
    signing_in = door(store, clock)
    told = []
    for _ in range(12):
        error = refused(signing_in, "anita", "111111")
        told.append((error.code, error.tries_left, round(error.wait_s)))
        clock.move(timedelta(seconds=error.wait_s))
    waits = [5, 10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert told == [("PIN_WRONG", 2, 0), ("PIN_WRONG", 1, 0), *(("PIN_WRONG", 0, wait_s) for wait_s in waits)]
    assert signing_in.sign_in("anita", "482913").staff_id == "anita"
    assert refused(signing_in, "anita", "111111").tries_left == 2, "the right one wipes the slate"


def test_while_waiting_not_even_the_right_one_is_tried(store: SqliteStore, clock: FakeClock) -> None:
    signing_in = door(store, clock)
    for _ in range(FREE_TRIES):
        refused(signing_in, "anita", "111111")
    clock.move(timedelta(seconds=2))
    error = refused(signing_in, "anita", "482913")
    assert (error.code, round(error.wait_s)) == ("PIN_WAIT", 3)
    assert store.failures("anita").count == FREE_TRIES, "who only waits is not punished"
    assert signing_in.sign_in("ravi", "730152").staff_id == "ravi", "nobody else waits"
    clock.move(timedelta(seconds=3.1))
    assert signing_in.sign_in("anita", "482913").staff_id == "anita"


def test_a_wait_outlives_a_restart(tmp_path: Path, clock: FakeClock) -> None:
    folder = lay_store(tmp_path / "data")
    with closing(open_store(folder, None, shuffled_ids(), {})) as store:
        store.keep_pins(PINS, NINE)
        for _ in range(FREE_TRIES):
            refused(door(store, clock), "anita", "111111")
    with closing(open_store(folder, None, shuffled_ids(), {})) as store:
        after = FakeClock(NINE + timedelta(seconds=1))
        assert refused(door(store, after), "anita", "482913").code == "PIN_WAIT"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["wrong", "pass", "set", "restart"]), st.floats(-200_000, 200_000), st.floats(0, 600)
        ),
        max_size=25,
    )
)
def test_nobody_ever_waits_longer_than_the_longest_wait(steps: list[tuple[str, float, float]]) -> None:
    """Whatever is typed, however the clock is set, and however often the machine starts anew."""
    shelf, clock = Shelf(), FakeClock(NINE)
    signing_in = door(shelf, clock)
    for act, by_s, passed_s in steps:
        if act == "wrong":
            error = refused(signing_in, "anita", "111111")
            assert 0 <= error.wait_s <= LONGEST_WAIT.total_seconds()
            assert (error.wait_s > 0) is (error.code == "PIN_WAIT" or error.tries_left == 0)
        elif act == "pass":
            clock.move(timedelta(seconds=passed_s))
        elif act == "set":
            clock.set(clock.now() + timedelta(seconds=by_s))
        else:
            signing_in = door(shelf, clock)
    try:
        signing_in.sign_in("anita", "482913")
    except PinError as error:
        clock.move(timedelta(seconds=min(error.wait_s + 0.001, LONGEST_WAIT.total_seconds())))
        assert signing_in.sign_in("anita", "482913").staff_id == "anita"


@given(st.integers(0, 10_000))
def test_trying_all_pins_at_one_desk_takes_years(tries: int) -> None:
    """However patient somebody is: within any time so many wrong ones, at most."""
    shelf, clock = Shelf(), FakeClock(NINE)
    shelf.counted["anita"] = Failures(tries, NINE)
    signing_in = door(shelf, clock)
    clock.move(LONGEST_WAIT)
    expected = 0 if tries + 1 < FREE_TRIES else FIRST_WAIT.total_seconds() * 2 ** min(tries + 1 - FREE_TRIES, 10)
    assert refused(signing_in, "anita", "111111").wait_s == pytest.approx(
        min(expected, LONGEST_WAIT.total_seconds()), abs=0.001
    )


def test_a_try_that_cannot_be_counted_is_not_made(clock: FakeClock) -> None:
    """Else a full disk would let somebody try all of them."""
    signing_in = door(Shelf(fails_with=StoreFullError("no space")), clock)
    for pin in ("482913", "111111"):
        with pytest.raises(StoreFullError):
            signing_in.sign_in("anita", pin)


def test_the_configuration_decides_who_exists(store: SqliteStore, clock: FakeClock) -> None:
    assert refused(door(store, clock, staff=(RAVI,)), "anita", "482913").code == "STAFF_UNKNOWN"
    assert store.failures("anita") == Failures()


def test_without_a_pin_or_without_the_pepper_nobody_signs_in(store: SqliteStore, clock: FakeClock) -> None:
    newcomer = StaffMember("meena", "Meena Devi", "registrar")
    unset = refused(door(store, clock, staff=(*STAFF, newcomer)), "meena", "482913")
    lost = refused(door(store, clock, pepper=None), "anita", "482913")
    other = refused(door(store, clock, pepper=b"\x02" * 32), "anita", "482913")
    assert {unset.code, lost.code, other.code} == {"PIN_UNSET"}
    assert str(lost) == str(other) == "this desk has lost what PINs are tried with: enrol it again, or set new PINs"
    assert store.failures("anita") == Failures(), "it is not their fault"


def test_a_desk_that_has_long_not_heard_from_its_server_lets_nobody_in(clock: FakeClock) -> None:
    shelf = Shelf(synced_at=NINE - WEEKS)
    signing_in = door(shelf, clock, valid_for=WEEKS)
    assert signing_in.sign_in("anita", "482913").staff_id == "anita"
    clock.move(timedelta(seconds=1))
    error = refused(signing_in, "anita", "482913")
    assert (error.code, "14 days" in str(error)) == ("PIN_STALE", True)
    shelf.synced_at = clock.now()
    assert signing_in.sign_in("anita", "482913").staff_id == "anita"
    shelf.synced_at = None
    assert refused(signing_in, "anita", "482913").code == "PIN_STALE"
    assert door(shelf, clock).sign_in("anita", "482913").staff_id == "anita", "a desk without a server goes on for ever"


def test_a_supervisors_word_allows_what_others_may_not(store: SqliteStore, clock: FakeClock) -> None:
    signing_in = door(store, clock)
    assert signing_in.approve("ravi", "730152", Right.OVERRIDE).staff_id == "ravi"
    with pytest.raises(NotAllowedError, match="a caller may not allow this"):
        signing_in.approve("anita", "482913", Right.OVERRIDE)
    with pytest.raises(PinError):
        signing_in.approve("ravi", "111111", Right.OVERRIDE)
    assert store.failures("ravi").count == 1, "guessing here counts like at the door"


def test_the_demonstrations_pin_stands_on_the_screen(clock: FakeClock) -> None:
    signing_in = door(Shelf(), clock, pepper=None, shown_pin="246810")
    assert signing_in.sign_in("ravi", "246810").role == "supervisor"
    assert [refused(signing_in, "ravi", "730152").code for _ in range(4)] == ["PIN_WRONG"] * 3 + ["PIN_WAIT"]


def test_the_log_names_nobody_and_no_pin(clock: FakeClock) -> None:
    signing_in = door(Shelf(), clock)
    with structlog.testing.capture_logs() as logs:
        signing_in.sign_in("anita", "482913")
        refused(signing_in, "anita", "111111")
        signing_in.approve("ravi", "730152", Right.OVERRIDE)
        with pytest.raises(NotAllowedError):
            signing_in.approve("anita", "482913", Right.OVERRIDE)
    assert [entry["event"] for entry in logs] == ["signed_in", "pin_refused", "approved", "approval_refused"]
    told = repr(logs).lower()
    assert not [secret for secret in ("anita", "verma", "ravi", "482913", "111111", "730152") if secret in told]
