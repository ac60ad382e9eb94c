"""A long day of a hospital: invented patients who wait, are called, seen, sent on, and do not come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kiosk.acts import Acts, Post
from kiosk.calling import Calling
from kiosk.checkin import NOTICE_VERSION
from kiosk.desk_work import DeskWork
from kiosk.model.opd import Facility
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.staff import SignedIn
from kiosk.model.token import Priority, Token
from kiosk.ports import IssueOrder
from tests.fake_store import FakeTokenStore
from tests.fakes import FakeClock, shuffled_ids

EIGHT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""Eight in the morning in India, on a Monday."""
FIRST = (
    ("Asha", Sex.FEMALE),
    ("सुनीता", Sex.FEMALE),
    ("Ravi", Sex.MALE),
    ("Mohammad Irfan", Sex.MALE),
    ("முருகன்", Sex.MALE),
    ("Gurpreet", Sex.FEMALE),
    ("রহিমা", Sex.FEMALE),
    ("Venkatanarasimharajuvaripeta", Sex.MALE),
    ("Kavita", Sex.FEMALE),
    ("ગીતાબેન", Sex.FEMALE),
    ("Thomas", Sex.MALE),
)
LAST = (
    "Devi",
    "श्रीवास्तव",
    "Kumar",
    "Ansari",
    "செல்வம்",
    "Kaur",
    "বেগম",
    "Ramachandra",
    "Sharma",
    "પટેલ",
    "Varghese",
    "Rao",
    "Das",
)
TWICE = (172, 184)
"""One woman without a card comes twice."""
ROOM = "12"
CALLER = SignedIn("N1", "Ravi Kumar", "caller", (), EIGHT)
BOSS = SignedIn("S1", "Dr Meera Nair", "supervisor", (), EIGHT)


def patient(number: int) -> Patient:
    """One of many; every fifth has told nothing but a name."""
    first, sex = FIRST[number % len(FIRST)]
    name = f"{first} {LAST[number % len(LAST)]}"
    birth = BirthDate(1938 + number * 7 % 85)
    if number % 40 == 17:
        name, birth = f"Baby of {name}", BirthDate(2026, 10, 5)
    if number in TWICE:
        name, birth, sex = "Meena Kumari", BirthDate(1990), Sex.FEMALE
    if number % 5 == 4:
        return Patient(name=name, sex=sex, birth=birth)
    return Patient(
        abha_number=f"9100000000{number:04d}",
        abha_address=f"patient.{number}@abdm",
        name=name,
        sex=sex,
        birth=birth,
        mobile=f"90000{number:05d}",
        address=f"House No {number}, Gandhi Nagar, Ward 4",
        district="Lucknow",
        state="Uttar Pradesh",
    )


class LongDay:
    """A store with its stories; ``live`` fills it."""

    def __init__(self, facility: Facility = SAMPLE_FACILITY) -> None:
        self.facility, self.clock = facility, FakeClock(EIGHT)
        self.store = FakeTokenStore(new_id=shuffled_ids())
        self.acts = Acts(self.store, lambda: facility, self.clock, NOTICE_VERSION)
        self.calling = Calling(self.acts, shuffled_ids(3))
        self.work = DeskWork(self.acts)

    def issue(
        self, number: int, department: str, *, priority: Priority = Priority.ROUTINE, source: str = "kiosk"
    ) -> Token:
        chosen, now = self.facility.department(department), self.clock.now()
        assert chosen is not None
        who = patient(number)
        order = IssueOrder(who, self.facility, chosen, now, "en", NOTICE_VERSION, source, priority=priority)
        return self.store.issue(order).token

    def post(self, department: str, room: str = "", staff: SignedIn = CALLER) -> Post:
        return Post(room or f"R{department}", (department,), staff)

    def live(self, count: int, *, seen: int, room: str = ROOM) -> "LongDay":
        """``count`` patients come in a morning; of the first ones ``seen`` are called by rooms of all departments."""
        codes = [each.code for each in self.facility.departments]
        for number in range(count):
            self.clock.move(timedelta(seconds=20))
            self.issue(number, codes[number % len(codes)], priority=_priority(number), source=_source(number))
        for number in range(seen):
            self.clock.move(timedelta(seconds=10))
            self._see(number, codes[number % len(codes)])
        self._fill_room(codes[0], room)
        return self

    def _see(self, number: int, department: str) -> None:
        post = self.post(department)
        result = self.calling.call_next(post)
        if result is None:
            return
        token_id = result.called.token.token_id
        match number % 11:
            case 5:
                self.calling.recall(post, token_id)
                self.calling.no_show(post, token_id)
            case 7:
                self.calling.hold(post, token_id)
            case 8:
                self.work.cancel(replace(post, staff=BOSS), token_id, "Patient has left")
            case _:
                self.calling.start(post, token_id)
                self.clock.move(timedelta(seconds=20))
                self.calling.complete(post, token_id)

    def _fill_room(self, department: str, room: str) -> None:
        """One is on hold here, one is called."""
        post = self.post(department, room)
        held = self.calling.call_next(post)
        assert held is not None
        self.calling.hold(post, held.called.token.token_id)
        self.clock.move(timedelta(minutes=3))
        assert self.calling.call_next(post) is not None


def _priority(number: int) -> Priority:
    order: Sequence[Priority] = (Priority.ELDERLY, Priority.PREGNANT, Priority.DISABILITY, Priority.INFANT)
    if number == 203:
        return Priority.EMERGENCY
    return order[number // 4 % len(order)] if number % 4 == 1 else Priority.ROUTINE


def _source(number: int) -> str:
    return {3: "phone", 9: "walk_in"}.get(number % 10, "kiosk")
