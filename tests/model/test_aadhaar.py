"""Of an Aadhaar QR three things are taken, from kinds that are understood for certain; all else is refused."""

import gzip
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.aadhaar import Aadhaar, AadhaarError, read_aadhaar
from kiosk.model.patient import BirthDate, Patient, Sex
from tests.aadhaar_cards import ADDRESS, OLD, REFERENCE, number_of, secure_qr, signed_part

YEAR = 2026
ASHA = Patient(name="Asha Devi", sex=Sex.FEMALE, birth=BirthDate(1984))


def code_of(text: str) -> str:
    with pytest.raises(AadhaarError) as caught:
        read_aadhaar(text, YEAR)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        secure_qr(signed_part()),
        secure_qr(signed_part(version="V2", status="3")),
        secure_qr(signed_part(birth="1984")),
        f"  {secure_qr(signed_part())}\r\n",
        OLD,
        OLD.replace("<?xml", "</?xml"),
        OLD.replace(' yob="1984"', ' dob="07/03/1984"'),
        OLD.replace("/>", ">"),
    ],
)
def test_name_sex_and_year_are_taken(text: str) -> None:
    assert read_aadhaar(text, YEAR).patient == ASHA


def test_nothing_else_is_kept() -> None:
    for text in (secure_qr(signed_part()), OLD):
        kept = read_aadhaar(text, YEAR)
        patient = pickle.dumps(kept.patient)
        assert not any(part.encode() in patient for part in (REFERENCE, "000000", *filter(None, ADDRESS[:2])))
        assert "Asha" not in repr(kept)


def test_what_is_signed_is_all_but_the_signature() -> None:
    proof = read_aadhaar(secure_qr(signed_part()), YEAR).proof
    assert proof is not None
    assert proof.signed == signed_part()
    assert proof.signature == bytes(256)
    assert read_aadhaar(OLD, YEAR).proof is None


def test_latin_letters_with_accents_come_through() -> None:
    assert read_aadhaar(secure_qr(signed_part("José D'Souza")), YEAR).name == "José D'Souza"


@pytest.mark.parametrize("version", ["V3", "V5", "V10"])
def test_versions_of_an_unknown_order_are_declined(version: str) -> None:
    assert code_of(secure_qr(signed_part(version=version))) == "AADHAAR_VERSION"


@pytest.mark.parametrize("text", ['<QPDB n="x" />', '<?xml version="1.0"?><QDA/>', "", "hello"])
def test_other_kinds_are_declined(text: str) -> None:
    assert code_of(text) == "AADHAAR_VERSION"


@pytest.mark.parametrize(
    "text",
    [
        "7" * 500,
        "9" * 7090,
        number_of(gzip.compress(b"0\xffref\xffname")),
        number_of(gzip.compress(bytes(300))),
        number_of(gzip.compress(bytes(50_000_000))),
        number_of(gzip.compress(signed_part() + bytes(256))[:-40]),
        OLD.replace('name="', "name="),
    ],
    ids=["digits", "too long", "short", "zeros", "bomb", "cut", "broken element"],
)
def test_damaged_ones_are_refused(text: str) -> None:
    assert code_of(text) == "AADHAAR_DAMAGED"


@pytest.mark.parametrize("name", ["", "=1+1", "<b>", "a\x00b", "A\u202eB"])
def test_names_that_could_be_code_are_refused(name: str) -> None:
    text = OLD.replace("Asha Devi", name.replace("<", "&lt;"))
    assert code_of(text) in {"AADHAAR_UNUSABLE", "AADHAAR_DAMAGED"}


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert code_of(bomb + OLD.replace("Asha Devi", "&b;")) == "AADHAAR_VERSION"
    assert code_of(OLD.replace("Asha Devi", "&b;")) == "AADHAAR_DAMAGED"


@pytest.mark.parametrize(("birth", "year"), [("01-01-1889", None), ("01-01-2027", None), ("", None), ("2026", 2026)])
def test_a_year_that_cannot_be_is_left_out(birth: str, year: int | None) -> None:
    assert read_aadhaar(secure_qr(signed_part(birth=birth)), YEAR).birth_year == year


@given(st.text() | st.text("0123456789", max_size=9000) | st.text(max_size=60).map(lambda text: OLD + text))
def test_whatever_comes_there_is_an_answer(text: str) -> None:
    try:
        assert isinstance(read_aadhaar(text, YEAR), Aadhaar)
    except AadhaarError:
        return


@given(st.binary(max_size=2000), st.integers(0, 4))
def test_whatever_was_packed_there_is_an_answer(data: bytes, fields: int) -> None:
    packed = b"\xff".join([b"0", b"1", b"2"][:fields]) + data + b"\xff" * 20
    try:
        assert isinstance(read_aadhaar(number_of(gzip.compress(packed)), YEAR), Aadhaar)
    except AadhaarError:
        return
