"""From the phone's scan to the token in its app and the slip at the kiosk; and whatever dies or fails on the way."""

import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy import Row, select

from kiosk.server.app import running_server
from kiosk.server.configuring import import_configuration
from kiosk.server.database import Database, open_database
from kiosk.server.enrolling import new_code, pair
from kiosk.server.scan_and_share import AbdmAccount
from kiosk.server.tables import share
from tests.abdm.faults import access_denied, broken, cut_short, too_many
from tests.abdm.gateway import AbdmGateway, Answered
from tests.abdm.phone import PhrApp, body_v3, person
from tests.cards import abha_number, draw_cards
from tests.e2e.paper import qr_on
from tests.e2e.programs import ROOT, Station
from tests.e2e.warm import WarmKiosk
from tests.escpos_printer import TcpPrinter
from tests.migrated import lay_server
from tests.postgres import Postgres
from tests.server.sharing import Hospital, account, all_day, ready_gateway, sharing
from tests.sync.chain import FACILITY

POSTER = f"https://phrsbx.abdm.gov.in/share-profile?hip-id={FACILITY}&counter-id=OPD1"
ENOUGH_S = 120.0
"""Far above what anything here takes; the app would wait for 30."""
TRIES = 20


@pytest.fixture
def shared_url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


def test_from_the_poster_to_the_slip(shared_url: str, tmp_path: Path, warm: WarmKiosk) -> None:
    """The token is in the app; at the hospital the patient shows the ABHA card, and the very same token is printed."""
    (card,) = draw_cards(tmp_path / "cards", 1)
    with sharing(shared_url) as hospital, TcpPrinter() as printer:
        shown = hospital.phone.scan(POSTER, person(abhaNumber=abha_number(1), phoneNumber="9000000018"))
        assert shown.statuses == (202,)
        assert shown.answered == Answered("MS-001", "", "1800", "OPD1")
        kiosk = enrolled(hospital, Station(tmp_path / "kiosk", printer.setting, warm=warm))
        kiosk.sync()
        (line,) = kiosk.check_in(card)
        assert (line["outcome"], line["label"], line["print"]) == ("issued", "MS-001", "printed")
        (slip,) = printer.wait_for(1, timeout_s=10)
        assert qr_on(slip.image) == line["token_id"]
        kiosk.sync()
        again = hospital.phone.scan(POSTER, person(abhaNumber=abha_number(1)))
        assert again.answered == shown.answered, "the same person has the same token"
        assert hospital.gateway.violations == []
        assert quickest_s(hospital.phone) < 1.0


def quickest_s(phone: PhrApp) -> float:
    """From the tap on a phone to the token on its screen, the best of many: others may keep the machine busy."""
    best_s = math.inf
    for nth in range(TRIES):
        shown = phone.scan(POSTER, person(abhaAddress=f"person{nth}@sbx"))
        assert shown.answered is not None
        best_s = min(best_s, shown.after_s)
        if best_s < 1.0:
            break
    return best_s


def enrolled(hospital: Hospital, station: Station) -> Station:
    code, now = new_code(), datetime.now(UTC)
    assert hospital.database.write(lambda connection: pair(connection, FACILITY, "K1", code, now))
    told = station.run("enrol", "--server", hospital.url, "--code", code)
    assert told.code == 0, told
    return station


# --- faults of the gateway --------------------------------------------------------------------------------------------


def test_what_the_gateway_does_not_take_it_gets_again(shared_url: str) -> None:
    with sharing(shared_url) as hospital:
        hospital.gateway.fail("on_share", broken(503), too_many("1"), cut_short())
        shown = hospital.phone.scan(POSTER)
        assert shown.answered is not None
        row = settled(hospital.database)
        assert (row.state, row.label, row.attempts) == ("sent", shown.answered.label, 4)
        assert hospital.gateway.violations == []


def test_a_lost_session_costs_no_answer(shared_url: str) -> None:
    with sharing(shared_url) as hospital:
        hospital.phone.scan(POSTER)
        hospital.gateway.forget_sessions()
        shown = hospital.phone.scan(POSTER, person(abhaAddress="ravi@sbx"))
        assert shown.answered is not None
        assert shown.answered.label == "MS-002"


def test_what_it_never_takes_is_given_up_and_kept(shared_url: str) -> None:
    with sharing(shared_url) as hospital:
        hospital.gateway.fail("on_share", access_denied())
        call = hospital.phone.compose(body_v3())
        assert hospital.phone.deliver(call) == 202
        row = settled(hospital.database)
        assert (row.state, row.label, row.attempts, row.address) == ("given_up", "MS-001", 1, None)
        assert row.problem


def settled(database: Database) -> Row[Any]:
    """The only share, once the gateway has its answer or will never have it."""
    for _ in range(1_000):
        with database.reader.begin() as connection:
            (row,) = connection.execute(select(share)).all()
        if row.state != "due":
            return row
        pause()
    raise AssertionError("the answer stays due")


def none_is_due(url: str) -> None:
    """Once every answer has been given; one whose server died goes out again when its lease has ended."""
    with closing(open_database(url)) as database:
        for _ in range(2_000):
            with database.reader.begin() as connection:
                if connection.execute(select(share).where(share.c.state == "due")).first() is None:
                    return
            pause()
    raise AssertionError("an answer stays due")


def pause() -> None:
    """The other side works in threads of its own, and says nothing when it is done."""
    threading.Event().wait(0.02)


# --- death at each point ----------------------------------------------------------------------------------------------

POINTS = {"received": 0, "committed": 0, "sent": 202, "told": 202}
"""Where the server dies; what the gateway was told by then of having delivered."""


@dataclass(frozen=True)
class Mortal:
    """Servers that die, one after the other; see ``dying_share_server``."""

    told: IO[str]
    said: IO[str]

    def serve(self, when: str, database_url: str, gateway: AbdmGateway) -> None:
        """Returns when the gateway's callbacks come in."""
        self.told.write(f"{when} {database_url} {gateway.url}\n")
        self.told.flush()
        gateway.bridge_url = f"http://127.0.0.1:{int(self.said.readline())}"

    def end(self) -> int:
        return int(self.said.readline())


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    words, pipe = [sys.executable, "-m", "tests.e2e.dying_share_server"], subprocess.PIPE
    process = subprocess.Popen(words, cwd=ROOT, text=True, start_new_session=True, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Mortal(process.stdin, process.stdout)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("when", POINTS)
def test_whenever_it_dies_the_app_gets_one_number(tmp_path: Path, mortal: Mortal, when: str) -> None:
    url = f"sqlite:///{lay_server(tmp_path / 'server.db')}"
    with closing(open_database(url)) as database:
        import_configuration(database, all_day(), datetime.now(UTC))
    with ready_gateway() as gateway:
        phone = PhrApp(gateway)
        call = phone.compose(body_v3())
        mortal.serve(when, url, gateway)
        assert phone.deliver(call) == POINTS[when] or when in ("sent", "told")
        assert mortal.end() == -signal.SIGKILL
        with running_server(url, abdm=AbdmAccount(account(gateway))) as server:
            gateway.bridge_url = server.url
            if when == "received":  # nothing is known of it: it is for the gateway to bring it again
                assert phone.deliver(call) == 202
            shown = gateway.wait_for_answer(call.request_id, ENOUGH_S)
            assert shown is not None
            assert phone.deliver(call) == 202
            other = phone.share(phone.compose(body_v3(who=person(abhaAddress="ravi@sbx"))))
            assert other.answered is not None
            assert other.answered.label == "MS-002", "no number is lost, and none is used twice"
            none_is_due(url)
        answers = gateway.answers[call.request_id]
        assert {each.label for each in answers} == {shown.label} == {"MS-001"}
        assert len(answers) == (2 if when == "sent" else 1)
        assert gateway.violations == []
