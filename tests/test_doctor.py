"""``kiosk doctor``: one line for each thing, with what to do about it."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.app import SystemClock, new_id
from kiosk.checkin import Registration
from kiosk.doctor import Orders, examine
from kiosk.finding import Finding
from kiosk.model.patient import Patient
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.settings import Settings
from kiosk.store.backup import back_up
from kiosk.store.restoring import restore
from kiosk.store.store import open_store
from tests.escpos_printer import TcpPrinter
from tests.fakes import FakeClock

pytestmark = pytest.mark.usefixtures("qapp")
CARD = Path(__file__).parent.parent / "resources" / "cards" / "02-hindi-app.png"


@pytest.fixture
def settings(tmp_path: Path, qapp: QApplication) -> Settings:
    return Settings(data_dir=tmp_path / "data", camera="file:/nowhere", printer="none")


def found(settings: Settings) -> dict[str, Finding]:
    findings = examine(settings, {})
    assert len({finding.name for finding in findings}) == len(findings), "each thing has one line"
    return {finding.name: finding for finding in findings}


def test_a_sound_station_is_well_all_over(settings: Settings) -> None:
    with TcpPrinter() as printer:
        findings = found(replace(settings, camera=f"file:{CARD}", printer=printer.setting))
        assert (printer.slips, printer.errors) == ([], [])
    assert list(findings) == [
        "disk",
        "facility",
        "store",
        "printer",
        "clock",
        "backup",
        "server",
        "slips",
        "fonts",
        "zbar",
        "camera",
        "gun",
    ]
    assert [finding.line() for finding in findings.values() if not finding.ok] == []


def test_a_printer_that_is_off_and_a_camera_that_is_not_there(settings: Settings) -> None:
    with TcpPrinter(refuse=True) as printer:
        findings = found(replace(settings, printer=printer.setting))
    assert findings["printer"].text.startswith("PRINTER_UNREACHABLE: network:")
    assert findings["camera"].line().startswith("FAIL camera    CAMERA_FILE_UNREADABLE")
    assert {name for name, finding in findings.items() if not finding.ok} == {"printer", "camera"}


def test_a_facility_file_that_is_not_there_is_told_once(settings: Settings, tmp_path: Path) -> None:
    findings = found(replace(settings, facility=tmp_path / "none.toml"))
    assert findings["facility"].advice == "mend the facility file"
    assert "store" not in findings


def test_a_slip_template_has_all_its_mistakes_told_once(settings: Settings, tmp_path: Path) -> None:
    template = tmp_path / "slip.toml"
    template.write_text('align = "up"\nlongest_mm = 5\n[[blocks]]\nshow = "label"\nsize = 14\n')
    findings = found(replace(settings, slip_template=template))
    told = findings["slips"].text
    assert [part in told for part in ("slip.toml:1: ", "slip.toml:2: ", "show = 'code'", "show = 'duplicate'")] == [
        True
    ] * 4
    assert "settings" not in findings
    assert "at most 90 mm" in found(settings)["slips"].text


def test_a_wrong_setting_is_no_fault_of_the_store(settings: Settings) -> None:
    findings = found(replace(settings, printer="fax:1"))
    assert findings["settings"].text.startswith("PRINTER_UNKNOWN: ")
    assert "store" not in findings


def test_another_series_than_the_stores_is_told(settings: Settings) -> None:
    store = open_store(settings.data_dir, "A", new_id, {})
    Registration(store, SAMPLE_FACILITY, SystemClock()).check_in(Patient("91000000000018"), "MED", "hi")
    store.close()
    told = found(replace(settings, series="B"))["settings"]
    assert (told.ok, "'A'" in told.text, "'B'" in told.text) == (False, True, True)


@pytest.mark.parametrize(
    ("name", "content", "code", "advice"),
    [
        ("store.db", b"\xa5" * 40_000, "STORE_DAMAGED", "copy of the folder"),
        ("store.key", b"00" * 32, "STORE_KEY_WRONG", "store.key back"),
    ],
)
def test_a_store_that_does_not_open_comes_with_its_repair(
    settings: Settings, name: str, content: bytes, code: str, advice: str
) -> None:
    open_store(settings.data_dir, "", new_id, {}).close()
    (settings.data_dir / name).write_bytes(content)
    store = found(settings)["store"]
    assert store.text.startswith(f"{code}: ")
    assert advice in store.advice


@pytest.mark.parametrize("content", [None, b"\xa5" * 40_000])
def test_a_store_with_a_copy_comes_with_the_way_back(settings: Settings, content: bytes | None) -> None:
    """The newest copy that is whole; what it says does what it promises."""
    store = open_store(settings.data_dir, "A", new_id, {})
    now = SystemClock().now()
    sound, cut = (back_up(store, settings.backup_folder, now - timedelta(hours=hours)) for hours in (2, 1))
    store.close()
    cut.write_bytes(cut.read_bytes()[:-4096])
    (settings.data_dir / "store.db").unlink()
    if content is not None:
        (settings.data_dir / "store.db").write_bytes(content)
    told = found(settings)["store"]
    assert told.text.startswith("STORE_LOST: " if content is None else "STORE_DAMAGED: ")
    assert told.advice.endswith(f"kiosk restore {sound}")
    restore(settings.data_dir, sound, settings.backup_folder, {}, new_id, now, "B")
    assert found(settings)["store"].ok


def test_a_damaged_page_in_a_store_that_opens_comes_with_the_way_back(settings: Settings) -> None:
    store = open_store(settings.data_dir, "A", new_id, {})
    copy = back_up(store, settings.backup_folder, SystemClock().now())
    store.close()
    assert found(settings)["store"].ok
    path = settings.data_dir / "store.db"
    content = bytearray(path.read_bytes())
    content[-2000:-1000] = b"\xa5" * 1000
    path.write_bytes(content)
    told = found(settings)["store"]
    assert told.text.startswith("STORE_DAMAGED: ")
    assert told.advice.endswith(f"kiosk restore {copy}")


def test_a_clock_that_is_accepted_leaves_who_said_so_and_what_was_wrong(settings: Settings) -> None:
    now = SystemClock().now()
    with closing(open_store(settings.data_dir, "", new_id, {})) as store:
        Registration(store, SAMPLE_FACILITY, FakeClock(now + timedelta(hours=2))).check_in(
            Patient("91000000000018"), "MED", "hi"
        )
    findings = {finding.name: finding for finding in examine(settings, {}, Orders(accepts_clock=True))}
    assert findings["clock"].ok
    with closing(open_store(settings.data_dir, "", new_id, {})) as store:
        told = store.next_push(10).events[-1]
    assert (told.kind, told.body) == ("clock_accepted", {"by": "kiosk doctor", "fault": "CLOCK_BEHIND"})
