"""A short storm of shares over two server processes: what comes of it is right. Its figures are of no interest here."""

from pathlib import Path

import pytest

from tests.bench.server_database import Bench
from tests.bench.server_shares import Seen, judged, planned, stormed
from tests.postgres import Postgres


def test_in_a_storm_each_call_has_one_answer_and_each_person_one_token(postgres: Postgres, tmp_path: Path) -> None:
    calls = planned(150, seed=3, hospitals=20)
    assert len({call.request_id for call in calls}) < len(calls)
    storm = stormed(Bench(postgres, tmp_path), calls, per_s=50, workers=2)
    assert storm.problems == []
    assert len(storm.taken_ms) == len(calls)


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([["MS-001", "MS-001"], ["MS-002"]], "2 answers to one call"),
        ([["MS-001"], [""]], "1 answers to one call"),
        ([["MS-001"], ["MS-001"]], "2 holders of one label"),
    ],
)
def test_what_is_wrong_is_seen(labels: list[list[str]], problem: str) -> None:
    first, *others = planned(40, seed=3, hospitals=20)
    second = next(call for call in others if call.person[0] == first.person[0] and call.person != first.person)
    seen = Seen(labels=dict(zip((first.request_id, second.request_id), labels, strict=True)))
    assert problem in judged([first, second], seen).problems
