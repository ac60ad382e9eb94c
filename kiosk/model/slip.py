"""What a slip says, before anybody draws it. Wording in the patient's language and in English."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from kiosk.model.opd import ENGLISH, Facility, text_in
from kiosk.model.patient import Patient, Sex
from kiosk.model.slip_words import SEX_WORDS, WORDS
from kiosk.model.token import Token


def sex_word(sex: Sex, language: str) -> str:
    """Empty where the patient did not say."""
    return text_in(SEX_WORDS.get(sex, {}), language)


@dataclass(frozen=True)
class Slip:
    """The facts on one slip, each already worded; empty texts are left out by the layout.

    Attributes:
        token_id: carried by the QR.
        department: in the patient's language; ``department_second`` in the second one, empty where it is the same.
        where: room or next step, likewise.
        when: service day and time of issue, local.
        person: first name and initial, age and sex.
        duplicate: ``DUPLICATE 1 / डुप्लिकेट 1`` on a reprint.
        second_language: of what stands beneath or behind a stroke; empty for none.
    """

    token_id: str
    facility: str
    facility_second: str
    heading: str
    label: str
    department: str
    department_second: str
    where: str
    where_second: str
    when: str
    ahead: str
    person: str = field(repr=False)
    abha: str = field(repr=False)
    duplicate: str = ""
    language: str = ENGLISH
    second_language: str = ENGLISH


def slip_of(
    token: Token,
    patient: Patient | None,
    facility: Facility,
    language: str,
    people_ahead: int | None,
    copy: int,
    second: str = ENGLISH,
) -> Slip:
    """The slip of ``token`` as ``language`` says it; the patient may be purged, typed or unknown (None)."""
    department = facility.department(token.queue_department)
    room = partial(_where, facility, token.queue_department)
    return Slip(
        token_id=token.token_id,
        facility=facility.name(language),
        facility_second=_second(facility.name, language, second),
        heading=_both("token", language, second),
        label=token.label,
        department=department.name(language) if department else token.queue_department,
        department_second=_second(department.name, language, second) if department else "",
        where=room(language),
        where_second=_second(room, language, second),
        when=_when(token.service_day, facility.local(token.issued_at)),
        ahead="" if people_ahead is None else _both("ahead", language, second, f": {people_ahead}"),
        person=_person(patient, token.service_day, language) if patient else "",
        abha=f"{text_in(WORDS['abha'], ENGLISH)} {patient.masked_id}" if patient and patient.masked_id else "",
        duplicate="" if copy == 0 else _duplicate(copy, language),
        language=language,
        second_language=second,
    )


def _second(say: Callable[[str], str], language: str, second: str) -> str:
    """Empty where there is no second language, or it says the same."""
    said = say(second) if second else ""
    return "" if said == say(language) else said


def _where(facility: Facility, code: str, language: str) -> str:
    department = facility.department(code)
    if department is None:
        return ""
    if department.room:
        return f"{text_in(WORDS['room'], language)} {department.room}"
    return text_in(department.next_step, language)


def _when(service_day: date, local: datetime) -> str:
    return f"{service_day:%d-%m-%Y}  {local:%H:%M}"


def _person(patient: Patient, service_day: date, language: str) -> str:
    age = f"{patient.birth.age_on(service_day)} {text_in(WORDS['years'], language)}" if patient.birth else ""
    return ", ".join(part for part in (patient.short_name, age, sex_word(patient.sex, language)) if part)


def _both(word: str, language: str, second: str, fact: str = "") -> str:
    """The ``fact`` stands with the first language: where a line is too long, its end is cut off."""
    texts = WORDS[word]
    other = _second(partial(text_in, texts), language, second)
    own = text_in(texts, language) + fact
    return f"{own} / {other}" if other else own


def _duplicate(copy: int, language: str) -> str:
    texts = WORDS["duplicate"]
    own, english = text_in(texts, language), texts[ENGLISH]
    return f"{english} {copy}" if own == english else f"{english} {copy} / {own} {copy}"
