"""The TCP printer in a process of its own, so that reading slips does not slow down the program that prints them.

As a program it tells its setting, prints until its standard input ends, and tells what came out.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.escpos_printer import TcpPrinter

ROOT = Path(__file__).parent.parent.parent
ENDS_WITHIN_S = 60.0


@dataclass
class FarPrinter:
    """``slips`` is known after the end of ``far_printer``."""

    setting: str
    slips: int = 0


@contextmanager
def far_printer() -> Iterator[FarPrinter]:
    """A printer that works within the block.

    Raises:
        RuntimeError: it got bytes that are no slip of ours.
    """
    command = [sys.executable, "-m", "tests.bench.far_printer"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printer = FarPrinter(process.stdout.readline().strip())
        yield printer
        told, _ = process.communicate(timeout=ENDS_WITHIN_S)
    result = json.loads(told)
    if result["errors"]:
        raise RuntimeError(f"the printer did not understand {result['errors'][:3]}")
    printer.slips = result["slips"]


def main() -> None:
    with TcpPrinter() as printer:
        print(printer.setting, flush=True)
        sys.stdin.read()
    print(json.dumps({"slips": len(printer.slips), "errors": printer.errors}))


if __name__ == "__main__":
    main()
