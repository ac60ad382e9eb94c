"""The main job: from ABHA QR pictures, through the real commands, to slips on a TCP printer and rows on a server."""

import queue
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from kiosk import app
from kiosk.model.qr import parse
from kiosk.model.slip import slip_of
from kiosk.model.token import SlipState
from kiosk.ports import CodeRead, ScannerReport
from kiosk.printing.layout import SlipPainter
from kiosk.scanner.camera_scanner import CameraScanner
from kiosk.settings import load
from kiosk.sync.loop import sync_until_done
from tests.cards import abha_number, app_text, card_text, draw, draw_cards, name_of
from tests.e2e.paper import is_marked_duplicate, qr_on
from tests.e2e.programs import Hospital, Line, Station, hospital
from tests.e2e.records import check_store, server_events, station_events
from tests.escpos_printer import SlipPaper, TcpPrinter
from tests.printing.printed import as_printed

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
SHARED = ("label", "token_id", "department", "number", "series", "state", "issued_at", "slip", "synced")


@pytest.fixture
def printer() -> Iterator[TcpPrinter]:
    with TcpPrinter() as printer:
        yield printer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Hospital]:
    with hospital(tmp_path / "server.db") as server:
        yield server


def test_pictures_become_slips_and_rows_on_the_server(tmp_path: Path, printer: TcpPrinter, server: Hospital) -> None:
    station = Station(tmp_path / "kiosk", printer.setting, server.url)
    lines = station.check_in(*draw_cards(tmp_path / "cards", 10))

    assert [(line["outcome"], line["label"], line["print"], line["reason"]) for line in lines] == [
        ("issued", f"M-{number:03d}", "printed", None) for number in range(1, 11)
    ]
    slips = printer.wait_for(10, timeout_s=60)
    assert [qr_on(slip.image) for slip in slips] == [line["token_id"] for line in lines]
    assert not any(is_marked_duplicate(slip.image) for slip in slips)
    assert_no_text_was_printed(printer, slips)

    assert station.sync() == {"pushed": 20, "pulled": 0, "parked": [], "acked_seq": 20}
    own = station.tokens()
    assert [(row["label"], row["token_id"], row["synced"]) for row in own] == [
        (line["label"], line["token_id"], True) for line in lines
    ]
    assert server.tokens(date.fromisoformat(lines[0]["service_day"])) == own
    assert tuple(own[0]) == SHARED
    assert server_events(tmp_path / "server.db") == station_events(station.folder)
    check_store(station.folder)


def assert_no_text_was_printed(printer: TcpPrinter, slips: list[SlipPaper]) -> None:
    """Only pictures, feeds and cuts went to the printer; and no name or full ABHA number in what pictures they were."""
    assert printer.errors == []
    assert b"".join(slip.text_bytes for slip in slips) == b""
    stream = bytes(printer.stream)
    secrets = {text for index in range(1, 11) for text in (name_of(index), abha_number(index))}
    words = {word for secret in secrets for word in (*secret.split(), secret.replace("-", "")) if len(word) > 3}
    assert not [word for word in words for encoding in ENCODINGS if word.encode(encoding) in stream]


def test_the_same_patient_again_gets_the_same_label_and_a_marked_copy(tmp_path: Path, printer: TcpPrinter) -> None:
    station = Station(tmp_path / "kiosk", printer.setting)
    card = draw(tmp_path / "card.png", card_text(1))
    phone = draw(tmp_path / "phone.png", app_text(1))
    (first,) = station.check_in(card)
    again, other_dialect = station.check_in(card, phone)

    assert [line["outcome"] for line in (first, again, other_dialect)] == ["issued", "already_issued", "already_issued"]
    assert {identity(line) for line in (first, again, other_dialect)} == {("M-001", first["token_id"], "printed")}
    slips = printer.wait_for(3, timeout_s=60)
    assert [is_marked_duplicate(slip.image) for slip in slips] == [False, True, True]
    assert {qr_on(slip.image) for slip in slips} == {first["token_id"]}
    assert len(station.tokens()) == 1


def identity(line: Line) -> tuple[str, str, str]:
    return line["label"], line["token_id"], line["print"]


def test_another_department_gives_the_same_patient_another_token(tmp_path: Path) -> None:
    station = Station(tmp_path / "kiosk")
    card = draw(tmp_path / "card.png", card_text(1))
    (medicine,) = station.check_in(card)
    (eye,) = station.check_in(card, department="EYE")
    assert (medicine["label"], eye["label"]) == ("M-001", "E-001")
    assert medicine["token_id"] != eye["token_id"]


def test_the_camera_path_prints_the_very_slip_in_hindi(
    tmp_path: Path, printer: TcpPrinter, server: Hospital, qapp: QGuiApplication
) -> None:
    """Camera process, story, store, spool and sync in one process, as the window has them."""
    card = draw(tmp_path / "card.png", card_text(10))
    own = Station(tmp_path / "kiosk", printer.setting, server.url)
    with app.open_station(load(own.environ), own.environ) as station:
        patient = parse(text_seen(card), station.clock.now().date())
        spool = app.spool_of(station)
        checked = station.registration.check_in(patient, "SUR", station.settings.language)
        slip = slip_of(checked.token, patient, station.facility, "hi", checked.people_ahead, 0)
        painter = SlipPainter(station.settings.printer_dots)
        painter.render(slip)  # Qt sets a handful of dots otherwise when it draws a letter for the first time.
        spool.print_due()
        server_half = app.open_server(station)
        report = sync_until_done(station.store, server_half, station.clock)
        server_half.close()

    (paper,) = printer.wait_for(1, timeout_s=60)
    assert station.settings.language == "hi"
    assert re.search("[\u0900-\u097f]", slip.department)
    expected = as_printed(painter.render(slip)).image()
    assert np.array_equal(np.asarray(paper.image), np.asarray(expected))
    assert qr_on(paper.image) == checked.token.token_id
    (row,) = server.tokens(checked.token.service_day)
    assert (row["label"], row["token_id"], row["slip"]) == ("S-001", checked.token.token_id, SlipState.PRINTED.value)
    assert (report.pushed, report.parked) == (2, ())


def text_seen(picture: Path) -> str:
    """What the virtual camera's process reads while the picture is held up."""
    seen: queue.Queue[ScannerReport] = queue.Queue()
    scanner = CameraScanner(f"file:{picture}")
    scanner.start(seen.put)
    try:
        while not isinstance(report := seen.get(timeout=60), CodeRead):
            pass
    finally:
        scanner.stop()
    return report.untrusted_text
