"""Names compared as people spell them: scripts, spellings, titles and order do not matter; other people's names do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.matching import CLOSE
from kiosk.model.names import name_similarity, name_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Asha Devi", "ASHA  DEVI"),
        ("Asha Devi", "Devi, Asha"),
        ("Asha Devi", "Smt. Asha Devi"),
        ("Asha Devi", "श्रीमती आशा देवी"),
        ("Asha Devi", "Aasha Devee"),
        ("Asha Devi", "A. Devi"),
        ("Asha Devi", "Asha"),
        ("Ｒam Kumar", "राम कुमार"),
        ("Ram Kumar", "Ramkumar"),
        ("Shri Krishna Singh", "श्री कृष्ण सिंह"),
        ("Laxmi", "Lakshmi"),
        ("Laxmi", "लक्ष्मी"),
        ("Mohd Irfan", "Mohammed Irfan"),
        ("Muhammad Irfan", "मोहम्मद इरफ़ान"),
        ("Chaudhary", "चौधरी"),
        ("Gurpreet Singh", "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ"),
        ("Umesh Patel", "ઉમેશ પટેલ"),
        ("Murugan", "முருகன்"),
        ("Subhash", "ସୁଭାଷ"),
        ("Basavaraj", "ಬಸವರಾಜ"),
        ("Tirupathi", "తిరుపతి"),
        ("Ravi", "രവി"),
        ("Mohammad", "মোহাম্মদ"),
        ("ज़ाकिर", "जाकिर"),
        ("Zakir", "ज़ाकिर"),
        ("Peter D'Souza", "Peter Dsouza"),
        ("José", "Jose"),
        ("محمد", "محمد"),
        ("Kumari", "Kumari"),
    ],
)
def test_the_same_name_is_close_however_it_is_written(one: str, other: str) -> None:
    assert name_similarity(one, other) >= CLOSE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ram Kumar", "Shyam Kumar"),
        ("Ramesh", "Rajesh"),
        ("Anita", "Amita"),
        ("Sunita Devi", "Sangita Devi"),
        ("Kiran", "Karan"),
        ("सीता", "गीता"),
        ("Asha Devi", "Usha Devi"),
        ("A. Devi", "Usha Devi"),
        ("Suresh Patel", "Naresh Patel"),
        ("", "Asha"),
        ("", ""),
        ("...", "Asha"),
    ],
)
def test_other_names_are_not_close(one: str, other: str) -> None:
    assert name_similarity(one, other) < CLOSE


def test_titles_are_left_out_unless_there_is_nothing_else() -> None:
    assert name_words("Dr. Smt Asha") == name_words("आशा") == ("asa",)
    assert name_words("श्री") == name_words("Shri") == ("sri",)


NAMES = st.text(st.sampled_from("aehmrsxy .'आशरामकुि्ंமுகன் Ａé\u200d🙂"), max_size=15) | st.text(max_size=10)


@given(NAMES, NAMES)
def test_likeness_is_the_same_both_ways_and_has_bounds(one: str, other: str) -> None:
    assert 0 <= name_similarity(one, other) == name_similarity(other, one) <= 1


@given(NAMES)
def test_a_name_is_like_itself_in_any_order(name: str) -> None:
    turned = " ".join(reversed(name.split()))
    assert name_similarity(name, name) == (1.0 if name_words(name) else 0.0)
    assert sorted(name_words(turned)) == sorted(name_words(name))
