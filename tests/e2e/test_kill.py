"""A hundred power cuts: no token that was told is lost, no number is given twice, everything arrives once."""

import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.killing import PRINTING, Hall
from tests.e2e.programs import Station, hospital
from tests.e2e.records import check_store, server_events, station_events
from tests.e2e.warm import WarmKiosk

SEED = 20261122


@pytest.mark.timeout(400)
def test_a_hundred_kills_lose_no_token_and_repeat_no_number(tmp_path: Path, warm: WarmKiosk) -> None:
    survive(tmp_path, SEED, 100, warm)


def survive(folder: Path, seed: int, kills: int, warm: WarmKiosk) -> None:
    """Kill, check the store, let the program end in peace, synchronise, check the server."""
    print(f"seed {seed}")
    started = time.monotonic()
    hall = Hall(folder, seed, warm)
    hall.survive(kills)
    print(f"{kills} kills, {len(hall.promised)} tokens told, {time.monotonic() - started:.1f} s")
    assert_promises_are_kept(hall)
    hall.run_to_the_end()
    assert_promises_are_kept(hall)
    assert_no_slip_came_out_twice(hall)
    assert_every_token_has_its_slip_job(hall)
    assert_everything_arrives_once(hall)


def assert_promises_are_kept(hall: Hall) -> None:
    held = {row["token_id"]: row["label"] for row in check_store(hall.folder / "kiosk")}
    assert len(set(hall.promised.values())) == len(hall.promised), "two patients were told the same number"
    assert {token_id: label for label, token_id in hall.promised.values()}.items() <= held.items()


def assert_no_slip_came_out_twice(hall: Hall) -> None:
    """Of each token at most the original and the copies that its patient has asked for by scanning again."""
    allowed = {row["label"]: row["copies"] + 1 for row in check_store(hall.folder / "kiosk")}
    slips = Counter("-".join(path.stem.split("-")[2:4]) for path in hall.slips.glob("*.png"))
    assert slips
    assert not {label: count for label, count in slips.items() if count > allowed[label]}


def assert_every_token_has_its_slip_job(hall: Hall) -> None:
    """``check_store`` has matched the jobs to the tokens whose slip is in any state."""
    tokens = check_store(hall.folder / "kiosk")
    assert {row["slip"] != "none" for row in tokens if row["department"] in PRINTING} == {True}
    assert {row["slip"] for row in tokens if row["department"] not in PRINTING} == {"none"}


def assert_everything_arrives_once(hall: Hall) -> None:
    database = hall.folder / "server.db"
    with hospital(database) as server:
        station = Station(hall.folder / "kiosk", server_url=server.url)
        assert station.sync()["parked"] == []
        own = station.tokens()
        (day,) = {row["service_day"] for row in check_store(station.folder)}
        arrived = server.tokens(date.fromisoformat(day))
        assert station.sync()["pushed"] == 0
    assert [(row["label"], row["token_id"]) for row in arrived] == [(row["label"], row["token_id"]) for row in own]
    assert server_events(database) == station_events(station.folder)
