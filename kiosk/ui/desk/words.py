"""What tokens and patients are called on the desk's screens, in the language of the moment."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import QCoreApplication

from kiosk.model.age import Unit, age_of
from kiosk.model.opd import Facility
from kiosk.model.patient import Patient
from kiosk.model.queue import Lane
from kiosk.model.slip import sex_word
from kiosk.model.token import Priority, State, Token

translate = QCoreApplication.translate


def state_word(state: State) -> str:
    return {
        State.WAITING: translate("Desk", "waiting"),
        State.CALLED: translate("Desk", "called"),
        State.SERVING: translate("Desk", "being seen"),
        State.HELD: translate("Desk", "on hold"),
        State.COMPLETED: translate("Desk", "completed"),
        State.NO_SHOW: translate("Desk", "absent"),
        State.CANCELLED: translate("Desk", "cancelled"),
        State.LAPSED: translate("Desk", "lapsed"),
    }[state]


STATE_ICONS = {
    State.WAITING: "clock",
    State.CALLED: "call",
    State.SERVING: "start",
    State.HELD: "hold",
    State.COMPLETED: "complete",
    State.NO_SHOW: "no-show",
    State.CANCELLED: "cancel",
    State.LAPSED: "clock",
}


def label_words(token: Token, *, is_over: bool) -> str:
    """The label; where its day is over with that, as another patient may have the same label today."""
    return f"{token.label} ({day_words(token)})" if is_over else token.label


def day_words(token: Token) -> str:
    return f"{token.service_day:%d-%m}"


def where_word(token: Token) -> str:
    """The state, with the room where there is one; a phone token's holder may still be at home."""
    if token.state is State.WAITING and not token.arrived:
        return translate("Desk", "not here yet")
    if token.room and token.state in (State.CALLED, State.SERVING, State.HELD):
        words = translate("Desk", "{state} · room {room}")
        return words.format(state=state_word(token.state), room=token.room)
    return state_word(token.state)


def priority_word(priority: Priority) -> str:
    return {
        Priority.EMERGENCY: translate("Desk", "emergency"),
        Priority.ELDERLY: translate("Desk", "60 and over"),
        Priority.PREGNANT: translate("Desk", "pregnant"),
        Priority.DISABILITY: translate("Desk", "disability"),
        Priority.INFANT: translate("Desk", "infant"),
        Priority.ROUTINE: translate("Desk", "in turn"),
    }[priority]


def lane_word(lane: Lane) -> str:
    return {
        Lane.EMERGENCY: translate("Desk", "emergency"),
        Lane.PRIORITY: translate("Desk", "priority"),
        Lane.ROUTINE: translate("Desk", "in turn"),
    }[lane]


def source_word(source: str) -> str:
    """Sources that this program does not know keep their own names."""
    words = {
        "kiosk": translate("Desk", "kiosk"),
        "phone": translate("Desk", "phone"),
        "walk_in": translate("Desk", "walk-in"),
        "referral": translate("Desk", "referral"),
    }
    return words.get(source, source)


def role_word(role: str) -> str:
    words = {
        "registrar": translate("Desk", "registration"),
        "caller": translate("Desk", "calling"),
        "supervisor": translate("Desk", "supervisor"),
        "admin": translate("Desk", "administrator"),
    }
    return words.get(role, role)


def span(time: timedelta) -> str:
    """Whole minutes up to two hours, then hours and minutes; never below 0."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 120:
        return translate("Desk", "{count} min").format(count=minutes)
    return translate("Desk", "{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def clock_time(facility: Facility, at: datetime | None) -> str:
    return f"{facility.local(at):%H:%M}" if at is not None else ""


def age_words(patient: Patient, today: date) -> str:
    if patient.birth is None:
        return ""
    age = age_of(patient.birth, today)
    words = {
        Unit.YEARS: translate("Desk", "{count} years"),
        Unit.MONTHS: translate("Desk", "{count} months"),
        Unit.DAYS: translate("Desk", "{count} days"),
    }
    return words[age.unit].format(count=age.number)


def person_words(patient: Patient | None, today: date, language: str) -> str:
    """Age and sex, as far as they are known."""
    if patient is None:
        return ""
    return " · ".join(part for part in (age_words(patient, today), sex_word(patient.sex, language)) if part)


def name_words(patient: Patient | None) -> str:
    """The full name, or that there is none."""
    if patient is None:
        return translate("Desk", "no details here")
    return patient.name or patient.masked_id or translate("Desk", "name unknown")


def queue_words(facility: Facility, token: Token, language: str) -> str:
    department = facility.department(token.queue_department)
    return department.name(language) if department else token.queue_department
