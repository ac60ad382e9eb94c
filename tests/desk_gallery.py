"""The front desk's screens with a long day's data, for the gallery and for the test that looks for clipped words."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from kiosk.model.configuration import StaffMember
from kiosk.rolls import RollNotes
from kiosk.ui.desk.aadhaar import Trust
from kiosk.ui.desk.pages import desk_pages
from kiosk.ui.desk.place import Place
from kiosk.ui.desk.queue_order import Group
from kiosk.ui.desk.session import DeskSession
from kiosk.ui.desk.today import DeskToday
from kiosk.ui.desk.window import SIGN_IN, PageKind
from tests import desk_gallery_pages as pages
from tests.ui.desk.desk import Desk
from tests.ui.desk.long_day import FIRST, LAST, ROOM, LongDay
from tests.ui.desk.rig import PIN, STAFF

DESK_SIZES = ((1366, 768), (1920, 1080))
LANGUAGES = ("en", "hi")
CROWD = tuple(
    StaffMember(f"C{number}", f"{FIRST[number % 11][0]} {LAST[number % 13]}", "caller") for number in range(26)
)
PLACE = Place(ROOM, ("MED",))


@dataclass(frozen=True)
class DeskShot:
    """A screen to grab; ``prepare`` brings an entered desk there. ``staff_id`` empty stays at the sign-in."""

    name: str
    prepare: Callable[[Desk], object]
    staff_id: str = "N1"
    place: Place | None = PLACE
    staff: Sequence[StaffMember] = STAFF


def desk_shots() -> Iterator[DeskShot]:
    """Every state that staff meet."""
    nothing: Callable[[Desk], None] = lambda desk: None  # noqa: E731
    yield DeskShot("sign-in", nothing, staff_id="")
    yield DeskShot("sign-in many", nothing, staff_id="", staff=CROWD)
    yield DeskShot("sign-in search", _search_staff, staff_id="", staff=CROWD)
    yield DeskShot("sign-in wrong", _wrong_pin, staff_id="")
    yield DeskShot("place", nothing, place=None)
    yield DeskShot("place chosen", _choose_place, place=None)
    yield DeskShot("called", nothing)
    yield DeskShot("nobody called", partial(_act, "complete"))
    yield DeskShot("serving", partial(_act, "start"))
    yield DeskShot("just called", _call_next)
    yield DeskShot("details shown", partial(_act, "show_details"))
    yield DeskShot("line touched", lambda desk: desk.queue.queue.view.selectRow(2))
    yield DeskShot("all states", lambda desk: desk.queue.queue.choose_group(Group.ALL))
    yield DeskShot("searched", lambda desk: desk.queue.queue.search.setText("asha"))
    yield DeskShot("search keyboard", lambda desk: desk.queue.keyboard.show())
    yield DeskShot("no-show too early", partial(_wish, "no_show"))
    yield DeskShot("undone", _undo)
    yield DeskShot("refused", lambda desk: desk.session.told.emit("SERVER_UNREACHABLE", {}))
    yield DeskShot("came second", lambda desk: desk.session.told.emit("SECOND", {"label": "MA-017", "room": "4"}))
    yield DeskShot("transfer", partial(_wish, "transfer"))
    yield DeskShot("cancel", partial(_wish, "cancel"))
    yield DeskShot("cancel approval", _cancel)
    yield DeskShot("priority", partial(_wish, "set_priority"))
    yield DeskShot("twice", lambda desk: desk.queue.queue.doubles.click())
    yield DeskShot("registration", lambda desk: desk.queue.queue.view.selectRow(0), staff_id="R1", place=None)
    yield DeskShot("idle", lambda desk: desk.session.idle_warned.emit(30.0))
    yield DeskShot("walk-in", partial(_page, "walk_in"))
    yield DeskShot("slips", partial(_page, "slips"))
    yield DeskShot("today", partial(_page, "today"), staff_id="S1")
    yield from _page_shots()


def _page_shots() -> Iterator[DeskShot]:
    for script in ("latin", "devanagari", "gujarati"):
        yield DeskShot(f"walk-in {script}", partial(pages.type_name, script))
    for trust in Trust:
        yield DeskShot(
            f"aadhaar {trust.name.lower()}", partial(pages.show_aadhaar_notice, trust), staff_id="R1", place=None
        )
    yield DeskShot("walk-in wrong number", pages.type_wrong_number)
    yield DeskShot("walk-in recognised", pages.recognise)
    yield DeskShot("walk-in known", pages.show_known)
    yield DeskShot("walk-in token", pages.give_token)
    yield DeskShot("walk-in supervisor", pages.ask_supervisor)
    yield DeskShot("slips failed", pages.fail_slips)
    yield DeskShot("slips read out", pages.read_slip_out)
    yield DeskShot("today chosen", pages.choose_department, staff_id="S1")
    yield DeskShot("today reason", pages.ask_reason, staff_id="S1")
    yield DeskShot("today confirm", pages.confirm_move, staff_id="S1")
    yield DeskShot("today rooms", pages.show_rooms, staff_id="S1")
    yield DeskShot("well", pages.be_well)
    yield DeskShot("unwell", pages.be_unwell, staff_id="S1")
    yield DeskShot("what to do", pages.ask_what_to_do)
    yield DeskShot("paper low", pages.run_low_of_paper)


def pages_of(folder: Path, day: LongDay, session: DeskSession) -> Sequence[PageKind]:
    return desk_pages(DeskToday(session, day.store), RollNotes(folder), folder)


def desk_screens(application: QApplication, only: str = "") -> Iterator[tuple[str, QImage]]:
    """File name without ending, and picture."""
    for shot in desk_shots():
        if only in f"desk {shot.name}":
            for size in DESK_SIZES:
                for language in LANGUAGES:
                    name = f"desk {shot.name} {size[0]}x{size[1]} {language}".replace(" ", "-")
                    yield name, shown(application, shot, size, language)


def shown(application: QApplication, shot: DeskShot, size: tuple[int, int], language: str) -> QImage:
    """The picture of one shot."""
    pictures: list[QImage] = []
    look(application, shot, size, language, lambda desk: pictures.append(desk.window.grab().toImage()))
    return pictures[0]


def look(
    application: QApplication,
    shot: DeskShot,
    size: tuple[int, int],
    language: str,
    do: Callable[[Desk], None],
    *,
    patients: int = 330,
) -> None:
    """``do`` something with a desk that shows ``shot``."""
    day = LongDay().live(patients, seen=patients * 5 // 11)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(
            application,
            day,
            staff=shot.staff,
            languages=(language, *(each for each in LANGUAGES if each != language)),
            demonstration_pin="" if shot.staff is CROWD else PIN,
            kinds=partial(pages_of, Path(folder), day),
            size=size,
        )
        try:
            desk.settle()
            if shot.staff_id:
                desk.enter(shot.staff_id, PIN, shot.place)
                desk.settle()
            shot.prepare(desk)
            desk.settle()
            do(desk)
        finally:
            desk.close()


def _search_staff(desk: Desk) -> None:
    people = desk.window.pages[SIGN_IN].people  # type: ignore[attr-defined]
    people.search.setText("a")
    people.search.touched.emit()


def _wrong_pin(desk: Desk) -> None:
    desk.window.pages[SIGN_IN].people.chosen.emit(STAFF[1])  # type: ignore[attr-defined]
    desk.session.sign_in_refused.emit("PIN_WRONG", 12.0)


def _choose_place(desk: Desk) -> None:
    desk.window.page_shown.departments["EYE"].click()  # type: ignore[attr-defined]


def _act(name: str, desk: Desk) -> None:
    row = desk.queue.calling.row
    assert row is not None
    getattr(desk.session, name)(row.token.token_id)


def _call_next(desk: Desk) -> None:
    desk.session.call_next()


def _undo(desk: Desk) -> None:
    _act("hold", desk)
    desk.settle()
    desk.session.undo()


def _wish(name: str, desk: Desk) -> None:
    row = desk.queue.calling.row
    assert row is not None
    desk.queue.wish(name, row.token.token_id)


def _cancel(desk: Desk) -> None:
    _wish("cancel", desk)
    desk.queue.reason.answered.emit("Patient has left")


def _page(name: str, desk: Desk) -> None:
    desk.window.show_page(name)
