"""Keys of other programs: what they open, and that nothing else does."""

import secrets
import uuid
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.testclient import TestClient

from kiosk.errors import SettingError
from kiosk.server.api_keys import SECRET_BYTES, add_key, known_program, revoke_key
from kiosk.server.database import Database
from kiosk.server.identity import Caller, Role, require
from kiosk.server.problems import ProblemError
from kiosk.server.tables import api_key
from tests.server.doors import HandClock, assert_problem, import_facility, web_of
from tests.sync.chain import DAY, FACILITY

CLOCK = HandClock()
DOTTED = "IN.00.1"


def made(database: Database, facility_id: str, role: str) -> str:
    secret, key_id = secrets.token_urlsafe(SECRET_BYTES), str(uuid.uuid4())
    return database.write(
        lambda connection: add_key(connection, facility_id, role, "a program", key_id, secret, CLOCK.now())
    )


@pytest.fixture
def web(database: Database) -> Iterator[TestClient]:
    import_facility(database, {"K1": "kiosk"})
    with web_of(database, CLOCK, is_open=False) as client:
        yield client


def tokens(web: TestClient, key: str, facility_id: str = FACILITY) -> httpx2.Response:
    params = {"facility": facility_id, "service_day": str(DAY)}
    return web.get("/v1/tokens", params=params, headers={"Authorization": f"Bearer {key}"})


def test_a_reader_reads_one_facility(web: TestClient, database: Database) -> None:
    key = made(database, FACILITY, "reader")
    assert tokens(web, key).json() == []
    assert_problem(tokens(web, key, "IN9999999999"), 403, "FORBIDDEN")
    assert_problem(tokens(web, made(database, "", "statistics")), 403, "FORBIDDEN")


def test_a_reader_posts_nothing(web: TestClient, database: Database) -> None:
    headers = {"Authorization": f"Bearer {made(database, FACILITY, 'reader')}", "Content-Type": "application/json"}
    body = {"facility_id": FACILITY, "store_id": str(uuid.uuid4()), "schema": 1}
    assert_problem(web.post("/v1/sync", json=body, headers=headers), 403, "FORBIDDEN")


def test_a_facility_with_dots_in_its_name(database: Database) -> None:
    program = known_program(database, made(database, DOTTED, "reader"))
    assert program is not None
    assert (program.facility_id, program.role) == (DOTTED, "reader")


def test_counts_may_be_over_all_facilities(database: Database) -> None:
    program = known_program(database, made(database, "", "statistics"))
    assert program is not None
    everywhere = Caller(Role(program.role), program.facility_id, "", program.key_id)
    require(database, everywhere, FACILITY, Role.STATISTICS)
    require(database, Caller(Role.STATISTICS, FACILITY), FACILITY, Role.STATISTICS)
    for caller in (Caller(Role.STATISTICS, DOTTED), Caller(Role.READER), Caller(Role.BOARD)):
        with pytest.raises(ProblemError):
            require(database, caller, FACILITY, Role.STATISTICS, Role.READER, Role.BOARD)


def test_a_revoked_key_opens_nothing(web: TestClient, database: Database) -> None:
    key = made(database, FACILITY, "reader")
    key_id = key.split(".")[-2]
    assert database.write(lambda connection: revoke_key(connection, FACILITY, key_id, CLOCK.now()))
    assert_problem(tokens(web, key), 401, "KEY_UNKNOWN")
    assert not database.write(lambda connection: revoke_key(connection, FACILITY, key_id, CLOCK.now()))


def test_secrets_are_kept_as_hashes(database: Database) -> None:
    key = made(database, FACILITY, "reader")
    with database.reader.begin() as connection:
        assert key.split(".")[-1] not in str(connection.execute(select(api_key)).one())


def test_other_keys_are_not_made(database: Database) -> None:
    wrong = (("", "reader"), (FACILITY, "statistics"), (FACILITY, "kiosk"), ("", "local"), ("a/b", "reader"), ("", ""))
    for facility_id, role in wrong:
        with pytest.raises(SettingError):
            made(database, facility_id, role)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(place=st.integers(0, 200), letter=st.characters(min_codepoint=33, max_codepoint=126))
@example(place=0, letter="O")
def test_one_letter_changed_opens_nothing(database: Database, place: int, letter: str) -> None:
    key = made(database, FACILITY, "reader")
    at = place % len(key)
    changed = key[:at] + letter + key[at + 1 :]
    assert (known_program(database, changed) is None) == (changed != key)


def test_other_authorizations_are_refused(web: TestClient) -> None:
    path = f"/v1/tokens?facility={FACILITY}&service_day={DAY}"
    for value in ("", "Bearer", "Bearer ", "Basic YTpi", "Bearer opd_..", "Bearer \u00e9", "x" * 9_000):
        refused = web.get(path, headers={b"Authorization": value.encode("latin-1")})
        assert_problem(refused, 401, "KEY_UNKNOWN")
