"""Who known already may stand at the counter: patients of today, and of the days before while details are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kiosk.model.desk import DeskRow
from kiosk.model.matching import Likeness, likely_same
from kiosk.model.patient import Patient

MOST = 2
"""As many as stand beside the form; whoever says "another person" sees those behind them."""


@dataclass(frozen=True)
class Match:
    """Somebody known, with how likely it is the same person."""

    row: DeskRow
    patient: Patient
    likeness: Likeness


def matches(patient: Patient, rows: Iterable[DeskRow], today: date) -> tuple[Match, ...]:
    """The likeliest first, of equally likely ones the newest; one person is named once for each token of today."""
    found = [
        Match(row, row.patient, likely_same(patient, row.patient, today)) for row in rows if row.patient is not None
    ]
    likely = sorted((match for match in found if match.likeness.is_likely), key=_order)
    return tuple(_once(likely, today))[:MOST]


def _order(match: Match) -> tuple[float, float]:
    return -match.likeness.score, -match.row.token.issued_at.timestamp()


def _once(likely: Iterable[Match], today: date) -> Iterable[Match]:
    """Of earlier days, each person's newest visit is enough."""
    seen: set[Patient] = set()
    for match in likely:
        if match.row.token.service_day == today or match.patient not in seen:
            yield match
        seen.add(match.patient)
