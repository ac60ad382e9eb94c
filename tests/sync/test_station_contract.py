"""What ``HospitalServer`` promises an enrolled station, kept by the real server over loopback and by the fake."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.errors import ServerError
from kiosk.model.exchange import DatedConfiguration, PulledConfiguration, StoreClaim
from kiosk.sync.client import HttpServer
from kiosk.sync.hospital_server import HospitalServer
from kiosk.sync.messages import EnrolRequest
from kiosk.sync.signing import Signer
from tests.campus import HOSPITAL, campus_of, document
from tests.sync.chain import Chain
from tests.sync.fake_server import FakeHospitalServer


@dataclass(frozen=True)
class Enrolled:
    """A station's view of its server, and the store that it was enrolled with."""

    server: HospitalServer
    chain: Chain


@pytest.fixture(params=["real", "fake"])
def enrolled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Enrolled]:
    chain = Chain("A", HOSPITAL)
    if request.param == "fake":
        fake = FakeHospitalServer()
        fake.configured = PulledConfiguration(1, (DatedConfiguration(date(2026, 1, 1), json.dumps(document())),))
        yield Enrolled(fake, chain)
        return
    with campus_of(tmp_path) as campus:
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw().hex()
        with closing(HttpServer(campus.url, "")) as stranger:
            request_ = EnrolRequest(code=campus.code(), public_key=public, store_id=chain.store_id, series="A")
            answer = stranger.enrol(request_)
        signer = Signer(key, HOSPITAL, answer.key_id, answer.public_url)
        with closing(HttpServer(campus.url, HOSPITAL, signer=signer)) as server:
            yield Enrolled(server, chain)


def claim_of(new: Chain, former: Chain, *, series: str | None = None) -> StoreClaim:
    return StoreClaim(new.store_id, former.store_id, series, tuple(event.event_id for event in former.events))


def test_the_configuration_comes_whole_and_its_revision_with_each_exchange(enrolled: Enrolled) -> None:
    pulled = enrolled.server.configuration()
    assert pulled.revision == enrolled.server.exchange(enrolled.chain.push()).config_revision == 1
    (only,) = pulled.documents
    assert json.loads(only.untrusted_document)["facility_id"] == HOSPITAL


def test_a_new_store_gets_a_new_series_and_hears_what_is_held(enrolled: Enrolled) -> None:
    former, new = enrolled.chain.issue_many(3), Chain("", HOSPITAL)
    enrolled.server.exchange(former.push(1, 2))
    grant = enrolled.server.register(claim_of(new, former))
    assert grant.series not in ("A", grant.reserve_series)
    assert grant.held == {event.event_id for event in former.events[:2]}
    new.series = grant.series
    assert enrolled.server.exchange(new.issue_many(1).push()).acked_seq == 1


def test_the_same_claim_again_gets_the_same_grant(enrolled: Enrolled) -> None:
    claim = claim_of(Chain("", HOSPITAL), enrolled.chain.issue_many(1))
    assert enrolled.server.register(claim) == enrolled.server.register(claim)


def test_a_series_that_was_given_in_reserve_is_kept(enrolled: Enrolled) -> None:
    second = Chain("", HOSPITAL)
    first = enrolled.server.register(claim_of(second, enrolled.chain))
    third = Chain(first.reserve_series or "", HOSPITAL)
    grant = enrolled.server.register(claim_of(third, second, series=first.reserve_series))
    assert grant.series == first.reserve_series
    assert grant.reserve_series not in (first.series, first.reserve_series)


def test_a_second_machine_with_our_key_is_told_so(enrolled: Enrolled) -> None:
    """Two copies of one store both begin anew: the second is refused."""
    enrolled.server.register(claim_of(Chain("", HOSPITAL), enrolled.chain))
    with pytest.raises(ServerError) as caught:
        enrolled.server.register(claim_of(Chain("", HOSPITAL), enrolled.chain))
    assert caught.value.code == "STATION_CLONED"
