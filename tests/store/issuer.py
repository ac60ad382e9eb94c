"""A second process at the same store: for each line of its input, ``DIR COUNT NAME``, opens and issues; prints labels.

With the name ``die`` it ends like a power cut, inside its last transaction.
"""

import os
import sys
from pathlib import Path

from sqlalchemy import event

from kiosk.model.patient import Patient
from kiosk.store.store import SqliteStore, open_store
from tests.contracts.acts import issue
from tests.fakes import shuffled_ids


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        folder, count, name = line.split()
        store = open_store(Path(folder), "A", shuffled_ids(int.from_bytes(os.urandom(8))), {})
        for place in range(int(count)):
            if name == "die" and place == int(count) - 1:
                _die_before_commit(store)
            print(issue(store, Patient(abha_address=f"{name}{place}@abdm", name=name)).label, flush=True)
        store.close()
        print("done", flush=True)


def _die_before_commit(store: SqliteStore) -> None:
    @event.listens_for(store._writer, "commit")
    def power_cut(_connection: object) -> None:
        os._exit(9)


if __name__ == "__main__":
    main()
