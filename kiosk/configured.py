"""Which facility an enrolled station works for: what its server has configured, as its store keeps it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from kiosk.errors import StoreError
from kiosk.model.configuration import Configuration, StaffMember, facility_for, parse_configuration, phone_offer
from kiosk.model.counter import NO_OFFER, PhoneOffer
from kiosk.model.exchange import Enrolment
from kiosk.model.opd import ENGLISH, Facility
from kiosk.model.sample import SAMPLE_FACILITY


class ConfigurationShelf(Protocol):
    """What this needs of the store; every ``ports.TokenStore`` is one."""

    def configuration(self, service_day: date) -> str | None: ...


def parser_for(facility_id: str) -> Callable[[str], Configuration]:
    """A reader of documents as the store keeps them. It raises ValueError: no JSON, mistakes, another hospital's."""

    def parse(untrusted_document: str) -> Configuration:
        configuration = parse_configuration(_mapping(untrusted_document))
        if configuration.facility.facility_id != facility_id:
            raise ValueError(f"the configuration is another hospital's, not that of {facility_id}")
        return configuration

    return parse


def _mapping(untrusted_document: str) -> dict[str, object]:
    document = json.loads(untrusted_document)
    if not isinstance(document, dict):
        raise ValueError("the configuration is no table")
    return document


@dataclass(frozen=True)
class Configured:
    """The document in use, empty while there is none, and what it makes of the facility for this station.

    Attributes:
        staff: who may sign in at a desk.
        shown_pin: everybody's PIN, where it may stand on the screen; empty for a hospital.
        phones: what the station offers to phones.
    """

    document: str
    facility: Facility
    staff: tuple[StaffMember, ...] = ()
    shown_pin: str = ""
    phones: PhoneOffer = NO_OFFER


DEMONSTRATION = Configured("", SAMPLE_FACILITY, (StaffMember("demo", "Demonstration", "supervisor"),), "246810")
"""A machine where nothing is configured shows what a supervisor can do, and how to get in."""


def configured(store: ConfigurationShelf, enrolment: Enrolment, now: datetime) -> Configured:
    """The last good configuration that applies now; before there is any, a facility that has no departments yet.

    Raises:
        StoreError: CONFIGURATION_UNUSABLE, what is kept was written by another version of this program.
    """
    document = document_now(store, enrolment, now)
    if not document:
        return Configured("", Facility(enrolment.facility_id, {ENGLISH: enrolment.facility_id}, ()))
    configuration = _parsed(document, enrolment)
    facility = facility_for(configuration, enrolment.station_id)
    phones = phone_offer(configuration, enrolment.station_id)
    return Configured(document, facility, configuration.staff, phones=phones)


def document_now(store: ConfigurationShelf, enrolment: Enrolment, now: datetime) -> str:
    """The kept document that applies at ``now``, empty where none is kept. Raises StoreError, as ``configured``.

    The newest one decides by its own reckoning whether its first service day has begun. Where that of the only one has
    not, it is used all the same: there is nothing else.
    """
    newest = store.configuration(date.max)
    if newest is None:
        return ""
    its_day = _parsed(newest, enrolment).facility.service_day(now)
    return store.configuration(its_day) or newest


def _parsed(document: str, enrolment: Enrolment) -> Configuration:
    try:
        return parser_for(enrolment.facility_id)(document)
    except ValueError as error:
        message = f"the kept configuration cannot be read, enrol this station again: {error}"
        raise StoreError(message, code="CONFIGURATION_UNUSABLE") from error
