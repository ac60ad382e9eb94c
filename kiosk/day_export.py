"""The day's figures as a file for a spreadsheet."""

from pathlib import Path

from kiosk.errors import StoreError
from kiosk.model.csv_safe import csv_text
from kiosk.model.day_report import DayReport, csv_rows

MOST_COPIES = 99
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


def export_csv(report: DayReport, folder: Path) -> Path:
    """Write the report beside earlier ones of the day, never over one. Returns the new file's path.

    Raises:
        StoreError: code EXPORT_FAILED, the folder cannot be made or written.
    """
    content = (BOM + csv_text(csv_rows(report))).encode()
    day = report.service_day.isoformat()
    names = (f"opd-{day}.csv", *(f"opd-{day}-{copy}.csv" for copy in range(2, MOST_COPIES + 1)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            try:
                with (folder / name).open("xb") as file:
                    file.write(content)
            except FileExistsError:
                continue
            return folder / name
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}", code="EXPORT_FAILED") from error
    raise StoreError(f"there are {MOST_COPIES} exports of {day} in {folder} already", code="EXPORT_FAILED")
