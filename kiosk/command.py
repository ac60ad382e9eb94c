"""What the commands of the command line share: settings, calm failures, lines of JSON."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from io import TextIOWrapper
from typing import ParamSpec

import click

from kiosk.errors import KioskError, SettingError
from kiosk.settings import Settings, config_file, load

_P = ParamSpec("_P")
EXIT_CODES = "Exit codes: 0 done; 1 something failed, the message says what to do; 2 wrong use or wrong settings."


def calm(command: Callable[_P, None]) -> Callable[_P, None]:
    """What went wrong outside the program becomes one sentence with its code; a bug keeps its traceback."""

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except KioskError as error:
            print(f"{error.code}: {error}", file=sys.stderr)
            sys.exit(2 if isinstance(error, SettingError) else 1)

    return run


def settings_of(context: click.Context) -> Settings:
    """The settings of ``--config``, the usual file and the environment. Raises SettingError."""
    path = config_file(os.environ, context.find_root().obj)
    try:
        text = path.read_text("utf-8-sig") if path else ""  # -sig: Windows's editor puts a mark in front
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot read {path}: {type(error).__name__}") from error
    return load(os.environ, text, str(path))


def print_lines(lines: Iterable[Mapping[str, object]]) -> None:
    """JSON lines for programs: UTF-8 whatever the terminal speaks.

    Raises:
        KioskError: OUTPUT_FAILED, where nobody can read the lines any more.
    """
    print_texts((json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")


def print_texts(texts: Iterable[str], encoding: str | None = None) -> None:
    """Each line leaves as soon as it is true: whoever reads them may count on it even if this process dies next.

    What the encoding, or without one the terminal's, cannot say becomes a question mark, as does what is no Unicode in
    a file's name.

    Raises:
        KioskError: OUTPUT_FAILED, where nobody can read the lines any more.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="replace")
    for text in texts:
        try:
            print(text, flush=True)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python fails again at its end
            raise KioskError(f"the output cannot be written: {error.strerror}", code="OUTPUT_FAILED") from error
