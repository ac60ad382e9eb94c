"""``kiosk slips preview``: how a slip of this kiosk will look, as a picture, without a printer."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from kiosk.command import calm, print_lines, settings_of
from kiosk.errors import KioskError
from kiosk.model.opd import Facility
from kiosk.model.patient import BirthDate, Patient, PatientKeys, Sex
from kiosk.model.slip import Slip, slip_of
from kiosk.model.slip_words import WORDS
from kiosk.model.token import Token
from kiosk.settings import WIDTHS, Settings

_SOMEBODY = Patient(abha_number="91000000000018", name="Asha Devi Sharma", sex=Sex.FEMALE, birth=BirthDate(1981, 3, 4))
_TOKEN_ID = "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071"
_NUMBER, _AHEAD = 17, 4


@click.command()
@click.option("--language", type=click.Choice(sorted(WORDS["token"])), help="The slip's; else the first screen's.")
@click.option("--width", type=click.Choice(list(map(str, WIDTHS))), help="Dots across; else those of the settings.")
@click.option("--department", metavar="CODE", help="The department's code; else the first one.")
@click.option("--duplicate", default=0, type=click.IntRange(0, 99), help="Which copy: 1 is DUPLICATE 1.")
@click.option("--template", type=click.Path(path_type=Path), help="Another template than that of the settings.")
@click.argument("out", type=click.Path(path_type=Path))
@click.pass_context
@calm
def preview(
    context: click.Context,
    language: str | None,
    width: str | None,
    department: str | None,
    duplicate: int,
    template: Path | None,
    out: Path,
) -> None:
    """Draw the slip of an invented patient into the PNG file OUT; print one JSON line: file, width, mm, bytes, share.

    Bytes are what the printer would get, share is their part of the bare bitmap's. Nothing is stored or printed.
    """
    from kiosk.app import gui_application
    from kiosk.printing.escpos import slip_bytes
    from kiosk.printing.layout import PAPERS, SlipPainter
    from kiosk.printing.template import load_template

    settings = settings_of(context)
    look = load_template(template or settings.slip_template)
    _application = gui_application(os.environ)
    facility = _facility(settings, os.environ)
    slip = _slip(facility, department, language or settings.language, duplicate, look.second_language)
    raster = SlipPainter(int(width or settings.printer_dots), look).render(slip)
    paper = PAPERS[raster.width]
    try:
        raster.image().save(out, "PNG", dpi=(paper.dots(25.4), paper.dots(25.4)))
    except OSError as error:
        raise KioskError(f"cannot write {out}: {error.strerror}", code="OUTPUT_FAILED") from error
    size = len(slip_bytes(raster))
    share = round(size / len(raster.rows), 3)
    mm = round(raster.height / paper.dots_per_mm, 1)
    print_lines([{"file": str(out), "width": raster.width, "mm": mm, "bytes": size, "share": share}])


def _facility(settings: Settings, environ: Mapping[str, str]) -> Facility:
    """As this kiosk has it: of its server where it is enrolled, else of the settings.

    Raises:
        KioskError: NO_DEPARTMENTS, the server's configuration has not come yet.
        StoreError: as ``kept``.
    """
    from kiosk.app import SystemClock, load_facility
    from kiosk.configured import configured
    from kiosk.store.kept import kept
    from kiosk.store.place import STORE_FILE

    if not (settings.data_dir / STORE_FILE).exists():
        return load_facility(settings)
    with kept(settings.data_dir, environ) as store:
        enrolment = store.enrolment()
        if enrolment is None:
            return load_facility(settings)
        facility = configured(store, enrolment, SystemClock().now()).facility
    if not facility.departments:
        told = "the server's configuration has not come yet: let this station reach its server (kiosk sync)"
        raise KioskError(told, code="NO_DEPARTMENTS")
    return facility


def _slip(facility: Facility, code: str | None, language: str, copy: int, second: str) -> Slip:
    """Raises click.UsageError for a department that is not there."""
    chosen = facility.departments[0] if code is None else facility.department(code)
    if chosen is None:
        known = ", ".join(each.code for each in facility.departments)
        raise click.UsageError(f"there is no department {code!r}; there are {known}")
    token = _token(facility, chosen.code, f"{chosen.prefix}-{_NUMBER:03d}")
    return slip_of(token, _SOMEBODY, facility, language, _AHEAD, copy, second)


def _token(facility: Facility, code: str, label: str) -> Token:
    now = datetime.now(UTC)
    return Token(
        token_id=_TOKEN_ID,
        facility_id=facility.facility_id,
        service_day=facility.service_day(now),
        department=code,
        series="",
        number=_NUMBER,
        label=label,
        queue_department=code,
        store_id="preview",
        issued_at=now,
        moved_at=now,
        queued_at=now,
        keys=PatientKeys(None, None),
    )
