"""The order of the series, and their end."""

import re
from itertools import islice
from typing import get_args

import pytest
from sqlalchemy import select

from kiosk.server.database import Database
from kiosk.server.problems import ProblemError
from kiosk.server.series import Owner, in_order, reserve_for, retire_reserve, series_for
from kiosk.server.tables import series
from kiosk.sync.messages import Series
from tests.server.doors import HandClock, import_facility
from tests.sync.chain import FACILITY

NOW = HandClock().now()


def test_the_order() -> None:
    given = list(in_order())
    assert given[:9] == ["", "A", "B", "C", "D", "E", "F", "G", "H"]
    assert given[24:27] == ["AA", "AB", "AC"]
    assert len(given) == len(set(given)) == 1 + 23 + 24 * 24
    assert not {"I", "O", "S"} & set(given)
    pattern = get_args(Series)[1].pattern
    assert all(re.fullmatch(pattern, each) for each in given)


def owner(number: int) -> Owner:
    return Owner(FACILITY, f"K{number}", f"00000000-0000-0000-0000-{number:012d}")


def test_a_series_is_never_given_twice(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"})
    with database.writer.begin() as connection:
        assert [series_for(connection, owner(1), None, NOW) for _ in range(2)] == ["", ""]
        assert [reserve_for(connection, owner(1), NOW) for _ in range(2)] == ["A", "A"]
        retire_reserve(connection, owner(1))
        assert reserve_for(connection, owner(1), NOW) == "B"
        assert series_for(connection, owner(2), None, NOW) == "C"
        assert series_for(connection, owner(3), "E", NOW) == "E"
        assert [series_for(connection, owner(number), None, NOW) for number in (4, 5)] == ["D", "F"]
        for wanted in ("", "A", "B", "C", "S"):
            with pytest.raises(ProblemError):
                series_for(connection, owner(6), wanted, NOW)
        with pytest.raises(ProblemError):
            series_for(connection, owner(5), "Q", NOW)


def test_facilities_count_each_for_itself(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"})
    import_facility(database, {"K1": "kiosk"}, "IN9999999999")
    with database.writer.begin() as connection:
        assert series_for(connection, owner(1), None, NOW) == ""
        other = Owner("IN9999999999", "K1", owner(2).store_id)
        assert series_for(connection, other, None, NOW) == ""


def test_the_last_series(database: Database) -> None:
    import_facility(database, {"K1": "kiosk"})
    with database.writer.begin() as connection:
        rows = [
            {"facility_id": FACILITY, "series": each, "station_id": "K0", "store_id": owner(0).store_id}
            for each in islice(in_order(), 599)
        ]
        connection.execute(series.insert(), [{**row, "granted_at": NOW} for row in rows])
        assert series_for(connection, owner(1), None, NOW) == "ZZ"
        assert reserve_for(connection, owner(1), NOW) is None
        with pytest.raises(ProblemError) as caught:
            series_for(connection, owner(2), None, NOW)
        assert caught.value.code == "SERIES_EXHAUSTED"
        assert len(connection.execute(select(series)).all()) == 600
