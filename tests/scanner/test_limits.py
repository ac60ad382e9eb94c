"""What a scanner process may not do, tried in a process of its own."""

import errno
import mmap
import os
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from kiosk.scanner.child import Child
from kiosk.scanner.limits import MEMORY_BYTES, confine, has_network

LONGEST_S = 60.0


def misbehave(connection: Connection, where: str, port: str, keeps_network: str) -> None:
    """Try what is forbidden; answers how each ended, one word a try."""
    confine(keeps_network=bool(keeps_network))
    tries = (
        lambda: mmap.mmap(-1, MEMORY_BYTES),
        lambda: (Path(where) / "leak.txt").write_text("x"),
        lambda: socket.create_connection(("127.0.0.1", int(port)), timeout=5),
        lambda: [os.open(os.devnull, os.O_RDONLY) for _ in range(500)],
    )
    said = [f"network {has_network()}", *map(_outcome, tries)]
    connection.send_bytes("\n".join(said).encode())


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "OSError")
    return "done"


def outcomes(tmp_path: Path, *, keeps_network: bool) -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        child = Child(misbehave, str(tmp_path), port, "yes" if keeps_network else "")
        try:
            answer = child.receive(LONGEST_S, 1000)
        finally:
            child.close()
    assert answer is not None
    return answer.decode().splitlines()


def test_memory_files_and_network_are_out_of_reach(tmp_path: Path) -> None:
    has, memory, file, network, files = outcomes(tmp_path, keeps_network=False)
    assert (memory, file, files) == ("ENOMEM", "EFBIG", "EMFILE")
    assert not (tmp_path / "leak.txt").exists() or not (tmp_path / "leak.txt").read_bytes()
    if has == "network True":
        pytest.skip("this kernel gives no network namespaces to unprivileged processes")
    assert network == "ENETUNREACH"


def test_a_network_camera_keeps_its_network(tmp_path: Path) -> None:
    has, _, _, network, _ = outcomes(tmp_path, keeps_network=True)
    assert (has, network) == ("network True", "done")
