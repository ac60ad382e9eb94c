"""Two issuers at once, in threads and in processes, and a process that dies in the middle."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.model.events import FIRST_HASH, is_chained
from kiosk.model.patient import Patient
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import events_of, issue
from tests.contracts.calling import call, call_order
from tests.fakes import shuffled_ids
from tests.model.samples import ASHA, MONDAY, person

ROOT = Path(__file__).parents[2]


def labels(count: int) -> list[str]:
    return [f"MA-{number:03d}" for number in range(1, count + 1)]


def opened(folder: Path, seed: int = 1) -> SqliteStore:
    return open_store(folder, "A", shuffled_ids(seed), {})


def assert_whole(store: SqliteStore, tokens: int) -> None:
    """Numbers and sequence without gaps, the chain unbroken."""
    assert sorted(row.token.label for row in store.tokens(MONDAY)) == labels(tokens)
    events = events_of(store)
    assert [event.seq for event in events] == list(range(1, tokens + 1))
    hashes = [FIRST_HASH, *(event.hash for event in events)]
    assert all(is_chained(event, before) for event, before in zip(events, hashes, strict=False))
    assert store.damage() == ""


def test_racing_threads_get_distinct_numbers(tmp_path: Path) -> None:
    stores = [opened(tmp_path, seed) for seed in (1, 2)]
    barrier = threading.Barrier(8)

    def work(place: int) -> None:
        barrier.wait(60)
        for turn in range(6):
            issue(stores[place % 2], person(10 * place + turn))

    threads = [threading.Thread(target=work, args=[place]) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_whole(stores[0], 48)
    for store in stores:
        store.close()


def test_racing_desks_never_call_the_same_token(tmp_path: Path) -> None:
    stores = [opened(tmp_path, seed) for seed in (1, 2)]
    for place in range(20):
        issue(stores[0], person(place))
    barrier = threading.Barrier(4)
    labels_called: list[str] = []

    def work(place: int) -> None:
        barrier.wait(60)
        while (called := call(stores[place % 2], call_order(room=str(place)))) is not None:
            labels_called.append(called.token.label)

    threads = [threading.Thread(target=work, args=[place]) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(labels_called) == labels(20)
    assert all(row.token.calls == 1 for row in stores[0].tokens(MONDAY))
    for store in stores:
        store.close()


def test_the_same_patient_at_two_scanners_at_once_gets_one_token(tmp_path: Path) -> None:
    store = opened(tmp_path)
    barrier = threading.Barrier(6)
    found: list[str] = []

    def work() -> None:
        barrier.wait(60)
        found.append(issue(store, ASHA).token_id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert_whole(store, 1)
    store.close()


@contextmanager
def issuer() -> Iterator["subprocess.Popen[str]"]:
    """A process of ``tests.store.issuer`` that is ready and waits for its orders."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.issuer"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.stdin.close()


def told(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def answers(process: "subprocess.Popen[str]") -> list[str]:
    """What it prints until it is done, or dead."""
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    return [line.strip() for line in iter(lambda: next(lines, "done\n"), "done\n")]


def test_racing_processes_make_one_store_and_get_distinct_numbers(tmp_path: Path) -> None:
    with issuer() as one, issuer() as other:
        for turn in range(6):
            folder = tmp_path / str(turn)
            for process, name in ((one, "one"), (other, "other")):
                told(process, f"{folder} 4 {name}")
            assert sorted(answers(one) + answers(other)) == labels(8)
            store = opened(folder)
            assert_whole(store, 8)
            store.close()


def test_a_process_that_dies_before_commit_leaves_nothing_half_done(tmp_path: Path) -> None:
    with issuer() as process:
        told(process, f"{tmp_path} 4 die")
        assert answers(process) == labels(3)
        assert process.wait(60) == 9
    store = opened(tmp_path)
    assert_whole(store, 3)
    assert len(store.due_slips(store.tokens(MONDAY)[0].token.issued_at)) == 3
    assert store.next_push(10).patients[0].patient.name == "die"
    assert issue(store, Patient(abha_address="die3@abdm")).label == "MA-004"
    assert_whole(store, 4)
    store.close()
