"""A station's own events, made one by one as its store would."""

import uuid
from datetime import UTC, date, datetime, timedelta

from kiosk.model.events import FIRST_HASH, Event, Json, Kind, chained
from kiosk.model.exchange import PatientDetails, Push
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.token import label_of

FACILITY = "IN0000000000"
DAY = date(2026, 11, 22)
START = datetime(2026, 11, 22, 3, 30, 0, 250, tzinfo=UTC)
INVENTED = Patient(
    abha_number="91000000000018",
    abha_address="asha.test@abdm",
    name="आशा परीक्षण",
    sex=Sex.FEMALE,
    birth=BirthDate(1987, 5),
    mobile="9000000000",
    address="1 Test Street",
    district="Testpur",
    state="Gujarat",
)


class Chain:
    """Writes events of one store. ``facility_id`` goes into the bodies of issued tokens."""

    def __init__(self, series: str = "A", facility_id: str = FACILITY, store_id: str = "") -> None:
        self.store_id = store_id or str(uuid.uuid4())
        self.series, self.facility_id = series, facility_id
        self.events: list[Event] = []

    def write(self, kind: str, token_id: str, *, event_id: str = "", **body: Json) -> Event:
        seq = len(self.events) + 1
        event = chained(
            self.events[-1].hash if self.events else FIRST_HASH,
            event_id=event_id or str(uuid.uuid4()),
            store_id=self.store_id,
            seq=seq,
            kind=kind,
            token_id=token_id,
            at=START + timedelta(seconds=seq),
            service_day=DAY,
            body=body,
        )
        self.events.append(event)
        return event

    def issue(self, nth: int, *, token_id: str = "", event_id: str = "", **body: Json) -> Event:
        usual: dict[str, Json] = {
            "facility_id": self.facility_id,
            "department": "MED",
            "series": self.series,
            "number": nth,
            "label": label_of("M", self.series, nth),
            "source": "kiosk",
            "number_key": "a" * 64,
            "address_key": None,
        }
        return self.write(Kind.TOKEN_ISSUED, token_id or str(uuid.uuid4()), event_id=event_id, **usual | body)

    def issue_many(self, count: int) -> "Chain":
        for number in range(1, count + 1):
            self.issue(number)
        return self

    def push(self, first: int = 1, last: int | None = None, *, cursor: int = 0) -> Push:
        """Events ``first`` to ``last`` (counted from 1), with the details of the tokens they issue."""
        events = tuple(self.events[first - 1 : last])
        issued = [event.token_id for event in events if event.kind == Kind.TOKEN_ISSUED]
        patients = tuple(PatientDetails(token_id, INVENTED) for token_id in issued)
        return Push(self.store_id, events, patients, cursor)

    def copy(self) -> "Chain":
        """As a disk image would be copied: same store id, same past."""
        twin = Chain(self.series, self.facility_id, self.store_id)
        twin.events = list(self.events)
        return twin
