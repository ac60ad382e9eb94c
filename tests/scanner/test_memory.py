"""The process that looks may run for months: its memory does not grow with the frames. In ``make soak`` for longer."""

import os
import random
from itertools import cycle
from multiprocessing.connection import Connection

from kiosk.scanner.child import Child
from kiosk.scanner.frames import Frame, JpegFrame
from kiosk.scanner.limits import confine
from kiosk.scanner.messages import BEGIN, MAX_MESSAGE_BYTES
from kiosk.scanner.process import tell_of
from tests.scanner.fuzzing import mutated, resident_kb, scene
from tests.scanner.hearing import LONGEST_S
from tests.scanner.mjpeg_server import jpeg

FRAMES, WARM_UP, EVERY = 2000, 400, 100
GROWTH_KB = 6_000
_TOLD = b"\0kB"


def small_pictures(chance: random.Random, count: int) -> list[bytes]:
    whole = [jpeg(scene(chance, ((240, 320),))) for _ in range(count // 2)]
    return [*whole, *(mutated(one, chance, of_its_size=True) for one in whole)]


class Counted:
    """Whole and mutated JPEGs as fast as they are taken; tells the process's memory every so many."""

    is_live = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._frames = cycle(map(JpegFrame, small_pictures(random.Random(3), 40)))
        self._shown = 0

    def read(self) -> Frame:
        self._shown += 1
        if self._shown % EVERY == 0:
            self._connection.send_bytes(_TOLD + str(resident_kb(os.getpid())).encode())
        return next(self._frames)

    def close(self) -> None:
        pass


def watch_many(connection: Connection) -> None:
    confine()
    source = Counted(connection)
    tell_of(connection, lambda: source)


def test_memory_does_not_grow_with_the_frames() -> None:
    child, used_kb = Child(watch_many), list[int]()
    try:
        child.send(BEGIN)
        while len(used_kb) < FRAMES // EVERY:
            message = child.receive(LONGEST_S, MAX_MESSAGE_BYTES)
            assert message is not None
            if message.startswith(_TOLD):
                used_kb.append(int(message.removeprefix(_TOLD)))
    finally:
        child.close()
    print(f"memory after {FRAMES} frames: {used_kb} kB")
    after = WARM_UP // EVERY
    assert max(used_kb[after:]) - max(used_kb[:after]) < GROWTH_KB
