"""What a slip says, in the patient's language and in English, and what it leaves out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.slip import Slip, sex_word, slip_of
from kiosk.model.slip_words import SEX_WORDS, WORDS
from tests.model.samples import ASHA, HOSPITAL, MEDICINE, NUMBER, token

HINDI = replace(ASHA, name="आशा श्रीवास्तव")


def slip(
    language: str = "hi", patient: Patient | None = HINDI, ahead: int | None = 3, copy: int = 0, **changes: object
) -> Slip:
    return slip_of(token(**changes), patient, HOSPITAL, language, ahead, copy)


def test_a_slip_in_hindi() -> None:
    assert slip() == Slip(
        token_id="t1",
        facility="ज़िला अस्पताल",
        facility_second="District Hospital",
        heading="ओपीडी टोकन / OPD token",
        label="MA-017",
        department="मेडिसिन",
        department_second="Medicine",
        where="कमरा 12",
        where_second="Room 12",
        when="23-11-2026  09:00",
        ahead="आपसे आगे लोग: 3 / People ahead of you",
        person="आशा श्री., 42 वर्ष, महिला",
        abha="ABHA XX-XXXX-XXXX-0018",
        language="hi",
    )


def test_a_slip_in_english_says_nothing_twice() -> None:
    said = slip("en", ASHA)
    assert (said.facility, said.heading, said.where) == ("District Hospital", "OPD token", "Room 12")
    assert (said.facility_second, said.department_second, said.where_second) == ("", "", "")
    assert said.person == "Asha D., 42 years, Female"


@pytest.mark.parametrize(
    ("second", "heading"), [("", "ओपीडी टोकन"), ("gu", "ओपीडी टोकन / ઓપીડી ટોકન"), ("hi", "ओपीडी टोकन")]
)
def test_a_hospital_chooses_the_second_language(second: str, heading: str) -> None:
    said = slip_of(token(), HINDI, HOSPITAL, "hi", 3, 0, second)
    assert (said.heading, said.second_language) == (heading, second)
    assert (said.department_second == "") == (second in ("", "hi"))


def test_the_next_step_stands_where_there_is_no_room() -> None:
    said = slip(queue_department="EYE")
    assert (said.where, said.where_second) == ("पहले काउंटर 2", "First counter 2")
    assert slip(queue_department="SUR").where == ""


def test_a_transferred_token_sends_the_patient_to_the_new_queue_under_the_old_label() -> None:
    said = slip("en", queue_department="EYE")
    assert (said.label, said.department) == ("MA-017", "Eye")


def test_a_department_that_is_no_more_is_named_by_its_code() -> None:
    said = slip(queue_department="GONE")
    assert (said.department, said.department_second, said.where) == ("GONE", "", "")


def test_people_ahead_are_left_out_when_not_known_and_told_when_none() -> None:
    assert slip(ahead=None).ahead == ""
    assert slip("en", ahead=0).ahead == "People ahead of you: 0"


@pytest.mark.parametrize(("copy", "said"), [(0, ""), (1, "DUPLICATE 1 / डुप्लिकेट 1"), (2, "DUPLICATE 2 / डुप्लिकेट 2")])
def test_only_copies_are_marked(copy: int, said: str) -> None:
    assert slip(copy=copy).duplicate == said
    assert slip("en", copy=copy).duplicate == said.partition(" /")[0]


@pytest.mark.parametrize(
    ("patient", "person"),
    [
        (None, ""),
        (Patient(NUMBER), ""),
        (Patient(NUMBER, name="Asha"), "Asha"),
        (Patient(NUMBER, name="Asha Devi", sex=Sex.UNDISCLOSED), "Asha D."),
        (Patient(NUMBER, birth=BirthDate(1984)), "42 years"),
        (Patient(NUMBER, name="Asha", birth=BirthDate(2026, 11, 1), sex=Sex.FEMALE), "Asha, 0 years, Female"),
    ],
)
def test_the_person_is_told_as_far_as_known(patient: Patient | None, person: str) -> None:
    assert slip("en", patient).person == person


def test_no_slip_shows_a_whole_name_number_or_mobile() -> None:
    said = " ".join(str(value) for value in vars(slip("en", ASHA)).values())
    assert not [text for text in ("Devi", NUMBER, "9100", "9000000000", "asha.devi") if text in said]
    assert slip("en", Patient(abha_address="asha.devi@abdm")).abha == "ABHA as•••@abdm"
    assert slip(patient=None).abha == ""
    assert "Asha" not in repr(slip("en", ASHA))


def test_the_time_is_local_and_the_day_is_the_service_day() -> None:
    after_midnight = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert slip(issued_at=after_midnight).when == "23-11-2026  01:30"


def test_a_language_without_words_falls_back_to_english() -> None:
    said = slip("sat")
    assert (said.heading, said.where, said.department) == ("OPD token", "Room 12", MEDICINE.name("en"))
    assert sex_word(Sex.FEMALE, "sat") == "Female"


def test_each_language_has_all_the_words() -> None:
    languages = WORDS["token"].keys()
    assert len(languages) == 13
    assert all(texts.keys() == languages for word, texts in WORDS.items() if word != "abha")
    assert all(texts.keys() == languages for texts in SEX_WORDS.values())


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_word_exists_in_the_languages_of_the_first_screen(word: str, language: str) -> None:
    assert WORDS[word][language]
