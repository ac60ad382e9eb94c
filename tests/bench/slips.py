"""``python -m tests.bench.slips``: what a slip takes to draw and to send, beside python-escpos's ``image()``.

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
ALONE = {512: ("hi",), 384: ("hi", "ta", "ur")}
"""Languages timed on these papers; on the others all."""
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
    """The tables, and whether the aims are met."""
    yield first_told()
    yield f"{count} slips of different people for each line; p99 is the slowest but one of a hundred"
    yield ""
    yield f"{'':68}ours | python-escpos's image()"
    yield row("", "draw ms", "draw ms", "CPU ms", "bytes", "share of", "encode", "network", "115200") + _LIBRARY_COLUMNS
    yield row("", "p50", "p99", "p99", "", "bitmap", "ms", "ms", "baud s") + row("", "", "ms", "ms", "baud s")
    results: dict[tuple[int, str], list[Measured]] = {}
    with sink() as transport:
        for width in PAPERS:
            for language in ALONE.get(width, LANGUAGES):
                results[width, language] = measured(width, language, count, transport)
                yield line_of(f"{width} {language}", results[width, language])
    yield ""
    yield from shares()
    yield ""
    yield from aims(results)


def first_told() -> str:
    begun_s = time.thread_time()
    first_ms, _ = timed(lambda: SlipPainter(576).render(slip_in("hi")))
    return (
        f"the very first slip after a start took {first_ms:.0f} ms, {(time.thread_time() - begun_s) * 1000:.0f} of CPU"
    )


def shares() -> Iterator[str]:
    """Bytes against the bare bitmap's, for one slip and its copy, which has a black bar, in each language."""
    yield "bytes, and their share of the bare bitmap's, of one slip and of its copy (DUPLICATE 1)"
    yield row("", *(f"{width} {what}" for width in PAPERS for what in ("bytes", "slip", "copy")))
    for language in LANGUAGES:
        cells: list[object] = []
        for width in PAPERS:
            slip, copy = (SlipPainter(width).render(slip_in(language, copy=copy)) for copy in (0, 1))
            cells += [len(slip_bytes(slip)), f"{share_of(slip):.3f}", f"{share_of(copy):.3f}"]
        yield row(language, *cells)


def share_of(raster: Raster) -> float:
    return len(slip_bytes(raster)) / len(raster.rows)


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
    share = middle_share(found)
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
    """Each aim, and whether it was met, at 576 dots; the worst language by its name."""
    wide = {language: found for (width, language), found in results.items() if width == 576}
    every = [each for found in wide.values() for each in found]
    clock_ms = percentile([each.render_ms for each in every], 99)
    cpu_ms = percentile([each.render_cpu_ms for each in every], 99)
    clock, own = (f"{ms:.1f} ms ({met(ms < MOST_RENDER_MS)})" for ms in (clock_ms, cpu_ms))
    yield f"drawing, p99: {clock} by the clock, {own} without other programs; aim under {MOST_RENDER_MS:.0f} ms"
    share = {language: middle_share(found) for language, found in wide.items()}
    worst = max(share, key=share.__getitem__)
    over = [language for language in share if share[language] > MOST_SHARE]
    told = f"met in {len(share) - len(over)} languages" + (f", NOT met in {', '.join(over)}" if over else "")
    yield f"bytes: worst is {worst} with {share[worst]:.3f} of the bare bitmap; aim at most {MOST_SHARE}: {told}"
    largest = max(every, key=lambda each: each.ours.size)
    ours, library = (f"{way.serial_s:.2f} s" for way in (largest.ours, largest.library))
    yield f"wire: the largest slip takes {ours} at {BAUD} baud, {library} as python-escpos sends it"


def middle_share(found: Sequence[Measured]) -> float:
    return percentile([each.ours.size / each.bare for each in found], 50)


def met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


if __name__ == "__main__":
    main()
