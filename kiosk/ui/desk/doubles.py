"""Tokens that may be one person's: both live, of one day and department, with the same keys, or name and age."""

from collections import defaultdict
from collections.abc import Iterable

from kiosk.model.desk import DeskRow
from kiosk.model.token import LIVE


def possible_doubles(rows: Iterable[DeskRow]) -> list[tuple[str, ...]]:
    """Groups of two and more tokens' ids, each in the order of issue.

    Those who gave different ABHA numbers are different people, whatever else is the same.
    """
    alike: dict[tuple[str, ...], list[DeskRow]] = defaultdict(list)
    for row in rows:
        if row.token.state in LIVE:
            for mark in _marks(row):
                alike[str(row.token.service_day), row.token.queue_department, *mark].append(row)
    groups = {tuple(row.token.token_id for row in _oldest_first(each)) for each in alike.values() if _may_be_one(each)}
    return sorted(groups)


def _marks(row: DeskRow) -> list[tuple[str, ...]]:
    """What two rows have in common where they may be one person's."""
    keys, patient = row.token.keys, row.patient
    marks: list[tuple[str, ...]] = [(kind, key) for kind, key in (("n", keys.number), ("a", keys.address)) if key]
    if patient is not None and patient.name and patient.birth is not None:
        marks.append(("p", " ".join(patient.name.casefold().split()), str(patient.birth.year)))
    return marks


def _may_be_one(rows: list[DeskRow]) -> bool:
    numbers = {row.token.keys.number for row in rows if row.token.keys.number}
    return len(rows) > 1 and not (len(numbers) == len(rows) and len(numbers) > 1)


def _oldest_first(rows: list[DeskRow]) -> list[DeskRow]:
    return sorted(rows, key=lambda row: (row.token.issued_at, row.token.token_id))
