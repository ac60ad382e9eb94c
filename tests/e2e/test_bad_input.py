"""Bad pictures, settings, stores, printers and servers: each has its own answer, and no token is made or lost by it."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.cards import card_text, draw, draw_cards
from tests.e2e.paper import is_marked_duplicate, qr_on
from tests.e2e.programs import Line, Station, hospital
from tests.e2e.records import acknowledged, check_store, opened_store, server_events, slip_jobs, station_events
from tests.e2e.warm import WarmKiosk
from tests.escpos_printer import TcpPrinter
from tests.scanner.drawing import beside, drawn
from tests.sync.bad_server import answer, bad_server


def card(**changed: object) -> str:
    """An ABHA card's text with something wrong in it."""
    return json.dumps({"hidn": "91-0000-0000-0018", "name": "Asha Devi", "dob": "1978"} | changed, ensure_ascii=False)


BAD_TEXTS = {
    "plain_text": "OPD timings 9 to 5",
    "web_address": "https://hospital.example/opd",
    "payment": "upi://pay?pa=someone@bank&am=100",
    "contact": "BEGIN:VCARD\nFN:Asha Devi\nEND:VCARD",
    "wifi": "WIFI:S:guest;T:WPA;P:secret;;",
    "aadhaar": "2" * 400,
    "facility": "https://phr.example/share-profile?hip-id=IN0000000000&counter-id=2",
    "slip": "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071",
    "not_an_object": '["91-0000-0000-0018"]',
    "not_json": '{"hidn":"91-0000-0000-0018"',
    "no_identifier": '{"name":"Asha Devi","gender":"F","dob":"1978"}',
    "nested": card(address={"line": "12"}),
    "too_large": json.dumps({f"key{place}": "1" for place in range(60)}),
    "nul_bytes": card(name="Asha\0Devi"),
    "control_characters": card(name="Asha\x1b@\x1dVA"),
    "direction_characters": card(name="Asha \u202eiveD"),
    "markup": card(name="<script>alert(1)</script>"),
    "formula": card(name="=HYPERLINK(A1)"),
    "foreign_digits": card(hidn="९१-०००१-००००-००१८"),
    "text_malformed": card(name="A" + "\u0301" * 12),
}
"""By the reason that each must be given. A QR holds 2,953 bytes at most, so 4 KiB cannot come by a picture: for
``too_large`` there are too many keys; longer texts are ``tests/model``'s."""


def bad_pictures(folder: Path) -> dict[str, list[Path]]:
    """Files by the reason for which they must be turned away."""
    pictures = {reason: [draw(folder / f"{reason}.png", text)] for reason, text in BAD_TEXTS.items()}
    two = beside(drawn(card_text(1)), drawn(card_text(2)))
    (folder / "notes.png").write_text("not a picture")
    (folder / "cut.png").write_bytes((folder / "plain_text.png").read_bytes()[:60])
    return pictures | {
        "no_code": [written(folder / "empty.png", np.full((480, 640), 200, np.uint8))],
        "two_codes": [written(folder / "two.png", two)],
        "unreadable_file": [folder / "missing.png", folder / "notes.png", folder / "cut.png", folder],
    }


def written(path: Path, picture: "np.typing.NDArray[np.uint8]") -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


def test_each_bad_picture_gets_its_own_reason_and_stores_nothing(tmp_path: Path, warm: WarmKiosk) -> None:
    expected = [(path, reason) for reason, paths in bad_pictures(tmp_path).items() for path in paths]
    with TcpPrinter() as printer:
        station = Station(tmp_path / "kiosk", printer.setting, warm=warm)
        lines = station.check_in(*(path for path, _ in expected))
        assert [(Path(line["source"]), line["outcome"], line["reason"]) for line in lines] == [
            (path, "rejected", reason) for path, reason in expected
        ]
        assert all(line[key] is None for line in lines for key in ("label", "token_id", "service_day", "print"))
        assert station.tokens() == []
        assert printer.received == 0
    assert station_events(station.folder) == []

    (good,) = station.check_in(draw(tmp_path / "good.png", card_text(1)))
    assert (good["outcome"], good["label"]) == ("issued", "M-001")


def test_scanning_goes_on_after_a_bad_picture(tmp_path: Path, warm: WarmKiosk) -> None:
    first, last = draw_cards(tmp_path, 2)
    hostile = draw(tmp_path / "hostile.png", BAD_TEXTS["markup"])
    lines = Station(tmp_path / "kiosk", warm=warm).check_in(first, hostile, tmp_path / "missing.png", last)
    assert [line["label"] for line in lines] == ["M-001", None, None, "M-002"]


def test_what_a_hostile_code_holds_is_not_repeated_anywhere(tmp_path: Path, warm: WarmKiosk) -> None:
    """Texts of codes are patients' secrets, or an attack: no output has them."""
    files = [draw(tmp_path / f"{place}.png", text) for place, text in enumerate(BAD_TEXTS.values())]
    ended = Station(tmp_path / "kiosk", warm=warm).run("checkin", *files, "--department", "MED")
    assert ended.errors == ""
    assert not [word for word in ("Asha", "0018", "script", "HYPERLINK", "secret", "\x1b") if word in ended.output]


def test_an_unknown_department_is_wrong_use_and_issues_nothing(tmp_path: Path, warm: WarmKiosk) -> None:
    station = Station(tmp_path / "kiosk", warm=warm)
    ended = station.run("checkin", draw(tmp_path / "card.png", card_text(1)), "--department", "XYZ")
    assert ended.code == 2
    assert "XYZ" in ended.errors
    assert "MED" in ended.errors
    assert station.tokens() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KIOSK_NONSENSE", "1", ["KIOSK_NONSENSE", "printer"]),
        ("KIOSK_PRINTER", "fax:12", ["KIOSK_PRINTER", "fax:12", "folder:PATH"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    tmp_path: Path, warm: WarmKiosk, name: str, value: str, told: list[str]
) -> None:
    ended = Station(tmp_path / "kiosk", warm=warm).run("tokens", more={name: value})
    assert ended.code == 2
    assert ended.output == ""
    assert all(word in ended.errors for word in told), ended.errors
    assert "Traceback" not in ended.errors


def with_newer_schema(folder: Path) -> None:
    with opened_store(folder) as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")


def with_wrong_key(folder: Path) -> None:
    (folder / "store.key").write_text("ab" * 32)


def without_key(folder: Path) -> None:
    (folder / "store.key").unlink()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (with_newer_schema, "STORE_NEWER"),
        (with_wrong_key, "STORE_KEY_WRONG"),
        (without_key, "STORE_KEY_WRONG"),
    ],
)
def test_a_store_that_is_not_ours_to_use_is_refused_and_left_alone(
    tmp_path: Path, warm: WarmKiosk, change: Callable[[Path], None], code: str
) -> None:
    station = Station(tmp_path / "kiosk", warm=warm)
    first, second = draw_cards(tmp_path, 2)
    station.check_in(first)
    key = (station.folder / "store.key").read_text()
    change(station.folder)
    before = (station.folder / "store.db").read_bytes()

    ended = station.run("checkin", second, "--department", "MED")
    assert (ended.code, ended.output) == (1, "")
    assert ended.errors.startswith(f"{code}: ")
    assert (station.folder / "store.db").read_bytes() == before

    (station.folder / "store.key").write_text(key)
    assert len(check_store(station.folder)) == 1


@pytest.mark.parametrize(
    ("printer", "told", "kept", "slip_code"),
    [
        (lambda: TcpPrinter(refuse=True), "queued", "failed", "PRINTER_UNREACHABLE"),
        (lambda: TcpPrinter(stall_after=5000), "in_doubt", "in_doubt", "PRINTER_STALLED"),
        (lambda: TcpPrinter(close_after=5000), "in_doubt", "in_doubt", "PRINTER_GONE"),
    ],
    ids=["refused", "stalled", "gone"],
)
def test_a_broken_printer_costs_no_token_and_no_slip_comes_out_unasked(
    tmp_path: Path, warm: WarmKiosk, printer: Callable[[], TcpPrinter], told: str, kept: str, slip_code: str
) -> None:
    card = draw(tmp_path / "card.png", card_text(1))
    with printer() as broken:
        station = Station(tmp_path / "kiosk", broken.setting, warm=warm)
        started = time.monotonic()
        (line,) = station.check_in(card)
        assert time.monotonic() - started < 60
        assert (line["outcome"], line["label"], line["print"]) == ("issued", "M-001", told)
        assert broken.slips == []
    assert slip_jobs(station.folder) == [("M-001", 0, kept, slip_code)]
    (token,) = check_store(station.folder)
    assert (token["state"], token["slip"]) == ("waiting", kept)

    with TcpPrinter() as mended:
        station = replace(station, printer=mended.setting)
        (again,) = station.check_in(card)
        (slip,) = mended.wait_for(1, timeout_s=60)
        assert (again["token_id"], again["print"]) == (line["token_id"], "printed")
        assert qr_on(slip.image) == line["token_id"]
        assert is_marked_duplicate(slip.image)
    check_store(station.folder)


SERVER_FAULTS = [
    ("SERVER_FAILED", answer(500, b"{}")),
    ("SERVER_BUSY", answer(503, b"<h1>busy</h1>", b"text/html")),
    ("SERVER_GARBAGE", answer(200, b'{"acked_seq": "all of them"}')),
    ("SERVER_GARBAGE", b"SSH-2.0-OpenSSH\r\n"),
    ("SERVER_GARBAGE", b""),
]
"""Code and answer; then there are servers that are not there or never say a word."""


def test_a_broken_server_loses_nothing_and_gets_everything_once_when_mended(tmp_path: Path, warm: WarmKiosk) -> None:
    station = Station(tmp_path / "kiosk", warm=warm)
    station.check_in(*draw_cards(tmp_path / "cards", 5))
    assert_sync_fails(replace(station, server_url="http://127.0.0.1:1"), "SERVER_UNREACHABLE")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert_sync_fails(replace(station, server_url=url), "SERVER_TIMEOUT")
    for code, spoken in SERVER_FAULTS:
        with bad_server(spoken) as server:
            assert_sync_fails(replace(station, server_url=server.url), code)
    assert_all_arrives(station, tmp_path / "server.db")


def assert_sync_fails(station: Station, code: str) -> None:
    started = time.monotonic()
    ended = station.run("sync")
    assert time.monotonic() - started < 60
    assert (ended.code, ended.output) == (1, ""), ended
    assert ended.errors.splitlines()[-1].startswith(f"{code}: "), ended.errors
    assert acknowledged(station.folder) == 0


def assert_all_arrives(station: Station, database: Path) -> None:
    with hospital(database) as server:
        station = replace(station, server_url=server.url)
        reports: Sequence[Line] = [station.sync(), station.sync()]
        assert [report["pushed"] for report in reports] == [5, 0]
        assert [row["synced"] for row in station.tokens()] == [True] * 5
    assert server_events(database) == station_events(station.folder)


def test_sync_without_a_server_is_wrong_use(tmp_path: Path, warm: WarmKiosk) -> None:
    ended = Station(tmp_path / "kiosk", warm=warm).run("sync")
    assert ended.code == 2
    assert "KIOSK_SERVER_URL" in ended.errors
