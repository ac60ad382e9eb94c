"""What supervisors say of departments and rooms: the newest word counts, and every station gets it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from kiosk.model.events import Event, Json, Kind, instant_text
from kiosk.server.database import Database
from kiosk.server.ingest import ingest
from kiosk.server.openings import openings
from kiosk.server.parked import parked_events, retry_parked
from kiosk.server.queries import changes
from kiosk.sync.messages import EventMessage, SyncRequest
from tests.sync.chain import DAY, FACILITY, START, Chain


def said(chain: Chain, is_open: Json = False, **more: Json) -> Event:
    body: dict[str, Any] = {"department": "MED", "room": "", "is_open": is_open, "staff": "anita", "reason": "absent"}
    return chain.write(Kind.OPENING_CHANGED, "", **body | more)


def codes(database: Database, chain: Chain) -> list[str]:
    return [each.code for each in ingest(database, SyncRequest.of(chain.push(), FACILITY), START).parked]


def now_open(database: Database) -> dict[tuple[str, str], bool | None]:
    with database.reader.begin() as connection:
        return {(each.department, each.room): each.is_open for each in openings(connection, FACILITY, DAY)}


def test_rooms_and_departments_are_kept_for_their_day(database: Database) -> None:
    chain = Chain()
    last = [said(chain), said(chain, room="4"), said(chain, True, department="EYE")][-1]
    assert codes(database, chain) == []
    assert now_open(database) == {("MED", ""): False, ("MED", "4"): False, ("EYE", ""): True}
    with database.reader.begin() as connection:
        assert openings(connection, FACILITY, DAY)[0].changed_at == last.at
        assert openings(connection, FACILITY, DAY + timedelta(1)) == []
        assert openings(connection, "IN0000000001", DAY) == []


def test_the_newest_word_counts_whichever_comes_first(database: Database) -> None:
    early, late = Chain(), Chain("B")
    late.write("nothing_yet", str(uuid.uuid4()))
    said(early, True)
    said(late, None)
    assert codes(database, late) == ["TOKEN_UNKNOWN"]
    assert codes(database, early) == []
    assert now_open(database) == {("MED", ""): None}


def test_of_two_at_one_time_the_higher_id_counts(database: Database) -> None:
    low, high = Chain(), Chain("B")
    low.write(Kind.OPENING_CHANGED, "", event_id=f"{0:08x}-0000-4000-8000-000000000000", **the_body(True))
    high.write(Kind.OPENING_CHANGED, "", event_id=f"{1:08x}-0000-4000-8000-000000000000", **the_body(False))
    assert codes(database, high) == codes(database, low) == []
    assert now_open(database) == {("MED", ""): False}


def test_a_correction_counts_though_the_clock_of_the_other_desk_is_ahead(database: Database) -> None:
    """Whichever comes first: the one who corrects has heard of the other."""
    ahead, right = Chain(), Chain("B")
    for _ in range(3):
        ahead.write("nothing_yet", str(uuid.uuid4()))
    wrong = said(ahead, False)
    assert wrong.at > START
    said(right, True, said_at=instant_text(wrong.at + timedelta(microseconds=1)))
    assert codes(database, right) == []
    codes(database, ahead)
    assert now_open(database) == {("MED", ""): True}


def the_body(is_open: bool) -> dict[str, Any]:
    return {"department": "MED", "room": "", "is_open": is_open}


def test_every_station_pulls_them(database: Database) -> None:
    chain = Chain()
    told = said(chain)
    accepted = chain.write(Kind.CLOCK_ACCEPTED, "", staff="anita", fault="CLOCK_AHEAD")
    assert codes(database, chain) == []
    seen = changes(database.reader, FACILITY, Chain("B").store_id, 0, 500)
    assert (seen.events, seen.tokens) == ((told, accepted), ())
    assert EventMessage.of(told).event() == told


@pytest.mark.parametrize("wrong", [{"department": ""}, {"is_open": "no"}, {"said_at": "soon"}])
def test_what_makes_no_sense_is_parked_and_holds_nothing_up(database: Database, wrong: dict[str, Json]) -> None:
    chain = Chain()
    said(chain, **wrong)
    said(chain, room="4")
    assert codes(database, chain) == ["BODY_INVALID"]
    assert now_open(database) == {("MED", "4"): False}


def test_a_word_on_another_facility_is_parked(database: Database) -> None:
    chain = Chain()
    said(chain, facility_id="IN0000000001")
    said(chain, room="4", facility_id=FACILITY)
    assert codes(database, chain) == ["FACILITY_OTHER"]
    assert now_open(database) == {("MED", "4"): False}


def test_what_is_about_a_token_and_names_none_or_the_other_way_round(database: Database) -> None:
    chain = Chain()
    chain.write(Kind.TOKEN_CALLED, "", room="4")
    chain.write(Kind.OPENING_CHANGED, str(uuid.uuid4()), **the_body(False))
    chain.write("roof_leaks", "")
    assert codes(database, chain) == ["BODY_INVALID", "BODY_INVALID", "KIND_UNKNOWN"]
    assert now_open(database) == {}
    assert retry_parked(database) == 0
    assert [each.token_id for each in parked_events(database.reader, FACILITY)][::2] == ["", ""]
