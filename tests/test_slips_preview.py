"""``kiosk slips preview``: a picture of the slip as this hospital has it."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image
from PySide6.QtGui import QGuiApplication

from kiosk.app import open_station, spool_of
from kiosk.model.exchange import DatedConfiguration, Enrolment, PulledConfiguration
from kiosk.settings import Settings
from kiosk.slips_preview import preview
from kiosk.store.engine import writer_engine
from kiosk.store.place import DRAFT_FOLDER, STORE_FILE, place_locked
from kiosk.store.store import open_store
from tests.campus import HOSPITAL, document
from tests.migrated import KEY, lay_store
from tests.printing.slips import ASHA


@pytest.fixture(autouse=True)
def _nothing_set(qapp: QGuiApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(f"data_dir = '{tmp_path}'\n")
    monkeypatch.setenv("KIOSK_CONFIG", str(config))


def ran(*words: str) -> Result:
    return CliRunner().invoke(preview, words)


@pytest.mark.parametrize(("width", "dpi"), [(576, 203), (512, 180), (384, 203)])
def test_a_picture_in_the_printers_own_dots(tmp_path: Path, width: int, dpi: int) -> None:
    out = tmp_path / "slip.png"
    done = ran("--language", "hi", "--width", str(width), str(out))
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    with Image.open(out) as picture:
        assert (picture.width, round(picture.info["dpi"][0])) == (width, dpi)
        assert [code.text[:8] for code in zxingcpp.read_barcodes(picture.convert("L"))] == ["019ab2c3"]
        assert told["mm"] == pytest.approx(picture.height / dpi * 25.4, abs=0.1)
    assert (told["file"], told["width"]) == (str(out), width)
    assert 0 < told["share"] < 0.6
    assert list(tmp_path.glob("*.db")) == []


def test_language_department_copy_and_template_change_it(tmp_path: Path) -> None:
    template = tmp_path / "other.toml"
    usual = Path(__file__).parent.parent / "resources" / "slip.toml"
    template.write_text(usual.read_text("utf-8").replace("size = 14\n", "size = 18\n"), "utf-8")
    pictures = set()
    for words in (
        [],
        ["--language", "gu"],
        ["--department", "EYE"],
        ["--duplicate", "2"],
        ["--template", str(template)],
    ):
        out = tmp_path / "slip.png"
        assert ran(*words, str(out)).exit_code == 0
        pictures.add(out.read_bytes())
    assert len(pictures) == 5


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--language", "xx", "slip.png"], 2, "'xx' is not one of"),
        (["--width", "600", "slip.png"], 2, "'600' is not one of"),
        (["--department", "XXX", "slip.png"], 2, "there are MED"),
        (["--template", "/nonexistent/slip.toml", "slip.png"], 2, "cannot read the slip template"),
        (["/nonexistent/slip.png"], 1, "OUTPUT_FAILED: cannot write /nonexistent/slip.png: No such file"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], code: int, told: str) -> None:
    done = ran(*words)
    assert (done.exit_code, told in done.output) == (code, True), done.output


def test_an_enrolled_kiosk_shows_what_its_server_has_configured(tmp_path: Path) -> None:
    enrol(tmp_path, {"names": {"en": "District Hospital, Rampur"}})
    done = ran("--department", "XXX", str(tmp_path / "slip.png"))
    assert (done.exit_code, "there are MED, EYE" in done.output) == (2, True), done.output
    assert ran(str(tmp_path / "one.png")).exit_code == 0
    enrol(tmp_path, {"names": {"en": "Civil Hospital, Rampur"}})
    assert ran(str(tmp_path / "other.png")).exit_code == 0
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "other.png").read_bytes()


def test_one_that_has_nothing_from_its_server_yet_says_so(tmp_path: Path) -> None:
    enrol(tmp_path, None)
    done = ran(str(tmp_path / "slip.png"))
    assert (done.exit_code, done.stderr.split(":")[0]) == (1, "NO_DEPARTMENTS")


def test_a_store_that_no_server_knows_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "slip.png"
    assert ran(str(out)).exit_code == 0
    without = out.read_bytes()
    lay_store(tmp_path)
    assert ran(str(out)).exit_code == 0
    assert out.read_bytes() == without


def test_nothing_is_written_and_nobody_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_SERIES", "Z")  # the store would take it over
    data = tmp_path / "station"
    (tmp_path / "kiosk.toml").write_text(f"data_dir = '{data}'\n")
    enrol(data, {})
    (data / DRAFT_FOLDER).mkdir()  # whoever opens the store would clear it away
    with place_locked(data):
        before = contents(data)
        done = ran(str(tmp_path / "slip.png"))
        assert done.exit_code == 0, done.output
        assert contents(data) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() if path.is_file() else b"" for path in folder.iterdir()}


def test_an_older_programs_store_is_left_for_the_kiosk_to_migrate(tmp_path: Path) -> None:
    enrol(tmp_path, {})
    age(tmp_path, "0001")
    done = ran(str(tmp_path / "slip.png"))
    assert (done.exit_code, done.stderr.split(":")[0]) == (1, "STORE_OLDER")
    age(tmp_path, "9999")
    done = ran(str(tmp_path / "slip.png"))
    assert (done.exit_code, done.stderr.split(":")[0]) == (1, "STORE_NEWER")


def age(folder: Path, revision: str) -> None:
    engine = writer_engine(folder / STORE_FILE, KEY)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))
    engine.dispose()


def enrol(folder: Path, changes: dict[str, object] | None) -> None:
    """As K1 of a hospital whose server has told of ``changes`` to its document, or of nothing yet."""
    now = datetime.now(UTC)
    documents = () if changes is None else (DatedConfiguration(now.date(), json.dumps(document(**changes))),)
    with closing(open_store(lay_store(folder), None, lambda: "id", {})) as store:
        store.enrol(Enrolment(HOSPITAL, "K1", "kiosk", "k1", "http://127.0.0.1:9", ""), "A", bytes(32), now)
        store.keep_configuration(PulledConfiguration(1, documents), now)


def test_the_template_of_the_settings_is_what_the_spool_prints(tmp_path: Path) -> None:
    usual = (Path(__file__).parent.parent / "resources" / "slip.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(usual.replace('second_language = "en"', 'second_language = ""'), "utf-8")
    assert printed(tmp_path / "own", own) < printed(tmp_path / "usual", None)


def printed(folder: Path, template: Path | None) -> int:
    """Rows of a Hindi slip that a station has printed."""
    settings = Settings(data_dir=folder, printer=f"folder:{folder / 'slips'}", slip_template=template)
    with open_station(settings, {}) as station:
        spool = spool_of(station)
        station.registration.check_in(ASHA, "OBG", "hi")
        spool.print_due()
    (slip,) = (folder / "slips").glob("*.png")
    with Image.open(slip) as picture:
        return picture.height
