"""Counters of ABDM's Scan & Share: each has a QR of its own, which patients scan with their phones.

In a hospital's configuration, all of it optional:

[abdm]
host = "phrsbx.abdm.gov.in"      # the sandbox; phr.abdm.gov.in is the production

[phone]
lapse_min = 240                  # who has scanned and not come by then loses the place
arrives_at = ["D1"]              # desks at whose counter everybody who scans stands there already

[[counters]]
id = "OPD1"
department = "MED"               # or a registration queue

[[stations]]
counter = "OPD1"                 # whose QR this station shows; a kiosk shows the first one's otherwise
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from kiosk.model.opd import Facility
from kiosk.model.reading import Mistake, Reader, shown

SANDBOX, PRODUCTION = "sbx", "abdm"
"""How ABHA addresses end in each of ABDM's two worlds, which are never mixed; and how their gateways are told apart."""
HOSTS = {"phrsbx.abdm.gov.in": SANDBOX, "phr.abdm.gov.in": PRODUCTION}
"""Where phones open a facility's QR. That of the production is not confirmed by ABDM's documents."""
LAPSE_MIN = 240
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)
_COUNTER = re.compile(r"[A-Za-z0-9]{1,20}", re.ASCII)
_PROFESSIONAL = re.compile(r"[0-9]{14}", re.ASCII)
_COUNTER_KEYS = frozenset({"id", "department"})
_ABDM_KEYS = frozenset({"host", "host_confirmed"})
_PHONE_KEYS = frozenset({"lapse_min", "arrives_at"})


@dataclass(frozen=True)
class Counter:
    """One QR, and the department or registration queue that its tokens wait in."""

    counter_id: str
    department: str


@dataclass(frozen=True)
class Abdm:
    """Which of ABDM's worlds the hospital is in: ``host`` is where phones open its QR."""

    host: str

    @property
    def domain(self) -> str:
        """How ABHA addresses of this world end: ``sbx`` or ``abdm``. A host of the hospital's word is what it says."""
        return HOSTS.get(self.host, SANDBOX if "sbx" in self.host else PRODUCTION)


@dataclass(frozen=True)
class PhonePlan:
    """What becomes of tokens whose holders scanned a poster, perhaps at home.

    Attributes:
        lapse_min: minutes without arrival after which the place is lost.
        arrives_at: desks at whose counter nobody scans from afar.
    """

    lapse_min: int = LAPSE_MIN
    arrives_at: tuple[str, ...] = ()


USUAL_PLAN = PhonePlan()


@dataclass(frozen=True)
class PhoneOffer:
    """What a kiosk has for phones.

    Attributes:
        url: in the QR on its first screen; empty for none.
        prefixes: what labels of phone tokens begin with, such as ``MS``; none where there are no such tokens.
    """

    url: str = ""
    prefixes: tuple[str, ...] = ()


NO_OFFER = PhoneOffer()


def share_url(host: str, facility_id: str, counter_id: str) -> str:
    """What a counter's QR says."""
    return f"https://{host}/share-profile?{urlencode({'hip-id': facility_id, 'counter-id': counter_id})}"


def read_counters(reader: Reader, facility: Facility) -> tuple[Counter, ...]:
    """The counters of a whole document; what is wrong with them is noted in ``reader``."""
    taken = _forbidden(facility)
    codes = {department.code for department in facility.departments}
    found = []
    for row in reader.tables("counters", "counter"):
        row.refuse_unknown(_COUNTER_KEYS)
        counter_id = row.text("id", _COUNTER, "1 to 20 letters and digits")
        if counter_id.casefold() in taken:
            row.problem("id", f"{counter_id} is the facility's own id or name, which ABDM does not allow")
        if _PROFESSIONAL.fullmatch(counter_id):
            row.problem("id", "is 14 digits, as a professional's id, which ABDM does not allow")
        found.append(Counter(counter_id, _department(row, codes)))
    reader.mistakes += _repeated(found)
    return tuple(found)


def _forbidden(facility: Facility) -> frozenset[str]:
    """The facility's id and names, as written and as a counter could be named after them."""
    texts = [facility.facility_id, *facility.names.values()]
    bare = ["".join(letter for letter in text if letter.isalnum()) for text in texts]
    return frozenset(text.casefold() for text in [*texts, *bare] if text)


def _department(row: Reader, codes: set[str]) -> str:
    code = row.values.get("department")
    if isinstance(code, str) and code in codes:
        return code
    row.problem("department", f"must be a department's code, not {shown(code)}")
    return ""


def _repeated(counters: Sequence[Counter]) -> Iterator[Mistake]:
    """Not even in other letters: people copy them by hand."""
    firsts: dict[str, int] = {}
    for index, counter in enumerate(counters):
        name = counter.counter_id.casefold()
        if name and firsts.setdefault(name, index) != index:
            text = f"counter {index + 1}: id {counter.counter_id} stands twice"
            yield Mistake(("counters", index, "id"), text)


def read_abdm(reader: Reader) -> Abdm | None:
    """None where the document says nothing of ABDM."""
    if "abdm" not in reader.values:
        return None
    table = reader.table("abdm")
    table.refuse_unknown(_ABDM_KEYS)
    is_confirmed = table.flag("host_confirmed")
    host = table.text("host", _HOST, "a host's name such as phrsbx.abdm.gov.in")
    if host and host not in HOSTS and not is_confirmed:
        known = " and ".join(HOSTS)
        table.problem("host", f"{host} is not known: known are {known}; if it is right, set host_confirmed = true")
    return Abdm(host) if host else None


def read_phone(reader: Reader) -> PhonePlan:
    """Whether its stations are desks with a counter, ``configuration`` sees."""
    table = reader.table("phone")
    table.refuse_unknown(_PHONE_KEYS)
    return PhonePlan(table.number("lapse_min", LAPSE_MIN, high=1440), table.words("arrives_at"))
