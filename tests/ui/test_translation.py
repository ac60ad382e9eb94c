"""Nothing on the screens is left in English for who chose Hindi."""

import shutil
import string
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

import kiosk.ui
from kiosk.errors import SettingError
from kiosk.ui.theme import RESOURCES
from kiosk.ui.translation import Translation

TS = RESOURCES / "translations" / "kiosk_hi.ts"
TOOLS = Path(sys.executable).parent
SOURCES = sorted(str(path) for path in Path(kiosk.ui.__file__).parent.rglob("*.py"))


def messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            found[context.findtext("name", ""), message.findtext("source", "")] = message
    return found


def test_all_is_translated_and_nothing_is_left_over(tmp_path: Path) -> None:
    copy = tmp_path / TS.name
    shutil.copy(TS, copy)
    options = ["-no-obsolete", "-locations", "none", "-source-language", "en", "-target-language", "hi_IN"]
    subprocess.run([TOOLS / "pyside6-lupdate", *SOURCES, "-ts", str(copy), *options], check=True, capture_output=True)
    assert messages(copy).keys() == messages(TS).keys()
    unfinished = [key for key, message in messages(copy).items() if _translation(message).get("type")]
    assert not unfinished


def test_translations_keep_the_gaps_and_the_digits() -> None:
    for (context, source), message in messages(TS).items():
        text = _translation(message).text or ""
        assert text.strip(), source
        assert _gaps(text) == _gaps(source), (context, source)
        assert not any("०" <= char <= "९" for char in text), "numbers stay ASCII, as on labels and slips"


def test_the_compiled_file_is_current(tmp_path: Path) -> None:
    fresh = tmp_path / "kiosk_hi.qm"
    subprocess.run([TOOLS / "pyside6-lrelease", str(TS), "-qm", str(fresh)], check=True, capture_output=True)
    assert fresh.read_bytes() == TS.with_suffix(".qm").read_bytes()


def test_languages_change_at_run_time(qapp: QApplication) -> None:
    translation = Translation(qapp)
    translation.use("hi")
    assert QCoreApplication.translate("Issued", "Your token") == "आपका टोकन"
    translation.use("en")
    assert QCoreApplication.translate("Issued", "Your token") == "Your token"


def test_an_unknown_language_is_refused(qapp: QApplication) -> None:
    with pytest.raises(SettingError, match="'xx'"):
        Translation(qapp).use("xx")


def _translation(message: ET.Element) -> ET.Element:
    found = message.find("translation")
    assert found is not None
    return found


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
