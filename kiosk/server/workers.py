"""Several processes over one listening socket: one that dies is replaced, and none outlives its parent."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess

import structlog

PAUSE_S = 1.0
"""Before a dead worker is replaced, since the next one may die of the same."""
STOP_S = 8.0
"""Workers that have not ended by then are killed."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.get_logger()


def keep_working(stopped: int, count: int, work: Callable[..., None], args: Sequence[object]) -> None:
    """Run ``work(*args)`` in ``count`` processes until ``stopped`` can be read from. ``work`` ends at SIGTERM.

    ``work`` and ``args`` are pickled; sockets may be among them.
    """
    workers = [_started(work, args) for _ in range(count)]
    try:
        while stopped not in wait([stopped, *(worker.sentinel for worker in workers)]):
            dead = [worker for worker in workers if not worker.is_alive()]
            workers = [worker for worker in workers if worker not in dead]
            _bury(dead)
            if not wait([stopped], PAUSE_S):
                workers += [_started(work, args) for _ in dead]
    finally:
        _stop(workers)


@contextmanager
def stop_signal() -> Iterator[int]:
    """A file descriptor that can be read from once SIGTERM or SIGINT has come. Only the main thread may call this.

    As exceptions they could come at a wrong moment, such as between starting a process and noting it down.
    """
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    before = {number: signal.signal(number, lambda *_: os.write(writable, b"s")) for number in SIGNALS}
    try:
        yield readable
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(readable)
        os.close(writable)


def _started(work: Callable[..., None], args: Sequence[object]) -> SpawnProcess:
    # Spawned, not forked: a fork copies locks that other threads hold.
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(work, *args), name="server worker", daemon=True
    )
    process.start()
    _log.info("worker_started", worker=process.pid)
    return process


def _run(work: Callable[..., None], *args: object) -> None:
    # Ctrl+C reaches all processes; it is the parent that decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    work(*args)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _bury(dead: Sequence[SpawnProcess]) -> None:
    for worker in dead:
        _log.error("worker_died", worker=worker.pid, exit_code=worker.exitcode)
        worker.close()


def _stop(workers: Sequence[SpawnProcess]) -> None:
    for worker in workers:
        worker.terminate()
    until = time.monotonic() + STOP_S
    for worker in workers:
        worker.join(max(0.0, until - time.monotonic()))
        if worker.is_alive():
            _log.error("worker_killed", worker=worker.pid)
            worker.kill()
            worker.join()
        worker.close()
