"""A hospital's whole configuration: the facility, its stations and their shares of the quotas, its staff.

The document is that of ``facility_file`` and, all of it optional:

state = "Uttar Pradesh"          # one of model.states; before the departments, as is the notice
notice = { en = "We read your name and number to give you a token.", hi = "टोकन देने के लिए हम आपका नाम पढ़ते हैं।" }

[[departments]]
shares = { K1 = 120, K2 = 80 }   # of the quota; without shares see ``facility_for``

[[stations]]
id = "K1"
kind = "kiosk"                   # or desk, board
name = "Main hall"
departments = ["MED", "EYE"]     # all of them without it

counter = "OPD1"                 # optional: see model.counter, as for [abdm], [phone] and [[counters]]

[[staff]]
id = "anita"
name = "Anita Verma"
role = "registrar"               # or caller, supervisor, admin
departments = ["MED"]            # all of them without it
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from kiosk.model.counter import (
    USUAL_PLAN,
    Abdm,
    Counter,
    PhoneOffer,
    PhonePlan,
    read_abdm,
    read_counters,
    read_phone,
    share_url,
)
from kiosk.model.events import Json
from kiosk.model.facility_file import FACILITY_KEYS, MAX_QUOTA, FacilityError, read_facility
from kiosk.model.opd import SERVER_SERIES, Department, Facility, Texts
from kiosk.model.reading import Mistake, Reader, shown
from kiosk.model.staff import ROLES
from kiosk.model.states import STATES, state_named

KIOSK, DESK, BOARD = KINDS = ("kiosk", "desk", "board")
MAX_NOTICE = 600
"""Characters, in each language: it stands on one screen."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,20}", re.ASCII)
_KEYS = FACILITY_KEYS | {"state", "notice", "stations", "staff", "counters", "abdm", "phone"}
_STATION_KEYS = frozenset({"id", "kind", "name", "departments", "counter"})
_STAFF_KEYS = frozenset({"id", "name", "role", "departments"})


@dataclass(frozen=True)
class StationPlan:
    """A station that the hospital wants: what it is, and which departments it serves; none named means all.

    ``counter`` is the one whose QR it shows, empty where none is named.
    """

    station_id: str
    kind: str
    name: str
    departments: tuple[str, ...] = ()
    counter: str = ""

    def serves(self, code: str) -> bool:
        return not self.departments or code in self.departments


@dataclass(frozen=True)
class StaffMember:
    """Somebody who works with the tokens; no departments named means all."""

    staff_id: str
    name: str = field(repr=False)
    role: str
    departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Configuration:
    """All that a hospital decides.

    Attributes:
        facility: as the hospital sees it, with whole quotas; ``facility_for`` gives a station's view.
        state: the State or union territory as ``model.states`` writes it, or empty.
        notice: what is told before a card is read, where the hospital has words of its own.
        shares: of departments' quotas: department -> station -> tokens a service day.
        abdm: None where the hospital takes no part in Scan & Share.
    """

    facility: Facility
    state: str
    stations: tuple[StationPlan, ...]
    staff: tuple[StaffMember, ...]
    notice: Texts
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    counters: tuple[Counter, ...] = ()
    abdm: Abdm | None = None
    phone: PhonePlan = USUAL_PLAN

    def counter(self, counter_id: str) -> Counter | None:
        return next((counter for counter in self.counters if counter.counter_id == counter_id), None)

    def counter_at(self, station_id: str) -> Counter | None:
        """Whose QR a station shows: the one that it names; at a kiosk the first one otherwise."""
        station = self.station(station_id)
        if station is not None and station.counter:
            return self.counter(station.counter)
        shows_first = station is None or station.kind == KIOSK
        return self.counters[0] if self.counters and shows_first else None

    def share_url(self, counter: Counter) -> str:
        """What the counter's QR says; empty where the hospital takes no part in Scan & Share."""
        return share_url(self.abdm.host, self.facility.facility_id, counter.counter_id) if self.abdm else ""

    def arrives_at_once(self, counter: Counter) -> bool:
        """Whether whoever scans this counter's QR stands at an attended desk."""
        desks = (self.station(station_id) for station_id in self.phone.arrives_at)
        return counter.counter_id in {desk.counter for desk in desks if desk is not None}

    def station(self, station_id: str) -> StationPlan | None:
        return next((station for station in self.stations if station.station_id == station_id), None)


def parse_configuration(untrusted: Mapping[str, object]) -> Configuration:
    """The configuration that ``untrusted`` describes.

    Raises:
        FacilityError: with all mistakes found.
    """
    reader = Reader(untrusted, "facility")
    reader.refuse_unknown(_KEYS)
    facility = read_facility(reader)
    codes = frozenset(department.code for department in facility.departments)
    configuration = Configuration(
        facility,
        state=_state(reader),
        stations=tuple(_stations(reader, codes)),
        staff=tuple(_staff(reader, codes)),
        notice=reader.texts("notice", longest=MAX_NOTICE),
        counters=read_counters(reader, facility),
        abdm=read_abdm(reader),
        phone=read_phone(reader),
    )
    reader.mistakes += _repeated("stations", "station", [station.station_id for station in configuration.stations])
    reader.mistakes += _repeated("staff", "staff", [member.staff_id for member in configuration.staff])
    _check_counters(reader, configuration)
    shares = {code: counts for code, counts in _shares(reader, configuration) if counts}
    if reader.mistakes:
        raise FacilityError(reader.mistakes)
    return replace(configuration, shares=shares)


def _state(reader: Reader) -> str:
    value = reader.values.get("state", "")
    found = state_named(value) if isinstance(value, str) else None
    if found is None and value != "":
        reader.problem("state", f"must be one of {', '.join(STATES)}, not {shown(value)}")
    return found or ""


def _stations(reader: Reader, codes: frozenset[str]) -> Iterator[StationPlan]:
    for row in reader.tables("stations", "station"):
        row.refuse_unknown(_STATION_KEYS)
        yield StationPlan(
            station_id=_id(row),
            kind=row.choice("kind", KINDS),
            name=row.line("name", longest=80, required=True),
            departments=_known(row, codes),
            counter=row.line("counter", longest=20),
        )


def _staff(reader: Reader, codes: frozenset[str]) -> Iterator[StaffMember]:
    for row in reader.tables("staff", "staff"):
        row.refuse_unknown(_STAFF_KEYS)
        yield StaffMember(
            staff_id=_id(row),
            name=row.line("name", longest=80, required=True),
            role=row.choice("role", ROLES),
            departments=_known(row, codes),
        )


def _id(row: Reader) -> str:
    return row.text("id", _ID, "1 to 20 letters, digits, - and _")


def _known(row: Reader, codes: frozenset[str]) -> tuple[str, ...]:
    """The departments that a station or a person is for."""
    named = row.words("departments")
    for code in named:
        if code not in codes:
            row.problem("departments", f"names {code[:20]!r}, which is no department here")
    return named


def _repeated(key: str, singular: str, ids: Sequence[str]) -> Iterator[Mistake]:
    firsts: dict[str, int] = {}
    for index, found in enumerate(ids):
        if found and firsts.setdefault(found, index) != index:
            yield Mistake((key, index, "id"), f"{singular} {index + 1}: id {found} stands twice")


def _check_counters(reader: Reader, configuration: Configuration) -> None:
    """What stations and ``phone`` say of counters; a kiosk's QR is scanned from afar, a desk's need not be."""
    silent = Reader(reader.values, reader.where)  # what is wrong with the tables themselves is noted already
    for row, station in zip(silent.tables("stations", "station"), configuration.stations, strict=False):
        row.mistakes = reader.mistakes
        if station.counter and configuration.counter(station.counter) is None:
            row.problem("counter", f"names {station.counter[:20]!r}, which is no counter here")
    table = silent.table("phone")
    table.mistakes = reader.mistakes
    elsewhere = {each.counter for each in configuration.stations if each.kind != DESK}
    for station_id in configuration.phone.arrives_at:
        desk = configuration.station(station_id)
        if desk is None or desk.kind != DESK:
            table.problem("arrives_at", f"names {station_id[:20]!r}, which is no desk here")
        elif not desk.counter:
            table.problem("arrives_at", f"names {station_id}, which has no counter of its own")
        elif desk.counter in elsewhere:
            table.problem("arrives_at", f"names {station_id}, whose counter another kind of station shows too")


def _shares(reader: Reader, configuration: Configuration) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Each department's shares; what is wrong with them is noted."""
    silent = Reader(reader.values, reader.where)  # what is wrong with the tables themselves is noted already
    rows = silent.tables("departments", "department")
    for row, department in zip(rows, configuration.facility.departments, strict=False):
        row.mistakes = reader.mistakes
        shares = row.counts("shares", high=MAX_QUOTA)
        for station_id in shares:
            _check_share(row, department, station_id, configuration)
        if shares and department.quota is None:
            row.problem("shares", "needs a quota to share")
        elif sum(shares.values()) > (department.quota or 0):
            row.problem("shares", f"adds up to {sum(shares.values())}, more than the quota of {department.quota}")
        yield department.code, shares


def _check_share(row: Reader, department: Department, station_id: str, configuration: Configuration) -> None:
    station = configuration.station(station_id)
    if station is None:
        row.problem("shares", f"names {station_id[:20]!r}, which is no station here")
    elif station.kind == BOARD:
        row.problem("shares", f"names {station_id}, a board, which issues nothing")
    elif not station.serves(department.code):
        row.problem("shares", f"names {station_id}, which does not serve {department.code}")


def facility_for(configuration: Configuration, station_id: str) -> Facility:
    """The facility as one station uses it: its departments alone, with its share of each quota.

    Shares stand as they are written. Without them the kiosks have even parts, which add up to the quota, and a desk
    goes on until all tokens that it knows of are as many as the whole: cut off from the server it may go a little
    beyond. A station that the plan does not name, such as one that has been taken out of it, offers every department
    but has no share: 0 of each quota. A kiosk also knows the departments of all counters, whose tokens may come to it
    on phones. A desk knows those that it does not serve, as ``others``: patients go on there.
    """
    station = configuration.station(station_id)
    shared = _phone_codes(configuration)
    departments, others = [], []
    for department in configuration.facility.departments:
        if station is None or station.serves(department.code):
            departments.append(_with_share(configuration, department, station_id))
        elif station.kind == KIOSK and department.code in shared:
            departments.append(replace(department, quota=0, elsewhere=True))
        elif station.kind == DESK:
            others.append(replace(_with_share(configuration, department, station_id), elsewhere=True))
    return replace(configuration.facility, departments=tuple(departments), others=tuple(others))


def _with_share(configuration: Configuration, department: Department, station_id: str) -> Department:
    if department.quota is None:
        return department
    if department.code in configuration.shares:
        return replace(department, quota=configuration.shares[department.code].get(station_id, 0))
    station = configuration.station(station_id)
    if station is not None and station.kind == DESK:
        return replace(department, quota_is_whole=True)
    return replace(department, quota=_even_share(configuration, department.code, department.quota, station_id))


def _even_share(configuration: Configuration, code: str, quota: int, station_id: str) -> int:
    """A kiosk's even part, one more for the first ones where it leaves a rest; nothing for others."""
    kiosks = [each.station_id for each in configuration.stations if each.kind == KIOSK and each.serves(code)]
    if station_id not in kiosks:
        return 0
    part, rest = divmod(quota, len(kiosks))
    return part + (kiosks.index(station_id) < rest)


def phone_prefixes(configuration: Configuration) -> tuple[str, ...]:
    """What the labels of phone tokens begin with, such as ``MS``, in the order of the counters."""
    found = map(configuration.facility.department, _phone_codes(configuration))
    return tuple(dict.fromkeys(f"{each.prefix}{SERVER_SERIES}" for each in found if each is not None))


def _phone_codes(configuration: Configuration) -> tuple[str, ...]:
    """The departments of counters, and registration queues, which take whom an unknown counter brings."""
    if not configuration.counters and configuration.abdm is None:
        return ()
    queues = (department.code for department in configuration.facility.departments if department.registration)
    return tuple(dict.fromkeys([*(counter.department for counter in configuration.counters), *queues]))


def phone_offer(configuration: Configuration, station_id: str) -> PhoneOffer:
    counter = configuration.counter_at(station_id)
    return PhoneOffer(configuration.share_url(counter) if counter else "", phone_prefixes(configuration))


def structure_differs(one: Configuration, other: Configuration) -> bool:
    """Whether labels or days differ: such a change may only apply from the next service day."""
    return _structure(one.facility) != _structure(other.facility)


def _structure(facility: Facility) -> tuple[dict[str, str], str, time]:
    prefixes = {department.code: department.prefix for department in facility.departments}
    return prefixes, facility.timezone, facility.day_starts


def applies(configuration: Configuration, applies_from: date, now: datetime) -> bool:
    """Whether its first service day has begun, by its own reckoning.

    By the old one's, a change of ``day_starts`` to a later hour would begin before its own day, which would then send
    the station back to the old one.
    """
    return configuration.facility.service_day(now) >= applies_from


def plain_document(document: Mapping[str, object]) -> dict[str, Json]:
    """A document that ``parse_configuration`` accepts, as JSON says it: TOML's days and times become texts."""
    return {key: _plain(value) for key, value in document.items()}


def _plain(value: object) -> Json:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    assert value is None or isinstance(value, str | int | float)  # what a parsed document is made of
    return value
