"""``python -m tests.bench.slips``: how long a slip takes to draw and to send, beside python-escpos's ``image()``.

Exits with 0 whether or not the aims are met: a busy machine is no failure.
"""

import argparse
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from escpos.printer import Dummy
from PySide6.QtGui import QGuiApplication

from kiosk.model.slip import Slip
from kiosk.printing.escpos import slip_bytes
from kiosk.printing.layout import SlipPainter
from kiosk.printing.raster import Raster
from kiosk.printing.transports import NetworkTransport
from tests.bench.report import machine, percentile
from tests.printing.hospital import LANGUAGES, slip_in

MOST_RENDER_MS = 25.0
MOST_SHARE = 0.35
BAUD, BITS_PER_BYTE = 115_200, 10
PAPERS = {576: "NT-80-V-UL", 512: "TM-T88V", 384: "POS-5890"}
"""Widths, and python-escpos's profiles of them; with its default it writes a warning to standard output."""
SHOWN = ("en", "hi", "bn", "ta", "ur")
DEADLINE_S = 30.0
_LIBRARY_COLUMNS = f"{'':8}{'bytes':>10}{'encode':>10}{'network':>10}{'115200':>10}"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Sent:
    """One way to send one slip: milliseconds to make the bytes, how many, milliseconds on a network of this machine."""

    encode_ms: float
    size: int
    network_ms: float

    @property
    def serial_s(self) -> float:
        return self.size * BITS_PER_BYTE / BAUD


@dataclass(frozen=True)
class Measured:
    """One slip. ``bare`` is the size of its bitmap in bytes; the processor's time leaves out other programs'."""

    render_ms: float
    render_cpu_ms: float
    bare: int
    ours: Sent
    library: Sent


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m tests.bench.slips", description="How long a slip takes here.")
    words.add_argument("--count", type=int, default=100, help="slips for each paper and language, 100 unless told")
    count = words.parse_args().count
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    for line in machine():
        print(line)
    for line in report(count):
        print(line)
    del application


def report(count: int) -> Iterator[str]:
    """The table, and whether the aims are met."""
    first_ms, _ = timed(lambda: SlipPainter(576).render(slip_in("hi")))
    yield f"{count} slips of different people for each line; the very first one after a start took {first_ms:.0f} ms"
    yield ""
    yield f"{'':68}ours | python-escpos's image()"
    yield row("", "draw ms", "draw ms", "CPU ms", "bytes", "share of", "encode", "network", "115200") + _LIBRARY_COLUMNS
    yield row("", "p50", "p99", "p99", "", "bitmap", "ms", "ms", "baud s") + row("", "", "ms", "ms", "baud s")
    results: dict[tuple[int, str], list[Measured]] = {}
    with sink() as transport:
        for width in PAPERS:
            for language in SHOWN if width == 576 else SHOWN[1:2]:
                results[width, language] = measured(width, language, count, transport)
                yield line_of(f"{width} {language}", results[width, language])
    yield ""
    yield from aims(results)


def measured(width: int, language: str, count: int, transport: NetworkTransport) -> list[Measured]:
    """``count`` slips of different people, one after the other; one before them warms up what a running kiosk has."""
    painter = SlipPainter(width)
    painter.render(slip_in(language))
    return [one(painter, slip, transport) for slip in slips(language, count)]


def slips(language: str, count: int) -> Iterator[Slip]:
    chance = random.Random(count)
    names = [slip_in(each).person for each in LANGUAGES]
    for number in range(count):
        label = f"G{chance.choice('ABCD')}-{number + 1:03d}"
        ahead = slip_in(language).ahead.replace("12", str(chance.randrange(60)))
        yield replace(slip_in(language), label=label, person=chance.choice(names), ahead=ahead, token_id=uuid(chance))


def uuid(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def one(painter: SlipPainter, slip: Slip, transport: NetworkTransport) -> Measured:
    begun_s = time.thread_time()
    render_ms, raster = timed(lambda: painter.render(slip))
    cpu_ms = (time.thread_time() - begun_s) * 1000
    ours = sent(lambda: slip_bytes(raster), transport)
    library = sent(lambda: plain_image(raster), transport)
    return Measured(render_ms, cpu_ms, len(raster.rows), ours, library)


def sent(encode: Callable[[], bytes], transport: NetworkTransport) -> Sent:
    encode_ms, data = timed(encode)
    network_ms, _ = timed(lambda: send(data, transport))
    return Sent(encode_ms, len(data), network_ms)


def send(data: bytes, transport: NetworkTransport) -> None:
    until = time.monotonic() + DEADLINE_S
    with transport.opened(DEADLINE_S) as link:
        link.write_all(data, until)
        link.flush(until)


def plain_image(raster: Raster) -> bytes:
    """As python-escpos's users print a picture."""
    device = Dummy(profile=PAPERS[raster.width])
    device.hw("INIT")
    device.image(raster.image(), impl="bitImageRaster")
    device.cut(mode="PART", feed=False)
    return bytes(device.output)


@contextmanager
def sink() -> Iterator[NetworkTransport]:
    """A printer's port on this machine that takes everything at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_swallow, args=(listener,), name="sink")
        thread.start()
        try:
            yield NetworkTransport(*listener.getsockname())
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _swallow(listener: socket.socket) -> None:
    while True:
        try:
            link, _ = listener.accept()
        except OSError:  # shut down
            return
        with link:
            while link.recv(65536):
                pass


def timed(work: Callable[[], _T]) -> tuple[float, _T]:
    """Milliseconds, and what came of it."""
    started = time.perf_counter()
    result = work()
    return (time.perf_counter() - started) * 1000, result


def line_of(name: str, found: Sequence[Measured]) -> str:
    render = [each.render_ms for each in found]
    ours = middle([each.ours for each in found])
    library = middle([each.library for each in found])
    share = ours.size / percentile([each.bare for each in found], 50)
    drawn = [percentile(render, 50), percentile(render, 99), percentile([each.render_cpu_ms for each in found], 99)]
    mine = row(name, *map(tenths, drawn), ours.size, f"{share:.3f}", *wire(ours))
    return mine + row("", library.size, *wire(library))


def wire(way: Sent) -> list[str]:
    return [tenths(way.encode_ms), tenths(way.network_ms), f"{way.serial_s:.2f}"]


def tenths(value: float) -> str:
    return f"{value:.1f}"


def row(name: str, *cells: object) -> str:
    return f"{name:8}" + "".join(f"{cell!s:>10}" for cell in cells)


def middle(ways: Sequence[Sent]) -> Sent:
    """The median of each figure."""
    encode, network = ([getattr(way, field) for way in ways] for field in ("encode_ms", "network_ms"))
    return Sent(percentile(encode, 50), int(percentile([way.size for way in ways], 50)), percentile(network, 50))


def aims(results: dict[tuple[int, str], list[Measured]]) -> Iterator[str]:
    """Each aim, and whether it was met, at 576 dots over all languages."""
    wide = [each for (width, _), found in results.items() if width == 576 for each in found]
    slowest = percentile([each.render_ms for each in wide], 99)
    cpu = percentile([each.render_cpu_ms for each in wide], 99)
    told = f"drawing takes {slowest:.1f} ms, {cpu:.1f} ms of them the processor's (p99)"
    yield f"{told}; aim under {MOST_RENDER_MS:.0f} ms on a quiet machine: {met(slowest < MOST_RENDER_MS)}"
    for language in SHOWN:
        found = results[576, language]
        share = sum(each.ours.size for each in found) / sum(each.bare for each in found)
        yield f"{language}: {share:.3f} of the bare bitmap; aim at most {MOST_SHARE}: {met(share <= MOST_SHARE)}"


def met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


if __name__ == "__main__":
    main()
