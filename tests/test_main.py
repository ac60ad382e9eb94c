"""The command line where its output cannot go anywhere, or only to a terminal of another tongue."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.programs import KIOSK, PATIENCE_S, Station, json_lines

CARD = Path(__file__).parent.parent / "resources" / "cards" / "02-hindi-app.png"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_json_is_utf8_whatever_the_terminal_speaks_and_a_file_is_called(tmp_path: Path, encoding: str) -> None:
    odd = tmp_path / os.fsdecode(b"odd\xff.png")
    odd.write_bytes(CARD.read_bytes())
    environ = Station(tmp_path / "kiosk").environ | {"PYTHONIOENCODING": encoding}
    command = [*KIOSK, "decode", str(CARD), str(odd)]
    done = subprocess.run(command, env=environ, capture_output=True, timeout=PATIENCE_S, check=True)
    first, second = json_lines(done.stdout.decode())
    assert "सुनीता" in first["text"]
    assert second["source"].endswith("odd?.png")


def test_an_output_that_is_full_is_told_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*KIOSK, "decode", str(CARD)],
            env=Station(tmp_path / "kiosk").environ,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode() == "OUTPUT_FAILED: the output cannot be written: No space left on device\n"


def test_a_language_that_no_slip_speaks_is_wrong_use(tmp_path: Path) -> None:
    station = Station(tmp_path / "kiosk")
    ended = station.run("checkin", CARD, "--department", "MED", "--language", "xx")
    assert ended.code == 2
    assert "'gu'" in ended.errors
    assert station.tokens() == []


def test_a_settings_file_written_on_windows(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text('language = "xx"\r\n', "utf-8-sig")
    ended = Station(tmp_path / "kiosk").run("tokens", more={"KIOSK_CONFIG": str(tmp_path / "kiosk.toml")})
    assert ended.code == 2
    assert "language" in ended.errors
    assert "'xx'" in ended.errors
