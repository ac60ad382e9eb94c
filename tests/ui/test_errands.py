"""Each way a command can end is an answer, and no log line holds a patient's text."""

from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import LogCapture

from kiosk.checkin import Registration
from kiosk.errors import AlreadyHasTokenError, ClockError, DepartmentClosedError, QuotaReachedError, StoreFullError
from kiosk.model import flow
from kiosk.model.patient import Patient
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.token import SlipState
from kiosk.ui.patient.errands import answer
from tests.ui.fakes import ABHA_NUMBER, FakeClock, FakeStore

PATIENT = Patient(abha_number=ABHA_NUMBER, name="Asha Verma")
CHECK_IN = flow.CheckIn(PATIENT, "MED", typed=False)


@pytest.fixture
def logged() -> Iterator[LogCapture]:
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[capture])
    yield capture
    structlog.configure(processors=before)


def registration(store: FakeStore) -> Registration:
    return Registration(store, SAMPLE_FACILITY, FakeClock())


def test_a_token_is_told_with_its_slip() -> None:
    told = answer(registration(FakeStore()), CHECK_IN, "hi")
    assert isinstance(told, flow.CheckedIn)
    assert (told.already, told.slip, told.copy, told.people_ahead) == (False, SlipState.QUEUED, 0, 4)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AlreadyHasTokenError("x"), flow.SentToDesk("ALREADY_HAS_TOKEN")),
        (QuotaReachedError("detail"), flow.Refused("QUOTA_REACHED")),
        (DepartmentClosedError("24-11-2026 09:00"), flow.Refused("DEPARTMENT_CLOSED", "24-11-2026 09:00")),
        (StoreFullError("x"), flow.ServiceLost("STORE_FULL")),
        (ClockError("x"), flow.ServiceLost("CLOCK_WRONG")),
        (ZeroDivisionError("Asha Verma"), flow.ServiceLost("BUG")),
    ],
)
def test_every_error_is_an_answer(error: Exception, expected: flow.Input) -> None:
    assert answer(registration(FakeStore(fault=error)), CHECK_IN, "en") == expected


def test_an_unknown_department_is_refused() -> None:
    told = answer(registration(FakeStore()), flow.CheckIn(PATIENT, "NONE", typed=False), "en")
    assert told == flow.Refused("DEPARTMENT_UNKNOWN")


def test_a_bug_is_logged_with_its_place_and_without_its_text(logged: LogCapture) -> None:
    answer(registration(FakeStore(fault=KeyError("Asha Verma"))), CHECK_IN, "en")
    [entry] = logged.entries
    assert entry["event"] == "bug"
    assert entry["error"] == "KeyError"
    assert "held" not in entry["traceback"]
    assert "fakes.py" in entry["traceback"]
    assert "Asha" not in str(entry)
