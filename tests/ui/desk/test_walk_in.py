"""Patients without a card, from the first touch to the number."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kiosk.model.age import Unit
from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.token import Priority, SlipState, State, Token
from kiosk.model.walk_in import Field
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.walk_in import WalkInPage
from tests.desk_counter import BOSS, Counter
from tests.model.samples import ASHA, HOSPITAL, MEDICINE, minutes
from tests.ui.desk.rig import PIN, PageRig, page_rig

Rig = PageRig[WalkInPage]


@contextmanager
def walk_in(
    folder: Path, application: QApplication, who: str = "R1", place: Place | None = None, desk: Counter | None = None
) -> Iterator[Rig]:
    with page_rig(
        folder,
        application,
        lambda metrics, session, today: WalkInPage(metrics, session, today, calm_ms=0),
        who=who,
        place=place,
        desk=desk,
        size=(1366, 655),
    ) as rig:
        yield rig


@pytest.fixture
def rig(tmp_path: Path, qapp: QApplication) -> Iterator[Rig]:
    with walk_in(tmp_path / "desk", qapp, place=Place("", ("MED", "EYE"))) as rig:
        yield rig


def fill(rig: Rig, **texts: str) -> None:
    for name, text in texts.items():
        rig.page.form.entries[Field(name)].fill(text)


def issue(qtbot: QtBot, rig: Rig) -> Token:
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.where.issue)
    (*_, row) = rig.desk.store.tokens(rig.today.day)
    return row.token


def on_form(rig: Rig) -> bool:
    return rig.page.form.isVisible()


# --- one token --------------------------------------------------------------------------------------------------------


def test_the_department_is_enough(qtbot: QtBot, rig: Rig) -> None:
    assert not rig.page.where.issue.isEnabled()
    rig.touch(rig.page.where.tiles["MED"])
    token = issue(qtbot, rig)
    assert (token.label, token.source, token.priority) == ("MA-001", "walk_in", Priority.ROUTINE)
    assert rig.page.shown.label.text() == "MA-001"
    assert "The slip is being printed." in rig.texts()
    assert rig.desk.last().body["staff"] == "R1"


def test_the_only_department_of_the_desk_needs_no_touch(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> None:
    with walk_in(tmp_path / "desk", qapp, place=Place("12", ("EYE",))) as rig:
        assert issue(qtbot, rig).label == "EA-001"


def test_all_that_is_typed_is_kept(qtbot: QtBot, rig: Rig) -> None:
    fill(rig, name="Asha Devi", age="41", mobile="9000000000", abha="91-0000-0000-0018")
    rig.touch(rig.page.form.sexes.buttons[Sex.FEMALE])
    rig.touch(rig.page.where.tiles["EYE"])
    token = issue(qtbot, rig)
    patient = rig.desk.store.patient_of(token.token_id)
    assert patient == Patient("91000000000018", None, "Asha Devi", Sex.FEMALE, BirthDate(1985), "9000000000")


def test_the_form_is_empty_for_the_next_patient(qtbot: QtBot, rig: Rig) -> None:
    fill(rig, name="Asha Devi", age="70")
    rig.touch(rig.page.where.tiles["MED"])
    issue(qtbot, rig)
    rig.touch(rig.page.shown.next)
    assert on_form(rig)
    assert rig.page.form.draft().name == ""
    assert rig.page.where.priority is Priority.ROUTINE
    assert rig.page.where.department is None


def test_the_slip_speaks_the_language_that_was_chosen(qtbot: QtBot, rig: Rig) -> None:
    rig.touch(rig.page.where.tiles["MED"])
    rig.touch(rig.page.where.languages.buttons["gu"])
    token = issue(qtbot, rig)
    (job,) = rig.desk.store.due_slips(token.issued_at)
    assert job.language == "gu"


def test_a_slip_that_fails_is_told_where_the_number_stands(qtbot: QtBot, rig: Rig) -> None:
    rig.touch(rig.page.where.tiles["MED"])
    token = issue(qtbot, rig)
    (job,) = rig.desk.store.due_slips(token.issued_at)
    rig.desk.store.slip_moved(job.job_id, SlipState.FAILED, rig.desk.clock.now(), "PRINTER_GONE")
    rig.session.refresh()
    qtbot.waitUntil(lambda: "No slip came out: read the number out." in rig.texts())


def test_what_goes_wrong_is_told_where_it_is_seen(qtbot: QtBot, rig: Rig) -> None:
    rig.session.told.emit("STORE_FULL", {})
    assert "The disk is full: nothing can be written until there is room." in rig.texts()
    rig.touch(rig.page.where.tiles["MED"])
    issue(qtbot, rig)
    rig.session.told.emit("STORE_FULL", {})
    assert "The disk is full: nothing can be written until there is room." in rig.texts()


# --- who it is --------------------------------------------------------------------------------------------------------


def test_a_baby_is_named_after_its_mother(rig: Rig) -> None:
    rig.touch(rig.page.form.baby)
    rig.type(rig.page.form.entries[Field.NAME].edit, "Sunita")
    fill(rig, age="2")
    draft = rig.page.form.draft()
    assert (draft.name, draft.unit) == ("Baby of Sunita", Unit.DAYS)
    assert rig.page.where.priority is Priority.INFANT


def test_nobody_knows_who_it_is(qtbot: QtBot, rig: Rig) -> None:
    rig.touch(rig.page.form.unknown)
    rig.touch(rig.page.where.tiles["MED"])
    token = issue(qtbot, rig)
    patient = rig.desk.store.patient_of(token.token_id)
    assert patient is not None
    assert patient.name == "Unknown patient"


def test_what_could_be_code_is_refused(rig: Rig) -> None:
    rig.touch(rig.page.where.tiles["MED"])
    fill(rig, name="<script>")
    assert not rig.page.where.issue.isEnabled()
    assert "This name has signs that no name has: please type it again." in rig.texts()
    fill(rig, name="Asha")
    assert rig.page.where.issue.isEnabled()


def test_the_class_follows_the_age_until_somebody_says_otherwise(rig: Rig) -> None:
    shown = []
    for age in ("70", "30"):
        fill(rig, age=age)
        shown.append(rig.page.where.priority)
    rig.touch(rig.page.where.priorities.buttons[Priority.PREGNANT])
    fill(rig, age="31")
    shown.append(rig.page.where.priority)
    assert shown == [Priority.ELDERLY, Priority.ROUTINE, Priority.PREGNANT]


def test_the_keyboard_comes_with_a_touch_and_goes_with_done(rig: Rig) -> None:
    page = rig.page
    rig.touch(page.form.entries[Field.NAME].edit)
    assert page.keyboard.isVisible()
    assert not page.where.isVisible()
    page.keyboard.choose("devanagari")
    rig.touch(page.keyboard.boards["devanagari"].keys["क"])
    assert page.form.draft().name == "क"
    rig.touch(page.form.entries[Field.MOBILE].edit)
    rig.touch(page.keyboard.digits.keys["9"])
    assert page.form.draft().mobile == "9"
    rig.touch(page.keyboard.done)
    assert page.where.isVisible()


def test_a_real_keyboard_brings_up_no_other(rig: Rig) -> None:
    rig.type(rig.page.form.entries[Field.NAME].edit, "Asha")
    assert rig.page.form.draft().name == "Asha"
    assert rig.page.where.isVisible()


def test_a_card_that_was_scanned_fills_the_form(qtbot: QtBot, rig: Rig) -> None:
    fill(rig, name="Somebody else")
    assert rig.page.take_newcomer(ASHA)
    rig.touch(rig.page.where.tiles["EYE"])
    assert rig.desk.store.patient_of(issue(qtbot, rig).token_id) == ASHA


# --- somebody known ---------------------------------------------------------------------------------------------------

KNOWN = Patient(None, "asha@abdm", "Asha Devi", Sex.FEMALE, BirthDate(1984, 3, 7), "9000000000", "House 12")


def known_token(rig: Rig, department: str = "MED") -> Token:
    issued = rig.desk.work.walk_in(BOSS, KNOWN, department, "en")
    rig.session.refresh()
    return issued.token


def find(qtbot: QtBot, rig: Rig) -> None:
    fill(rig, name="Asha", mobile="9000000000")
    qtbot.waitUntil(lambda: [card.isVisible() for card in rig.page.cards.cards] == [True])


def test_somebody_with_a_token_is_recognised_and_shown_it(qtbot: QtBot, rig: Rig) -> None:
    token = known_token(rig)
    qtbot.waitUntil(lambda: bool(rig.session.rows))
    find(qtbot, rig)
    told = rig.texts()
    assert all(part in told for part in ("Asha D.", "42 years", "Female", "••••••0000", "MA-001", "09:00"))
    assert "House 12" not in told
    rig.touch_named("The same person")
    assert rig.page.shown.label.text() == token.label
    with qtbot.waitSignal(rig.session.acted):
        rig.touch(rig.page.shown.reprint)
    assert rig.desk.acts.token(token.token_id).copies == 1


def test_the_same_person_may_need_another_department_too(qtbot: QtBot, rig: Rig) -> None:
    known_token(rig)
    qtbot.waitUntil(lambda: bool(rig.session.rows))
    find(qtbot, rig)
    rig.touch_named("The same person")
    rig.touch(rig.page.shown.other)
    assert on_form(rig)
    rig.touch(rig.page.where.tiles["MED"])
    rig.touch(rig.page.where.issue)
    assert rig.page.shown.label.text() == "MA-001", "not a second one of the same department"
    rig.touch(rig.page.shown.other)
    rig.touch(rig.page.where.tiles["EYE"])
    token = issue(qtbot, rig)
    assert (token.label, rig.desk.store.patient_of(token.token_id)) == ("EA-001", KNOWN)


def test_another_person_stays_another(qtbot: QtBot, rig: Rig) -> None:
    known_token(rig)
    qtbot.waitUntil(lambda: bool(rig.session.rows))
    find(qtbot, rig)
    rig.touch(rig.page.cards.none_of_them)
    assert not rig.page.cards.cards
    fill(rig, name="Asha De")
    rig.touch(rig.page.where.tiles["MED"])
    assert issue(qtbot, rig).label == "MA-002"


def test_those_behind_come_up_when_the_first_are_others(qtbot: QtBot, rig: Rig) -> None:
    for department in ("MED", "EYE", "SUR"):
        known_token(rig, department)
    qtbot.waitUntil(lambda: len(rig.session.rows) == 3)
    fill(rig, name="Asha", mobile="9000000000")
    qtbot.waitUntil(lambda: len(rig.page.cards.cards) == 2)
    rig.touch(rig.page.cards.none_of_them)
    qtbot.waitUntil(lambda: len(rig.page.cards.cards) == 1)
    rig.touch(rig.page.cards.none_of_them)
    assert not rig.page.cards.cards


def test_who_was_here_the_day_before_lends_the_details(qtbot: QtBot, rig: Rig) -> None:
    known_token(rig)
    rig.desk.clock.move(minutes(24 * 60))
    rig.session.refresh()
    rig.page.redraw()
    qtbot.waitUntil(lambda: bool(rig.today.earlier))
    find(qtbot, rig)
    assert "23-11-2026" in rig.texts()
    rig.touch_named("The same person")
    assert on_form(rig)
    assert rig.page.form.draft().name == "Asha Devi"
    rig.touch(rig.page.where.tiles["MED"])
    token = issue(qtbot, rig)
    assert rig.desk.store.patient_of(token.token_id) == KNOWN


def test_nothing_of_patients_stays_when_nobody_is_signed_in(qtbot: QtBot, rig: Rig) -> None:
    known_token(rig)
    rig.desk.clock.move(minutes(24 * 60))
    rig.session.refresh()
    rig.page.redraw()
    qtbot.waitUntil(lambda: bool(rig.today.earlier))
    find(qtbot, rig)
    rig.session.sign_out()
    rig.page.forget()
    assert "Asha" not in rig.texts()
    assert rig.page.form.draft().name == rig.page.form.draft().mobile == ""
    assert not rig.today.earlier


# --- with a supervisor's word -----------------------------------------------------------------------------------------


def give_pin(qtbot: QtBot, rig: Rig, pin: str = PIN) -> None:
    for digit in pin:
        rig.touch(rig.page.approval.pin.pad.keys[digit])


def test_beyond_the_quota_a_supervisor_says_so(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> None:
    full = replace(HOSPITAL, departments=(replace(MEDICINE, quota=0),))
    with walk_in(tmp_path / "desk", qapp) as rig:
        rig.desk.facility = full
        rig.touch(rig.page.where.issue)
        qtbot.waitUntil(rig.page.approval.isVisible)
        assert "No tokens are left here today." in rig.texts()
        give_pin(qtbot, rig, "111111")
        qtbot.waitUntil(lambda: "This PIN is wrong. Please try again." in rig.texts())
        with qtbot.waitSignal(rig.session.acted):
            give_pin(qtbot, rig)
        assert rig.page.shown.label.text() == "MA-001"
        assert rig.desk.last().body["approved_by"] == "S1"


def test_a_closed_department_is_marked_and_a_supervisor_may_open_it_for_one(
    tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    with walk_in(tmp_path / "desk", qapp) as rig:
        rig.desk.work.change_opening(BOSS, "MED", "", False, "Doctor is absent")
        rig.desk.facility = rig.today.facility
        rig.page.redraw()
        qtbot.waitUntil(lambda: "Medicine (closed)" in rig.texts())
        rig.desk.facility = rig.today.facility
        rig.touch(rig.page.where.issue)
        qtbot.waitUntil(rig.page.approval.isVisible)
        rig.touch(rig.page.approval.back)
        assert on_form(rig)
        assert not rig.desk.store.tokens(rig.today.day)


def test_an_emergency_needs_a_supervisor(qtbot: QtBot, rig: Rig) -> None:
    rig.touch(rig.page.where.tiles["MED"])
    rig.touch(rig.page.where.priorities.buttons[Priority.EMERGENCY])
    rig.touch(rig.page.where.issue)
    assert rig.page.approval.isVisible()
    with qtbot.waitSignal(rig.session.acted):
        give_pin(qtbot, rig)
    (row,) = rig.desk.store.tokens(rig.today.day)
    assert (row.token.priority, row.token.state) == (Priority.EMERGENCY, State.WAITING)


def test_a_supervisor_needs_nobody_for_an_emergency(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> None:
    with walk_in(tmp_path / "desk", qapp, who="S1") as rig:
        rig.touch(rig.page.where.priorities.buttons[Priority.EMERGENCY])
        assert issue(qtbot, rig).priority is Priority.EMERGENCY
