"""Who may sign in at this station: its staff, their PINs, and what these are tried with, put together."""

from datetime import timedelta
from functools import partial

import structlog

from kiosk.app import Station
from kiosk.pepper import DESK_FILE, PepperError, kept_pepper
from kiosk.pins import is_usable
from kiosk.signing_in import SigningIn

_log = structlog.get_logger()


def signing_in_of(station: Station) -> SigningIn:
    """How members of the staff sign in at this desk. A pepper that cannot be read stops nothing else."""
    is_enrolled = station.enrolment is not None
    return SigningIn(
        station.store,
        station.staff,
        partial(pepper_of, station),
        station.clock,
        valid_for=timedelta(days=station.settings.staff_valid_days) if is_enrolled else None,
        shown_pin=station.shown_pin,
    )


def pepper_of(station: Station) -> bytes | None:
    """What PINs are tried with here; None where there is none, or none that can be read."""
    try:
        return kept_pepper(station.settings.data_dir / DESK_FILE, station.environ)
    except PepperError as error:
        _log.error("pepper_unusable", code=error.code, problem=str(error))
        return None


def usable_pins(station: Station) -> frozenset[str]:
    """Who of the staff can sign in here by PIN."""
    pepper, names = pepper_of(station), {member.staff_id for member in station.staff}
    if pepper is None:
        return frozenset()
    return frozenset(each.staff_id for each in station.store.pins() if is_usable(each.pin_hash, pepper)) & names
