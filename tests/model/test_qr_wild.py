"""``parse`` against text that nobody thought of: it refuses or understands, and never lets anything hostile through."""

import json
import unicodedata
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.patient import Patient
from kiosk.model.qr import QrError, parse
from tests.model.samples import MONDAY, app_code, card

HOSTILE = (
    "\x00\x1b\x1d\x07\r\n\t\x85\u2028\u202e\u2066\u200f\u061c\u200b\ufeff<>&;=+-@|!(\"'\\{}[]:,\u037e＝\ud800\ue000\U000e0001"
    "९४٩०\u0301\u093c\u200d\u200c"
)
_WILD_TEXT = st.text(st.one_of(st.sampled_from(HOSTILE), st.characters()), max_size=40)
_VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _WILD_TEXT)
_JSON = st.recursive(
    _VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WILD_TEXT, inner, max_size=3)
)
_KEYS = st.sampled_from(("hidn", "hid", "phr", "name", "gender", "dob", "mobile", "address", "state name", "hipId"))
_SOME_IDENTIFIER = {"hid": "asha@abdm"}


def understood(untrusted_text: str) -> Patient | None:
    try:
        return parse(untrusted_text, MONDAY)
    except QrError:
        return None


def texts_of(patient: Patient) -> list[str]:
    values = (getattr(patient, field.name) for field in fields(patient))
    return [value for value in values if isinstance(value, str)]


def assert_harmless(patient: Patient) -> None:
    for text in texts_of(patient):
        assert not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert not {unicodedata.bidirectional(char) for char in text} & {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "LRI",
            "RLI",
            "FSI",
        }
        assert not set(text) & set("<>\u200e\u200f\u061c")
        assert not text.startswith(("=", "@", "＝", "＠"))
        assert not text.startswith(("+", "-")) or not set(text) & set("=(!|")
        assert text == " ".join(text.split()) == unicodedata.normalize("NFC", text)
        assert len(text) <= 300
    assert not patient.name.startswith(("+", "-"))
    assert patient.abha_number or patient.abha_address


@given(st.one_of(st.text(), _WILD_TEXT))
def test_any_text_is_refused_or_harmless(text: str) -> None:
    if patient := understood(text):
        assert_harmless(patient)


@given(_JSON)
def test_any_json_is_refused_or_harmless(value: object) -> None:
    if patient := understood(json.dumps(value)):
        assert_harmless(patient)


@given(st.dictionaries(_KEYS, _VALUES, max_size=6), st.booleans())
def test_wild_values_under_known_keys_are_refused_or_harmless(values: dict[str, object], ascii_only: bool) -> None:
    if patient := understood(json.dumps(_SOME_IDENTIFIER | values, ensure_ascii=ascii_only)):
        assert_harmless(patient)


@given(st.sampled_from((card(), app_code())), st.data())
def test_a_damaged_code_is_refused_or_harmless(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 8)))
    if patient := understood(text[:start] + data.draw(_WILD_TEXT) + text[end:]):
        assert_harmless(patient)


@given(
    st.text(st.characters(min_codepoint=0x0900, max_codepoint=0x0D7F, categories=("L", "M")), min_size=1, max_size=60)
)
def test_letters_of_indian_scripts_are_never_changed(name: str) -> None:
    patient = understood(json.dumps(_SOME_IDENTIFIER | {"name": name}))
    assert patient is None or patient.name == unicodedata.normalize("NFC", name)
