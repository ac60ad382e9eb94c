"""The facility QR holds what PHR apps read, and never what ABDM forbids."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.abdm.facility_qr import check_counter, facility_url, qr_matrix
from kiosk.errors import SettingError
from kiosk.model.qr import Kind, classify
from tests.model.samples import MONDAY

HOST, HIP = "phrsbx.abdm.gov.in", "IN0000000000"
NAMES = ("District Hospital", "HFR-77", "91000000000018")


def test_the_address_is_the_published_one() -> None:
    url = "https://phrsbx.abdm.gov.in/share-profile?hip-id=IN0000000000&counter-id=OPD1"
    assert facility_url(HOST, HIP, "OPD1") == url


def test_values_are_encoded() -> None:
    url = facility_url(HOST, "IN_0@x/y", "OPD1")
    assert url.endswith("?hip-id=IN_0%40x%2Fy&counter-id=OPD1")
    assert parse_qs(urlsplit(url).query)["hip-id"] == ["IN_0@x/y"]


def test_a_patient_who_scans_it_at_the_kiosk_is_told() -> None:
    assert classify(facility_url(HOST, HIP, "OPD1"), MONDAY).kind is Kind.FACILITY


@given(st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True).filter(lambda text: not text.isdecimal()))
def test_letters_and_digits_come_back(counter: str) -> None:
    assert parse_qs(urlsplit(facility_url(HOST, HIP, counter, NAMES)).query)["counter-id"] == [counter]


@pytest.mark.parametrize("counter", ["", "a" * 21, "OPD-1", "OPD 1", "ओपीडी", "OPD1\n", "७", "a&b", "é"])
def test_other_characters_are_refused(counter: str) -> None:
    with pytest.raises(SettingError, match="1 to 20 letters"):
        check_counter(counter)


@pytest.mark.parametrize("counter", ["IN0000000000", "in0000000000", "DISTRICTHOSPITAL", "DistrictHospital", "hfr77"])
def test_ids_and_names_of_the_facility_are_forbidden(counter: str) -> None:
    with pytest.raises(SettingError, match="choose another"):
        facility_url(HOST, HIP, counter, NAMES)


def test_ids_of_professionals_are_forbidden() -> None:
    with pytest.raises(SettingError, match="professional"):
        check_counter("71000000000018")
    check_counter("7100000000001")


@pytest.mark.parametrize("host", ["", "https://phr.abdm.gov.in", "phr.abdm.gov.in/x", "a b", "PHR", "a?b"])
def test_a_host_is_a_host(host: str) -> None:
    with pytest.raises(SettingError, match="phr_host"):
        facility_url(host, HIP, "OPD1")


@pytest.mark.parametrize("hip_id", ["", "IN 0", "IN0\n", "x" * 65, "आईएन"])
def test_a_facility_has_an_id(hip_id: str) -> None:
    with pytest.raises(SettingError):
        facility_url(HOST, hip_id, "OPD1")


def test_the_matrix_is_square_and_without_its_quiet_zone() -> None:
    matrix = qr_matrix(facility_url(HOST, HIP, "OPD1"), "m")
    assert {len(row) for row in matrix} == {len(matrix)} == {37}
    assert {module for row in matrix for module in row} == {0, 1}
    assert matrix[0][:8] == bytes([1] * 7 + [0])
    assert len(qr_matrix(facility_url(HOST, HIP, "OPD1"))) > len(matrix)
