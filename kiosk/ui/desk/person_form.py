"""Who a walk-in is, as far as anybody can say."""

from datetime import date

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame

from kiosk.model.age import Unit
from kiosk.model.patient import Sex
from kiosk.model.qr import MAX_NAME
from kiosk.model.slip import sex_word
from kiosk.model.walk_in import Draft, Field, Understood, understood
from kiosk.ui.arrange import ACROSS, DOWN, line_up
from kiosk.ui.desk.buttons import DeskButton
from kiosk.ui.desk.choices import Choices
from kiosk.ui.desk.entry import HEIGHT_U, Entry
from kiosk.ui.labels import PlainLabel
from kiosk.ui.theme import Metrics

translate = QCoreApplication.translate

MAX_AGE = 12
MAX_MOBILE = 16
MAX_ABHA = 17


class PersonForm(QFrame):
    """All of it may stay empty.

    Signals:
        changed: something was typed or touched.
        entered: an Entry that the cursor came into, and whether by a finger.
    """

    changed = Signal()
    entered = Signal(object, bool)

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._known = Draft().known
        self.entries = {
            Field.NAME: Entry(metrics, MAX_NAME),
            Field.AGE: Entry(metrics, MAX_AGE, is_number=True),
            Field.MOBILE: Entry(metrics, MAX_MOBILE, is_number=True),
            Field.ABHA: Entry(metrics, MAX_ABHA, is_number=True),
        }
        for entry in self.entries.values():
            entry.changed.connect(self.changed)
            entry.entered.connect(lambda touched, entry=entry: self.entered.emit(entry, touched))
        self.baby = DeskButton(metrics, "plain", icon="baby", icon_u=3, height_u=HEIGHT_U)
        self.baby.clicked.connect(self._name_baby)
        self.unknown = DeskButton(metrics, "plain", icon="unknown", icon_u=3, height_u=HEIGHT_U)
        self.unknown.clicked.connect(self._name_unknown)
        self.units: Choices[Unit] = Choices(metrics, dict.fromkeys(Unit, ""), columns=3, is_even=False)
        self.units.chosen.connect(self.changed)
        sexes = (Sex.FEMALE, Sex.MALE, Sex.TRANSGENDER, Sex.OTHER)
        self.sexes: Choices[Sex] = Choices(
            metrics, dict.fromkeys(sexes, ""), columns=4, can_be_none=True, is_even=False
        )
        self.sexes.chosen.connect(self.changed)
        self._sex_caption = PlainLabel("caption")
        self._hint = PlainLabel("warning-text", elides=True)
        self._hint.setMinimumHeight(metrics.px(3.4))
        self._arrange(metrics)
        self.show_draft(Draft())

    def draft(self) -> Draft:
        return Draft(
            name=self.entries[Field.NAME].text,
            age=self.entries[Field.AGE].text,
            unit=self.units.value or Unit.YEARS,
            sex=self.sexes.value or Sex.UNKNOWN,
            mobile=self.entries[Field.MOBILE].text,
            abha_number=self.entries[Field.ABHA].text,
            known=self._known,
        )

    def show_draft(self, draft: Draft) -> None:
        """In place of what was typed."""
        self._known = draft.known
        texts = {
            Field.NAME: draft.name,
            Field.AGE: draft.age,
            Field.MOBILE: draft.mobile,
            Field.ABHA: draft.abha_number,
        }
        for field, text in texts.items():
            self.entries[field].fill(text)
        self.units.choose(draft.unit)
        self.sexes.choose(draft.sex if draft.sex in self.sexes.buttons else None)
        self.changed.emit()

    def understand(self, today: date) -> Understood:
        """What the form says now; what cannot be is marked and named."""
        told = understood(self.draft(), today)
        for field, entry in self.entries.items():
            entry.show_fault(field in told.faults)
        codes = [told.faults[field] for field in self.entries if field in told.faults]
        doubt = ["ABHA_DOUBTFUL"] if told.doubts else []
        self._hint.setText(fault_words((codes + doubt)[0]) if codes or doubt else "")
        return told

    def tell(self, text: str) -> None:
        """What has happened, until something is typed."""
        self._hint.setText(text)

    def redraw(self, language: str) -> None:
        captions = {
            Field.NAME: translate("WalkIn", "Name"),
            Field.AGE: translate("WalkIn", "Age, or date of birth"),
            Field.MOBILE: translate("WalkIn", "Mobile number"),
            Field.ABHA: translate("WalkIn", "ABHA number, if known"),
        }
        for field, text in captions.items():
            self.entries[field].show_caption(text)
        self._sex_caption.setText(translate("WalkIn", "Sex"))
        self.baby.show_words(translate("WalkIn", "Baby of …"))
        self.unknown.show_words(translate("WalkIn", "Unknown patient"))
        units = {
            Unit.YEARS: translate("WalkIn", "years"),
            Unit.MONTHS: translate("WalkIn", "months"),
            Unit.DAYS: translate("WalkIn", "days"),
        }
        self.units.show_words(units)
        self.sexes.show_words({sex: sex_word(sex, language) for sex in self.sexes.buttons})

    def _name_baby(self) -> None:
        """The mother's name follows."""
        name, start = self.entries[Field.NAME], translate("WalkIn", "Baby of ")
        if not name.text.startswith(start):
            name.fill(start + name.text)
        if not self.entries[Field.AGE].text:
            self.units.choose(Unit.DAYS)
        name.edit.setFocus()
        name.edit.end(False)
        self.changed.emit()

    def _name_unknown(self) -> None:
        self.entries[Field.NAME].fill(translate("WalkIn", "Unknown patient"))

    def _arrange(self, metrics: Metrics) -> None:
        buttons = line_up(
            metrics, DOWN, PlainLabel("caption"), line_up(metrics, ACROSS, self.baby, self.unknown, gap_u=0.8)
        )
        buttons.setSpacing(metrics.px(0.2))
        first = line_up(metrics, ACROSS, (self.entries[Field.NAME], 1), buttons, gap_u=1)
        units = line_up(metrics, DOWN, PlainLabel("caption"), self.units.grid, gap_u=0.2)
        sexes = line_up(metrics, DOWN, self._sex_caption, self.sexes.grid, gap_u=0.2)
        second = line_up(metrics, ACROSS, (self.entries[Field.AGE], 1), units, sexes, gap_u=1)
        third = line_up(metrics, ACROSS, (self.entries[Field.MOBILE], 1), (self.entries[Field.ABHA], 1), gap_u=1)
        self.setLayout(line_up(metrics, DOWN, first, second, third, self._hint, gap_u=0.6, edge_u=1.2))


def fault_words(code: str) -> str:
    """What is wrong with a field, and what to do."""
    match code:
        case "NAME_UNUSABLE":
            return translate("WalkIn", "This name has signs that no name has: please type it again.")
        case "AGE_TOO_HIGH":
            return translate("WalkIn", "Nobody is that old: please check age and unit.")
        case "BIRTH_IN_FUTURE":
            return translate("WalkIn", "This date of birth is still to come.")
        case "AGE_UNREADABLE" | "BIRTH_IMPOSSIBLE" | "BIRTH_TOO_EARLY":
            return translate("WalkIn", "Type an age such as 41, or a date such as 7/3/1984.")
        case "MOBILE_WRONG":
            return translate("WalkIn", "A mobile number has 10 digits and begins with 6 to 9.")
        case "ABHA_WRONG":
            return translate("WalkIn", "An ABHA number has 14 digits.")
        case "ABHA_DOUBTFUL":
            return translate("WalkIn", "Please compare the ABHA number once more.")
    return translate("WalkIn", "Please check this ({code}).").format(code=code)
