"""The program believes nothing that the scanner's process sends."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import CameraError
from kiosk.ports import CameraStateChanged, CodeRead, DeviceState, PreviewFrame, TwoCodesSeen
from kiosk.scanner.messages import (
    HEARTBEAT,
    MAX_MESSAGE_BYTES,
    MAX_TEXT_BYTES,
    pack_code,
    pack_preview,
    pack_state,
    pack_two_codes,
    unpack,
)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=500))
def test_a_text_arrives_as_it_was_sent(text: str) -> None:
    assert unpack(pack_code(text)) == CodeRead(text)


def test_the_longest_text_of_the_worst_characters_arrives() -> None:
    text = "\0" * MAX_TEXT_BYTES
    assert unpack(pack_code(text)) == CodeRead(text)


@pytest.mark.parametrize("state", DeviceState)
def test_states_arrive(state: DeviceState) -> None:
    assert unpack(pack_state(state, "CAMERA_NO_FRAMES")) == CameraStateChanged(state, "CAMERA_NO_FRAMES")


def test_the_rest_arrives() -> None:
    assert unpack(HEARTBEAT) is None
    assert unpack(pack_two_codes()) == TwoCodesSeen()
    largest = pack_preview(480, 270, bytes(480 * 270 * 3))
    assert unpack(largest) == PreviewFrame(480, 270, bytes(480 * 270 * 3))
    assert len(largest) == MAX_MESSAGE_BYTES


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"Hx",
        b"Tx",
        b"?",
        b"C",
        b"C{}",
        b"Cnull",
        b'C{"text":1}',
        b'C{"text":"a","more":"b"}',
        b'C{"text":"\\ud800"}',
        b'C{"text":"\xff"}',
        b"C" + b"[" * 60_000,
        b'C{"text":' + json.dumps("a" * (MAX_TEXT_BYTES + 1)).encode() + b"}",
        b'S{"state":"happy","code":""}',
        b'S{"state":"failed","code":"<b>"}',
        b'S{"state":"failed","code":7}',
        b"P",
        b"P\x00\x01\x00\x01",
        b"P\x00\x00\x00\x00",
        b"P\x00\x01\x00\x01\x00\x00\x00\x00",
        b"P" + (481).to_bytes(2, "big") + (1).to_bytes(2, "big") + bytes(481 * 3),
        b"P" + (1).to_bytes(2, "big") + (271).to_bytes(2, "big") + bytes(271 * 3),
        b"\x80\x04\x95",
    ],
)
def test_anything_else_is_garbled(message: bytes) -> None:
    with pytest.raises(CameraError) as caught:
        unpack(message)
    assert caught.value.code == "SCANNER_GARBLED"


@given(st.sampled_from([b"C", b"S", b"P", b"T", b"H", b""]), st.binary(max_size=200))
def test_no_bytes_do_more_harm_than_being_garbled(kind: bytes, body: bytes) -> None:
    with suppress(CameraError):
        unpack(kind + body)
