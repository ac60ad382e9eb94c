"""What a desk is told of PINs is kept with the configuration that brings it, or not at all."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from kiosk.model.desk import PinHash
from kiosk.model.exchange import DatedConfiguration, PulledConfiguration
from kiosk.sync.configuring import Configuring
from tests.fakes import FakeClock

NINE = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
PINS = (PinHash("anita", "0123abcd$argon2id$one"),)
GOOD = (DatedConfiguration(date(2026, 11, 23), "good"),)


class Shelf:
    """Notes what is kept, in order."""

    def __init__(self) -> None:
        self.kept: list[object] = []

    def config_revision(self) -> int:
        return 0

    def keep_configuration(self, pulled: PulledConfiguration, now: datetime) -> None:
        self.kept.append(pulled.revision)

    def keep_pins(self, pins: Sequence[PinHash], now: datetime) -> None:
        self.kept.append(tuple(pins))


def parse(document: str) -> None:
    if document != "good":
        raise ValueError("makes no sense")


def kept(pulled: PulledConfiguration) -> list[object]:
    shelf = Shelf()
    Configuring(parse, keep_pins=shelf.keep_pins).take(pulled, shelf, FakeClock(NINE))
    return shelf.kept


def test_pins_are_kept_before_the_number_says_that_they_are() -> None:
    """Else a power cut between the two would leave the desk without them until the next change."""
    assert kept(PulledConfiguration(2, GOOD, PINS)) == [PINS, 2]
    assert kept(PulledConfiguration(2, GOOD, ())) == [(), 2]


def test_a_server_that_tells_nothing_of_pins_changes_none() -> None:
    assert kept(PulledConfiguration(2, GOOD)) == [2]


def test_pins_of_a_configuration_that_makes_no_sense_are_not_kept() -> None:
    assert kept(PulledConfiguration(2, (DatedConfiguration(date(2026, 11, 23), "bad"),), PINS)) == []
    assert "argon2id" not in repr(PulledConfiguration(2, GOOD, PINS))
