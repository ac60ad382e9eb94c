"""Two desks and a kiosk of one hospital: real stores, a real server on loopback, and a network that can be cut."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Lock

from kiosk.acts import Acts, Post
from kiosk.app import SystemClock, new_id
from kiosk.calling import Calling, CallResult, LostAct
from kiosk.checkin import NOTICE_VERSION, Registration
from kiosk.configured import configured
from kiosk.desk_work import DeskWork
from kiosk.device_key import device_key
from kiosk.enrol import enrol
from kiosk.model.exchange import Enrolment, Parked
from kiosk.model.opd import Facility
from kiosk.model.staff import SignedIn
from kiosk.model.token import Token
from kiosk.pepper import SERVER_FILE, made_pepper
from kiosk.server.app import running_server
from kiosk.server.database import open_database
from kiosk.server.queries import tokens_of_day
from kiosk.settings import Settings
from kiosk.store.store import SqliteStore, open_store
from kiosk.sync.client import HttpServer
from kiosk.sync.line import Line
from kiosk.sync.loop import sync_until_done
from kiosk.sync.signing import Signer
from kiosk.sync.turn import Turn
from tests.campus import HOSPITAL, Campus
from tests.migrated import lay_store
from tests.model.samples import person
from tests.soak.cut_network import CutNetwork, Weather, cut_network

PATIENT_S = 60.0
"""For an exchange with a server that answers; on this machine they take some 10 ms."""
STATIONS = [
    {"id": "K1", "kind": "kiosk", "name": "Hall"},
    {"id": "D1", "kind": "desk", "name": "Room 1"},
    {"id": "D2", "kind": "desk", "name": "Room 2"},
]
DEPARTMENTS = [
    {"code": "MED", "prefix": "M", "names": {"en": "Medicine"}},
    {"code": "EYE", "prefix": "E", "names": {"en": "Eye"}},
]


@dataclass
class Machine:
    """One station's parts, as a composition root would put them together."""

    store: SqliteStore
    facility: Facility
    server: HttpServer
    clock: SystemClock = field(default_factory=SystemClock)

    @property
    def today(self) -> date:
        return self.facility.service_day(self.clock.now())

    def sync(self) -> None:
        sync_until_done(self.store, self.server, self.clock)

    def tokens(self) -> dict[str, Token]:
        return {row.token.token_id: row.token for row in self.store.tokens(self.today)}

    def close(self) -> None:
        self.server.close()
        self.store.close()


@dataclass
class Kiosk(Machine):
    def issue(self, *numbers: int, department: str = "MED") -> list[Token]:
        """A token for each of these people, known to the server."""
        registration = Registration(self.store, self.facility, self.clock, wants_slips=False)
        issued = [registration.check_in(person(number), department, "en").token for number in numbers]
        self.sync()
        return issued


@dataclass
class Desk(Machine):
    """``quick`` is its second connection, for what cannot be put off. ``new_server`` takes a deadline in seconds."""

    network: CutNetwork = field(kw_only=True)
    new_server: Callable[[float], HttpServer] = field(kw_only=True)
    post: Post = field(kw_only=True)
    lost: list[LostAct] = field(default_factory=list)

    def __post_init__(self) -> None:
        lock = Lock()
        self.quick = self.new_server(PATIENT_S)
        self.acts = Acts(
            self.store, lambda: self.facility, self.clock, NOTICE_VERSION, wants_slips=False, has_server=True
        )
        self.work = DeskWork(self.acts)
        self.line = Line(self.store, self.quick, self.clock, self.note_parked)
        self.turn = lock
        self.calling = Calling(self.acts, new_id, self.line, self.line.push, Turn(lock))

    def present(self) -> Facility:
        return self.facility

    def note_parked(self, parked: Sequence[Parked]) -> None:
        self.lost += self.calling.lost_acts(parked)

    def sync(self) -> None:
        """As the sync thread does it."""
        with self.turn:
            report = sync_until_done(self.store, self.server, self.clock)
        self.line.reached()
        self.note_parked(report.parked)

    def call_next(self) -> CallResult:
        result = self.calling.call_next(self.post)
        assert result is not None
        return result

    def cut(self) -> None:
        self.network.change(Weather.CUT)

    def heal(self) -> None:
        self.network.change(Weather.FAIR)

    def close(self) -> None:
        self.quick.close()
        super().close()


@dataclass
class Hospital:
    kiosk: Kiosk
    desks: tuple[Desk, Desk]
    server_tokens: Callable[[], dict[str, str]]

    def settle(self) -> None:
        """All say what they have to say, and hear what the others said."""
        for _ in range(2):
            for machine in (*self.desks, self.kiosk):
                machine.sync()

    def agree(self) -> None:
        """Replicas are equal, and the server's list is theirs."""
        self.settle()
        one, *others = (machine.tokens() for machine in (self.kiosk, *self.desks))
        assert all(other == one for other in others)
        assert self.server_tokens() == {token_id: token.state.value for token_id, token in one.items()}


@contextmanager
def hospital_of(database_url: str, folder: Path) -> Iterator[Hospital]:
    """Enrolled machines, in sync; everything ends with the block."""
    pepper = partial(made_pepper, folder / SERVER_FILE, {})
    with ExitStack() as stack:
        server = stack.enter_context(running_server(database_url, pepper=pepper))
        campus = Campus(server.url, stack.enter_context(closing(open_database(database_url))), folder)
        campus.configure(stations=STATIONS, departments=DEPARTMENTS)
        port = int(server.url.rpartition(":")[2])
        kiosk = Kiosk(*_machine(campus, "K1"))
        stack.callback(kiosk.close)
        desks = tuple(stack.enter_context(_desk(campus, port, number)) for number in (1, 2))
        assert len(desks) == 2

        def server_tokens() -> dict[str, str]:
            listed = tokens_of_day(campus.database.reader, HOSPITAL, kiosk.today)
            return {str(line["token_id"]): str(line["state"]) for line in listed}

        yield Hospital(kiosk, desks, server_tokens)


@contextmanager
def _desk(campus: Campus, port: int, number: int) -> Iterator[Desk]:
    """It reaches the server through a network of its own."""
    staff = SignedIn(f"N{number}", "Somebody", "caller", (), datetime.now(UTC))
    with cut_network(number) as network:
        network.target_port = port
        store, facility, server = _machine(campus, f"D{number}", network.url)
        enrolment = store.enrolment()
        assert enrolment is not None
        new_server = partial(_server, campus.settings(f"D{number}"), enrolment, network.url)
        post = Post(f"{number}", ("MED",), staff)
        desk = Desk(store, facility, server, new_server=new_server, network=network, post=post)
        with closing(desk):
            yield desk


def _machine(campus: Campus, station_id: str, url: str = "") -> tuple[SqliteStore, Facility, HttpServer]:
    settings = campus.settings(station_id)
    lay_store(settings.data_dir)
    enrolment = enrol(settings, {}, url or campus.url, campus.code(station_id)).enrolment
    store = open_store(settings.data_dir, None, new_id, {})
    facility = configured(store, enrolment, datetime.now(UTC)).facility
    return store, facility, _server(settings, enrolment, url or campus.url, PATIENT_S)


def _server(settings: Settings, enrolment: Enrolment, url: str, deadline_s: float) -> HttpServer:
    key = device_key(settings.data_dir, {}, enrolment.key_id)
    signer = Signer(key.private_key, enrolment.facility_id, key.key_id, enrolment.public_url)
    return HttpServer(url, enrolment.facility_id, signer=signer, connect_s=deadline_s, deadline_s=deadline_s)
