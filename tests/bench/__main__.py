"""``python -m tests.bench``: how long decoding, issuing and printing take here.

Exits with 0 whether or not the aims are met: a busy machine is no failure. Anything else means nothing was measured.
"""

import argparse
import tempfile
from pathlib import Path

from kiosk.app import configure_logging
from tests.bench.measuring import measure
from tests.bench.report import report


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench", description="How long a check-in takes here.")
    words.add_argument("--count", type=int, default=500, help="check-ins, 500 unless told")
    words.add_argument("--seed", type=int, default=1, help="where in the frame the cards are held")
    given = words.parse_args()
    # As the commands do: a line for each slip would be part of what is measured.
    configure_logging()
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        times = measure(Path(folder), given.count, given.seed)
    for line in report(times, given.seed):
        print(line)


if __name__ == "__main__":
    main()
