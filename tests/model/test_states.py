"""Names of States, however they are typed."""

import pytest

from kiosk.model.states import STATES, state_named


def test_there_are_36_and_each_fits_its_column() -> None:
    assert len(set(STATES)) == 36
    assert max(map(len, STATES)) == 40
    assert [state_named(state) for state in STATES] == list(STATES)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("UTTAR PRADESH", "Uttar Pradesh"),
        (" uttar  pradesh ", "Uttar Pradesh"),
        ("Jammu & Kashmir", "Jammu and Kashmir"),
        ("dadra&nagar haveli & daman&diu", "Dadra and Nagar Haveli and Daman and Diu"),
        ("UP", None),
        ("", None),
        ("Uttar Pradesh, India", None),
    ],
)
def test_case_spaces_and_signs_do_not_matter(typed: str, known: str | None) -> None:
    assert state_named(typed) == known
