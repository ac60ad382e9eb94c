"""The systemd unit says what the program understands."""

import shlex
from pathlib import Path

from kiosk.__main__ import cli
from kiosk.settings import load

UNIT = Path(__file__).parents[2] / "resources" / "systemd" / "opd-kiosk-server.service"


def values(key: str) -> list[str]:
    lines = UNIT.read_text("utf-8").splitlines()
    return [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")]


def test_its_command_is_one() -> None:
    (command,) = values("ExecStart")
    program, name, *words = shlex.split(command)
    assert program.endswith("/.venv/bin/kiosk")
    assert cli.commands[name].make_context(name, words).params["workers"] == 1


def test_its_settings_are_known() -> None:
    environ = dict(line.split("=", 1) for line in values("Environment"))
    assert Path(environ["KIOSK_CONFIG"]).is_absolute()
    assert [str(load(environ).data_dir)] == [f"/var/lib/{name}" for name in values("StateDirectory")]
