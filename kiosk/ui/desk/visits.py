"""Whether somebody has been here before, as far as this desk knows: today by the token's keys, else by the ABHA."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from kiosk.model.desk import DeskRow
from kiosk.model.patient import Patient

translate = QCoreApplication.translate


def visit_words(row: DeskRow, today: Iterable[DeskRow], earlier: Iterable[DeskRow] | None) -> str:
    """Other tokens of today, or whether it is the first visit of the last days; empty where nobody can know.

    ``earlier`` are the rows of the days before, None where they are not read.
    """
    others = [each.token.label for each in today if _is_same_holder(row, each)]
    if others:
        return translate("Desk", "also {labels}").format(labels=", ".join(others[:2]))
    patient = row.patient
    if earlier is None or patient is None or not (patient.abha_number or patient.abha_address):
        return ""
    if any(each.patient is not None and _is_same(patient, each.patient) for each in earlier):
        return translate("Desk", "was here this week")
    return translate("Desk", "first visit this week")


def _is_same_holder(row: DeskRow, other: DeskRow) -> bool:
    return other.token.token_id != row.token.token_id and other.token.keys.match(row.token.keys)


def _is_same(patient: Patient, other: Patient) -> bool:
    """As ``PatientKeys.match``, which holds for one day alone."""
    if patient.abha_number and other.abha_number:
        return patient.abha_number == other.abha_number
    return patient.abha_address is not None and patient.abha_address == other.abha_address
