"""The line of ``kiosk doctor`` on who can sign in at an enrolled desk."""

from collections.abc import Iterator
from datetime import timedelta

from kiosk.app import Station
from kiosk.door import usable_pins
from kiosk.finding import Finding
from kiosk.pepper import DESK_FILE, PepperError, kept_pepper

_ENROL_AGAIN = "ask for a new pairing code (kiosk admin pair) and run kiosk enrol again"


def staff_findings(station: Station) -> Iterator[Finding]:
    """Nothing for stations at which nobody signs in."""
    if station.enrolment is None or station.enrolment.kind != "desk":
        return
    try:
        has_pepper = kept_pepper(station.settings.data_dir / DESK_FILE, station.environ) is not None
    except PepperError as error:
        yield Finding("staff", False, f"{error.code}: {error}", _ENROL_AGAIN)
        return
    yield _pins(station) if has_pepper else Finding("staff", False, f"{DESK_FILE} is gone: no PIN fits", _ENROL_AGAIN)


def _pins(station: Station) -> Finding:
    able, count = len(usable_pins(station)), len(station.staff)
    synced_at, limit = station.store.last_synced_at(), timedelta(days=station.settings.staff_valid_days)
    age = None if synced_at is None else station.clock.now() - synced_at
    told = "never synchronised" if age is None else f"list {max(0.0, age.total_seconds() / 3600):.0f} h old"
    text = f"{able} of {count} can sign in, {told}"
    if age is None or age > limit:
        advice = f"nobody signs in more than {limit.days} days after a sync: let it reach the server (kiosk sync)"
        return Finding("staff", False, f"PIN_STALE: {text}", advice)
    if able == 0:
        advice = (
            "kiosk admin import them" if count == 0 else "kiosk admin pins set; if they have PINs, kiosk enrol again"
        )
        return Finding("staff", False, text, f"on the server: {advice}")
    return Finding("staff", True, text)
