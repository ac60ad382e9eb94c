"""A kiosk that is never quiet: ``python -m tests.soak.busy_station SEED``, until it is killed or its input ends.

The parts are the program's own, as ``kiosk run`` puts them together, without window, camera and printer. One JSON line
for each patient who was told a number.
"""

import json
import os
import random
import select
import sys

from kiosk.app import Station, configure_logging, open_server, open_station
from kiosk.errors import StoreError
from kiosk.model.qr import parse
from kiosk.settings import load
from kiosk.sync.loop import SyncThread
from tests.cards import card_text

PATIENTS = 400
"""Few enough for some to come to several kiosks, and again."""
LONGEST_PAUSE_S = 0.15


def main(seed: int) -> None:
    configure_logging()
    chance = random.Random(seed)
    with open_station(load(os.environ), os.environ) as station:
        server = open_server(station)
        thread = SyncThread(station.store, server, station.clock, 1.0)
        thread.start()
        try:
            while not _input_ends(chance.random() * LONGEST_PAUSE_S):
                print(json.dumps(_check_in(station, chance)), flush=True)
                thread.nudge()
        finally:
            thread.stop(15.0)
            server.close()


def _check_in(station: Station, chance: random.Random) -> dict[str, str]:
    patient = parse(card_text(chance.randrange(PATIENTS)), station.clock.now().date())
    department = chance.choice(station.facility.departments)
    try:
        token = station.registration.check_in(patient, department.code, "hi").token
    except StoreError as error:
        return {"refused": error.code}
    return {"token_id": token.token_id, "label": token.label}


def _input_ends(within_s: float) -> bool:
    return bool(select.select([sys.stdin], [], [], within_s)[0])


if __name__ == "__main__":
    main(int(sys.argv[1]))
