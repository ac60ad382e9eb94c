"""The callback as ABDM's gateway calls it: who is believed, what is understood, what is told in whose words."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok
from sqlalchemy import func, select

from kiosk.abdm.share_json import MAX_BYTES
from kiosk.server.tables import share, token
from tests.abdm.phone import SHARE_PATH, SHARE_PATH_V1, Share, body_v1, body_v3, person
from tests.abdm.signing import Forgery
from tests.e2e.programs import free_port
from tests.migrated import lay_server
from tests.server.sharing import Hospital, all_day, sharing


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with on_sqlite(tmp_path, accepts_v1=True) as found:
        yield found


@contextmanager
def on_sqlite(folder: Path, **changes: Any) -> Iterator[Hospital]:
    with sharing(f"sqlite:///{lay_server(folder / 'server.db')}", **changes) as found:
        yield found


def post(hospital: Hospital, share: Share, **headers: str) -> httpx2.Response:
    """As the gateway does."""
    hospital.gateway.expect(share.request_id)
    with hospital.client() as client:
        return client.post(share.path, content=share.body, headers={**share.headers, **headers})


def held(hospital: Hospital) -> tuple[int, int]:
    """How many shares and tokens there are."""
    with hospital.database.reader.begin() as connection:
        counts = (select(func.count()).select_from(table) for table in (share, token))
        shares, tokens = (connection.execute(count).scalar_one() for count in counts)
        return shares, tokens


def assert_refused(response: httpx2.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["error"]["code"]) == (status, code), response.text
    assert set(response.json()) == {"error"}


# --- who is believed --------------------------------------------------------------------------------------------------


def test_whoever_is_not_the_gateway_is_refused(hospital: Hospital) -> None:
    for forgery in Forgery:
        if forgery is not Forgery.NONE:
            assert_refused(post(hospital, hospital.phone.compose(forgery=forgery)), 401, "900901")
    assert held(hospital) == (0, 0)


def test_without_the_gateways_keys_nobody_is_believed(tmp_path: Path) -> None:
    with on_sqlite(tmp_path, client_secret="a-wrong-one") as hospital:
        assert_refused(post(hospital, hospital.phone.compose()), 503, "ABDM-1024")
        assert held(hospital) == (0, 0)


def test_tokens_that_are_checked_in_half_are_named_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_sqlite(tmp_path, audience="") as hospital:
        assert post(hospital, hospital.phone.compose()).status_code == 202
    said = [line for line in "".join(capsys.readouterr()).splitlines() if "abdm_tokens_half_checked" in line]
    assert len(said) == 1
    assert ("abdm_audience" in said[0], "abdm_issuer" in said[0]) == (True, False)


def test_a_call_that_is_played_back_changes_nothing(hospital: Hospital) -> None:
    call = hospital.phone.compose(body_v3(who=person(abhaAddress="playedback@sbx")))
    assert post(hospital, call).status_code == 202
    first = hospital.gateway.wait_for_answer(call.request_id)
    before = held(hospital)
    other_person = json.dumps(body_v3(who=person(abhaAddress="somebodyelse@sbx"))).encode()
    for body in (call.body, other_person):
        assert post(hospital, Share(call.request_id, call.path, call.headers, body)).status_code == 202
    assert held(hospital) == before
    assert hospital.gateway.answers[call.request_id] == [first]


def test_a_facility_of_others_is_not_served(hospital: Hospital) -> None:
    before = held(hospital)
    foreign = hospital.phone.compose(hip_id="IN9999999999")
    assert_refused(post(hospital, foreign), 404, "ABDM-1001")
    mixed = hospital.phone.compose(body_v3(hip_id="IN9999999999"))
    assert_refused(post(hospital, mixed), 400, "ABDM-1006")
    unnamed = hospital.phone.compose()
    del unnamed.headers["X-HIP-ID"]  # type: ignore[attr-defined]
    assert_refused(post(hospital, unnamed), 400, "ABDM-1006")
    assert held(hospital) == before


def test_a_facility_of_the_other_world_is_named_and_not_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with on_sqlite(tmp_path, plan=all_day(abdm={"host": "phr.abdm.gov.in"})) as hospital:
        assert_refused(post(hospital, hospital.phone.compose()), 404, "ABDM-1001")
        assert held(hospital) == (0, 0)
        said = "".join(capsys.readouterr())
        assert "ABDM_WORLDS_MIXED" in said
        for _ in range(3_000):  # the start's own thread says it, in its own time
            if "abdm_worlds_mixed" in said:
                break
            threading.Event().wait(0.02)
            said += "".join(capsys.readouterr())
        assert "abdm_worlds_mixed" in said


# --- what is understood -----------------------------------------------------------------------------------------------


def test_what_is_no_share_of_a_profile_is_refused(hospital: Hospital) -> None:
    for intent in ("RECORD_SHARE", "PAYMENT_SHARE", "OTHER"):
        other = hospital.phone.compose(body_v3() | {"intent": intent})
        assert_refused(post(hospital, other), 400, "ABDM-1006")
    call = hospital.phone.compose()
    for body in (b"", b"[]", b"{}", b'{"a":1,"a":2}', b"[" * 100_000, b"\xff\xfe", b"null"):
        assert_refused(post(hospital, Share(call.request_id, call.path, call.headers, body)), 400, "ABDM-1006")


def test_a_body_without_end_is_not_read(hospital: Hospital) -> None:
    call = hospital.phone.compose()
    long = Share(call.request_id, call.path, call.headers, b" " * (MAX_BYTES + 1))
    assert_refused(post(hospital, long), 413, "ABDM-1006")
    assert_refused(post(hospital, call, **{"Content-Encoding": "gzip"}), 415, "ABDM-1006")


def test_version_one_is_answered_in_its_own_words(hospital: Hospital) -> None:
    request_id = "5e2b8a40-0000-4000-8000-000000000001"
    body = body_v1(request_id, counter="ENT1")
    call = hospital.phone.compose(body, path=SHARE_PATH_V1, request_id=request_id)
    assert post(hospital, call).status_code == 202
    answered = hospital.gateway.wait_for_answer(request_id)
    assert answered is not None
    assert answered.label.startswith("NS-")
    assert len(hospital.gateway.asked("on_share_v1")) == 1


def test_version_one_is_not_there_unless_it_is_wanted(tmp_path: Path) -> None:
    with on_sqlite(tmp_path) as hospital:
        assert post(hospital, hospital.phone.compose(path=SHARE_PATH_V1)).status_code == 404


# --- the door for callbacks alone -------------------------------------------------------------------------------------


def test_on_a_port_of_their_own_callbacks_are_all_there_is(tmp_path: Path) -> None:
    with on_sqlite(tmp_path, port=free_port()) as hospital:
        assert post(hospital, hospital.phone.compose()).status_code == 202
        with hospital.client() as outside, httpx2.Client(base_url=hospital.url, trust_env=False) as inside:
            for path in ("/healthz", "/v1/tokens?facility=F&service_day=2026-11-22", "/docs", "/openapi.json", "/"):
                assert_refused(outside.get(path), 404, "ABDM-1001")
            call = hospital.phone.compose()
            assert inside.post(SHARE_PATH, content=call.body, headers=dict(call.headers)).status_code == 404
            assert inside.get("/healthz").status_code == 200


# --- whatever comes ---------------------------------------------------------------------------------------------------

_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_KEY = st.text(max_size=20)
_JSON = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEY, inner, max_size=4), max_leaves=20
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(key=st.sampled_from(["intent", "metaData", "profile"]), name=st.sampled_from([*person(), ""]), value=_JSON)
def test_no_body_makes_it_fail(hospital: Hospital, key: str, name: str, value: Any) -> None:
    body: dict[str, Any] = body_v3(who=person(**{name: value})) if name else body_v3() | {key: value}
    answer = post(hospital, hospital.phone.compose(body))
    assert answer.status_code in (202, 400), answer.text
    assert hospital.gateway.violations == []


def test_the_log_learns_nothing_of_the_patient(hospital: Hospital, capsys: pytest.CaptureFixture[str]) -> None:
    call = hospital.phone.compose(body_v3(who=person(name="Unlikely Name", abhaAddress="unlikely@sbx")))
    assert post(hospital, call).status_code == 202
    hospital.gateway.wait_for_answer(call.request_id)
    said = "".join(capsys.readouterr())
    assert call.request_id in said
    assert "nlikely" not in said
    assert "9000000000" not in said


def test_every_answer_is_documented(hospital: Hospital) -> None:
    """By schemathesis: what fits the document and what does not, by the gateway and by nobody."""
    with hospital.client() as client:
        document = client.get("/openapi.json").json()
        bearer = hospital.phone.compose().headers["Authorization"]
        seen = {asked(client, operation, bearer) for operation in operations(document)}
    assert seen == {SHARE_PATH, SHARE_PATH_V1}
    assert hospital.gateway.violations == []


def operations(document: dict[str, Any]) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for found in (
        schemathesis.openapi.from_dict(document).include(path=[SHARE_PATH, SHARE_PATH_V1]).get_all_operations()
    ):
        assert isinstance(found, Ok)
        yield found.ok()


def asked(client: httpx2.Client, operation: APIOperation[Any, Any, Any, Any], bearer: str) -> str:
    def check(case: Case[Any], authorization: dict[str, str]) -> None:
        sent = case.as_transport_kwargs(base_url=str(client.base_url))
        headers = {name: value for name, value in sent["headers"].items() if value.isascii()} | authorization
        answer = client.post(case.path, content=json.dumps(sent.get("json")), headers=headers)
        assert str(answer.status_code) in document_of(operation), answer.text
        assert answer.status_code < 500, answer.text

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def fits(case: Case[Any]) -> None:
        check(case, {"Authorization": bearer})
        check(case, {})

    fits()
    return operation.path


def document_of(operation: APIOperation[Any, Any, Any, Any]) -> dict[str, Any]:
    documented: dict[str, Any] = operation.definition.raw["responses"]
    return documented
