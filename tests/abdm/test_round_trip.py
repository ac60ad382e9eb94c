"""A phone scans the poster and shows a token: app, gateway and hospital over HTTP, with what may go wrong between."""

import threading
from collections.abc import Iterator

import pytest

from kiosk.model.counter import share_url
from tests.abdm.faults import slow
from tests.abdm.gateway import AbdmGateway, running_gateway
from tests.abdm.hospital import Hospital, open_hospital
from tests.abdm.http_server import Given
from tests.abdm.phone import HIP_ID, PHR_HOST, SHARE_PATH_V1, PhrApp, body_v1, body_v3, person
from tests.abdm.signing import Forgery


@pytest.fixture
def gateway() -> Iterator[AbdmGateway]:
    with running_gateway() as gateway:
        yield gateway


@pytest.fixture
def hospital(gateway: AbdmGateway) -> Iterator[Hospital]:
    with open_hospital(gateway) as hospital:
        yield hospital


@pytest.fixture
def app(gateway: AbdmGateway) -> PhrApp:
    return PhrApp(gateway)


@pytest.mark.usefixtures("hospital")
def test_a_phone_scans_the_poster_and_shows_the_token(app: PhrApp) -> None:
    shown = app.scan(share_url(PHR_HOST, HIP_ID, "OPD1"))
    assert shown.statuses == (200,)
    assert shown.answered is not None
    assert (shown.answered.label, shown.answered.expiry, shown.answered.context) == ("MS-001", "1800", "OPD1")
    assert not app.gateway.violations


@pytest.mark.usefixtures("hospital")
def test_version_one_gets_a_token_as_well(app: PhrApp) -> None:
    request_id = "2f1c4a9e-5d2b-4b7a-9f58-0d3f6a1b2c3d"
    shown = app.share(app.compose(body_v1(request_id), path=SHARE_PATH_V1, request_id=request_id))
    assert shown.answered is not None
    assert shown.answered.label == "MS-001"
    assert not app.gateway.violations


@pytest.mark.parametrize("forgery", [each for each in Forgery if each is not Forgery.NONE])
def test_whoever_is_not_the_gateway_is_refused(app: PhrApp, hospital: Hospital, forgery: Forgery) -> None:
    shown = app.share(app.compose(forgery=forgery))
    assert shown.statuses == (401,)
    assert len(hospital.refused) == 1
    assert not hospital.labels


def test_a_share_that_makes_no_sense_gets_abdms_own_refusal(app: PhrApp, hospital: Hospital) -> None:
    shown = app.share(app.compose(body_v3(who=person(name=None))))
    assert shown.statuses == (400,)
    assert hospital.refused == ["SHARE_INCOMPLETE"]


def test_the_patient_is_told_why_there_is_no_token(app: PhrApp, hospital: Hospital) -> None:
    hospital.refuses = "This department is closed now."
    shown = app.share()
    assert shown.answered is not None
    assert (shown.answered.label, shown.answered.reason) == ("", "This department is closed now.")
    assert not app.gateway.violations


def test_a_share_that_comes_twice_is_answered_with_one_number(app: PhrApp, hospital: Hospital) -> None:
    shown = app.share(deliveries=2)
    assert shown.statuses == (200, 200)
    hospital.end()
    answers = app.gateway.answers[shown.share.request_id]
    assert [answer.label for answer in answers] == ["MS-001", "MS-001"]
    assert not app.gateway.violations


@pytest.mark.usefixtures("hospital")
def test_shares_may_come_in_any_order(app: PhrApp) -> None:
    shares = [app.compose() for _ in range(3)]
    for share in reversed(shares):
        assert app.deliver(share) == 200
    labels = [app.gateway.wait_for_answer(share.request_id) for share in shares]
    assert [answer and answer.label for answer in labels] == ["MS-003", "MS-002", "MS-001"]


@pytest.mark.usefixtures("hospital")
def test_keys_that_were_changed_are_fetched_again(app: PhrApp) -> None:
    assert app.share().answered
    app.gateway.rotate()
    shown = app.share()
    # Within the pause after the last fetch the new key is not known; the hospital's clock stands.
    assert shown.statuses == (401,)
    assert len(app.gateway.asked("certs")) == 1


def test_an_app_gives_up_where_nobody_answers(gateway: AbdmGateway) -> None:
    app = PhrApp(gateway, waits_s=0.05)
    with open_hospital(gateway) as hospital:
        told = threading.Event()
        gateway.fail("on_share", slow(told))
        shown = app.share()
        assert (shown.statuses, shown.answered) == ((200,), None)
        told.set()
        hospital.end()
    assert gateway.answers[shown.share.request_id]


def test_a_hospital_that_is_not_there_is_not_reached(gateway: AbdmGateway) -> None:
    gateway.bridge_url = "http://127.0.0.1:9"
    assert PhrApp(gateway).share().statuses == (0,)


@pytest.mark.usefixtures("hospital")
def test_the_gateway_sees_what_it_must_not(app: PhrApp) -> None:
    """The sink refuses: else the tests above would show nothing."""
    asked = app.gateway.asked("bridge")[0]
    assert app.gateway.answer(asked) == Given(400, b'{"error": {"code": "ABDM-2404", "message": "Invalid REQUEST-ID"}}')
