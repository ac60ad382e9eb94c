"""A lone picture through all that there is, as ``kiosk decode`` looks at it."""

import time

from kiosk.scanner.decode import Grey
from kiosk.scanner.reading import Reader


def texts_in(grey: Grey) -> tuple[str, ...]:
    return Reader(time.perf_counter, None).read(grey).texts
