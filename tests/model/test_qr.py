"""Every dialect of the ABHA QR becomes the same patient; everything else is refused with a reason of its own."""

import json

import pytest

from kiosk.model.patient import BirthDate, Patient, Sex
from kiosk.model.qr import MAX_MARKS, Kind, QrError, Reason, classify, parse, parse_birth
from tests.model.samples import MONDAY, app_code, card

AADHAAR_XML = (
    '<?xml version="1.0" encoding="UTF-8"?><PrintLetterBarcodeData uid="000000000000" name="Asha Devi" yob="1984"/>'
)


def reason(untrusted_text: str) -> Reason:
    with pytest.raises(QrError) as caught:
        parse(untrusted_text, MONDAY)
    return caught.value.reason


# --- dialects --------------------------------------------------------------------------------------------------------


def test_a_card_gives_every_field() -> None:
    assert parse(card(), MONDAY) == Patient(
        abha_number="91000000000018",
        abha_address="asha.devi@abdm",
        name="Asha Devi",
        sex=Sex.FEMALE,
        birth=BirthDate(1984, 3, 7),
        mobile="9000000000",
        address="C/O Ram Prasad House No 12 Sector 9",
        district="Lucknow",
        state="UTTAR PRADESH",
    )


def test_an_app_code_leaves_out_what_apps_leave_out() -> None:
    assert parse(app_code(), MONDAY) == Patient(
        abha_number="91000000000018",
        abha_address="ashadevi@sbx",
        name="Asha Devi",
        sex=Sex.FEMALE,
        birth=BirthDate(1984, 3, 7),
        address="As declared by the user",
    )


def test_an_address_only_code_has_no_number_and_perhaps_only_a_year() -> None:
    patient = parse(app_code(hidn="-", dob="1978", gender="M", address="aaaaaa Garden "), MONDAY)
    assert patient.abha_number is None
    assert patient.abha_address == "ashadevi@sbx"
    assert patient.birth == BirthDate(1978)
    assert patient.address == "aaaaaa Garden"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"healthIdNumber": "91-0000-0000-0018"}, ("91000000000018", None)),
        ({"abha_number": "91 0000 0000 0018"}, ("91000000000018", None)),
        ({"HIDN": "91000000000018"}, ("91000000000018", None)),
        ({"hidn": 91000000000018}, ("91000000000018", None)),
        ({"healthId": "Asha.Devi@ABDM"}, (None, "asha.devi@abdm")),
        ({"abhaAddress": "asha.devi@abdm"}, (None, "asha.devi@abdm")),
        ({"hid": "Asha"}, (None, "asha")),
        ({"hid": None, "phr": "ashadevi@sbx"}, (None, "ashadevi@sbx")),
        ({"hid": "-", "phr": "ashadevi@sbx"}, (None, "ashadevi@sbx")),
        ({"hidn": "0000000000000018", "hid": "asha@abdm"}, (None, "asha@abdm")),
    ],
)
def test_identifiers_are_known_under_all_their_names(
    keys: dict[str, object], expected: tuple[str | None, str | None]
) -> None:
    patient = parse(json.dumps(keys), MONDAY)
    assert (patient.abha_number, patient.abha_address) == expected


@pytest.mark.parametrize(("state", "district"), [("state name", "dist name"), ("state_name", "district_name")])
def test_state_and_district_are_known_under_both_spellings(state: str, district: str) -> None:
    text = card(**{"state name": ..., "district_name": ..., state: "KERALA", district: "Idukki"})
    patient = parse(text, MONDAY)
    assert (patient.state, patient.district) == ("KERALA", "Idukki")


def test_names_in_the_fields_for_codes_do_no_harm() -> None:
    assert parse(card(statelgd="Maharashtra", distlgd="Thane"), MONDAY) == parse(card(), MONDAY)


@pytest.mark.parametrize("empty", ["-", "--", "", "  ", "null", "NULL", "NA", "n/a", None])
def test_values_that_say_nothing_are_nothing(empty: str | None) -> None:
    text = card(hidn=empty, name=empty, gender=empty, dob=empty, mobile=empty, address=empty, district_name=empty)
    assert parse(text, MONDAY) == Patient(abha_address="asha.devi@abdm", state="UTTAR PRADESH")


@pytest.mark.parametrize("around", ["\ufeff{}", "\x00\x00{}\x00", "\r\n{}\r\n", "  \t{} ", "{}\x00\r\n", "\ufeff {}\n"])
def test_what_scanners_put_around_a_code_is_taken_off(around: str) -> None:
    assert parse(around.replace("{}", card()), MONDAY) == parse(card(), MONDAY)


def test_blanks_inside_values_are_collapsed() -> None:
    patient = parse(card(name="  Asha   Devi ", address=" House 12,\r\n\tSector 9  "), MONDAY)
    assert (patient.name, patient.address) == ("Asha Devi", "House 12, Sector 9")


def test_typographic_quotes_are_straightened() -> None:
    assert parse("{“hid”:“asha@abdm”,“name”:“Asha Devi”}", MONDAY).name == "Asha Devi"


@pytest.mark.parametrize(
    ("code", "sex"),
    [
        ("M", Sex.MALE),
        ("f", Sex.FEMALE),
        ("O", Sex.OTHER),
        ("T", Sex.TRANSGENDER),
        ("D", Sex.UNDISCLOSED),
        ("U", Sex.UNKNOWN),
        ("X", Sex.UNKNOWN),
        ("ß", Sex.UNKNOWN),
        ("", Sex.UNKNOWN),
        ("Female", Sex.FEMALE),
    ],
)
def test_sex_codes(code: str, sex: Sex) -> None:
    assert parse(card(gender=code), MONDAY).sex is sex


@pytest.mark.parametrize(
    ("mobile", "expected"),
    [
        ("9000000000", "9000000000"),
        ("+91 9000000000", "9000000000"),
        ("91-9000000000", "9000000000"),
        (9000000000, "9000000000"),
        ("1234567890", None),
        ("90000", None),
    ],
)
def test_mobile_numbers(mobile: object, expected: str | None) -> None:
    assert parse(card(mobile=mobile), MONDAY).mobile == expected


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("7/3/1984", BirthDate(1984, 3, 7)),
        ("07/03/1984", BirthDate(1984, 3, 7)),
        ("7-3-1984", BirthDate(1984, 3, 7)),
        ("07.03.1984", BirthDate(1984, 3, 7)),
        ("1984-03-07", BirthDate(1984, 3, 7)),
        ("29/2/2024", BirthDate(2024, 2, 29)),
        ("1984", BirthDate(1984)),
        ("1984-00-00", BirthDate(1984)),
        ("1984-03-00", BirthDate(1984, 3)),
        ("00/00/1984", BirthDate(1984)),
        ("31/02/1984", BirthDate(1984)),
        ("3/13/1984", BirthDate(1984)),
        ("23/11/2026", BirthDate(2026, 11, 23)),
        ("24/11/2026", None),
        ("2027", None),
        ("1889", None),
        ("0000", None),
        ("84", None),
        ("7/3/84", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_birth_dates_are_never_made_up(text: str, birth: BirthDate | None) -> None:
    assert parse_birth(text, MONDAY) == birth


@pytest.mark.parametrize(
    "name",
    [
        "आशा श्रीवास्तव",
        "ক্ষমা রায়",
        "ਹਰਪ੍ਰੀਤ ਕੌਰ",
        "ક્ષમા પટેલ",
        "ଶ୍ରୀମତୀ ଦାସ",
        "ஸ்ரீதேவி ரவி",
        "శ్రీదేవి రెడ్డి",
        "ಶ್ರೀದೇವಿ ಗೌಡ",
        "ശ്രീദേവി നായർ",
        "र्‍यानी क्‌षमा",  # ZWJ and ZWNJ carry meaning
        "محمد رفیع",
    ],
)
def test_names_in_indian_scripts_survive_unchanged(name: str) -> None:
    assert parse(card(name=name), MONDAY).name == name
    assert parse(json.dumps({"hid": "a@abdm", "name": name}), MONDAY).name == name


# --- codes of other kinds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://phrsbx.abdm.gov.in/share-profile?hip-id=IN0000000000&counter-id=12345", Reason.FACILITY),
        ("HTTPS://phr.abdm.gov.in/share-profile?hip-id=IN0000000000&counter-id=1", Reason.FACILITY),
        ('{"hipId":"IN0000000000","code":"OPD1"}', Reason.FACILITY),
        ('{"hipId":"IN0000000000","code":"1","facilityName":"District Hospital"}', Reason.FACILITY),
        (AADHAAR_XML, Reason.AADHAAR),
        ("</?xml " + AADHAAR_XML[6:], Reason.AADHAAR),
        ('<PrintLetterBarcodeData uid="000000000000"/>', Reason.AADHAAR),
        ("<QPDB x='1'/>", Reason.AADHAAR),
        ("1234567890" * 300, Reason.AADHAAR),
        ("019ab3c0-0000-7000-8000-000000000001", Reason.SLIP),
        ("019AB3C0-0000-7000-8000-000000000001", Reason.SLIP),
        ("upi://pay?pa=shop@bank&pn=Shop", Reason.PAYMENT),
        ("UPI://pay?pa=shop@bank", Reason.PAYMENT),
        ("phonepe://pay?pa=shop@bank", Reason.PAYMENT),
        ("00020101021126", Reason.PAYMENT),
        ("WIFI:T:WPA;S:Ward;P:secret;;", Reason.WIFI),
        ("BEGIN:VCARD\nFN:Asha\nEND:VCARD", Reason.CONTACT),
        ("MECARD:N:Devi,Asha;;", Reason.CONTACT),
        ("tel:+919000000000", Reason.CONTACT),
        ("mailto:asha@example.com", Reason.CONTACT),
        ("https://example.com/abha", Reason.WEB_ADDRESS),
        ("https://payments.example.com/", Reason.WEB_ADDRESS),
        ("www.example.com", Reason.WEB_ADDRESS),
        ("ftp://example.com", Reason.WEB_ADDRESS),
        ("Crocin 500 mg", Reason.PLAIN_TEXT),
        ("8901234567890", Reason.PLAIN_TEXT),
        ("91-0000-0000-0018", Reason.PLAIN_TEXT),
        ("019ab3c0-0000-4000-8000-000000000001", Reason.PLAIN_TEXT),
        ("true", Reason.PLAIN_TEXT),
        ("", Reason.NO_CODE),
        (" \x00\r\n", Reason.NO_CODE),
    ],
)
def test_foreign_codes_are_named(text: str, expected: Reason) -> None:
    assert reason(text) is expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [(card(), Kind.ABHA), (AADHAAR_XML, Kind.AADHAAR), ('{"hipId":"IN0000000000"}', Kind.FACILITY), ("x", Kind.OTHER)],
)
def test_classify_tells_the_kind_and_either_patient_or_reason(text: str, kind: Kind) -> None:
    found = classify(text, MONDAY)
    assert found.kind is kind
    assert (found.patient is None) is (kind is not Kind.ABHA)
    assert (found.reason is None) is (kind is Kind.ABHA)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", Reason.NOT_JSON),
        ('{"hid":"asha@abdm"', Reason.NOT_JSON),
        ("{'hid':'asha@abdm'}", Reason.NOT_JSON),
        ('{"hid":"asha@abdm","dob":NaN}', Reason.NOT_JSON),
        ('["91-0000-0000-0018"]', Reason.NOT_AN_OBJECT),
        ('"91-0000-0000-0018"', Reason.NOT_AN_OBJECT),
        ("{}", Reason.NO_IDENTIFIER),
        ('{"name":"Asha Devi","gender":"F"}', Reason.NO_IDENTIFIER),
        ('{"hidn":"-","hid":"-","name":"Asha Devi"}', Reason.NO_IDENTIFIER),
        ('{"hidn":"91-0000-0000"}', Reason.NO_IDENTIFIER),
        ('{"hidn":true,"hid":1.5}', Reason.NO_IDENTIFIER),
        ('{"hid":"asha devi@abdm"}', Reason.NO_IDENTIFIER),
        ('{"hid":{"a":1}}', Reason.NESTED),
        ('{"hidn":"91-0000-0000-0018","photo":[1]}', Reason.NESTED),
        ('{"hid":' + "[" * 2000 + "]" * 2000 + "}", Reason.NESTED),
        (card(address="x" * 4096), Reason.TOO_LARGE),
        (card(**{f"key{place}": "x" for place in range(40)}), Reason.TOO_LARGE),
        (card(name="Asha\x00Devi"), Reason.NUL_BYTES),
        (card().replace("Asha", "As\x00ha"), Reason.NUL_BYTES),
        (card(name="Asha\x07Devi"), Reason.CONTROL_CHARACTERS),
        (card(name="Asha\nDevi"), Reason.CONTROL_CHARACTERS),
        (card(name="\x1b@\x1bp\x00"), Reason.NUL_BYTES),
        (card(name="Asha\x1d(k"), Reason.CONTROL_CHARACTERS),
        (card(address="Sector\x1bm 9"), Reason.CONTROL_CHARACTERS),
        (card().replace("Asha", "As\x1bha"), Reason.CONTROL_CHARACTERS),
        (card(address="Sector\x859"), Reason.CONTROL_CHARACTERS),
        (card(name="Asha \u202eiveD"), Reason.DIRECTION_CHARACTERS),
        (card(address="\u2066Sector\u2069"), Reason.DIRECTION_CHARACTERS),
        (card(hid="asha\u200f@abdm"), Reason.DIRECTION_CHARACTERS),
        (card(name="<img src=/etc/passwd>"), Reason.MARKUP),
        (card(name="Asha <b>Devi</b>"), Reason.MARKUP),
        (card(address="A &lt; B"), Reason.MARKUP),
        (card(address="A &lt\u037e B"), Reason.MARKUP),  # becomes a semicolon by normalisation
        (card(name="=HYPERLINK(1)"), Reason.FORMULA),
        (card(name="  +Asha"), Reason.FORMULA),
        (card(name="@SUM(A1)"), Reason.FORMULA),
        (card(name="＝SUM(A1)"), Reason.FORMULA),
        (card(address="-2+3+cmd|' /C calc'!A0"), Reason.FORMULA),
        (card(address="+\n=1"), Reason.FORMULA),
        (card(**{"state name": "=1+1"}), Reason.FORMULA),
        (card(hidn="९१-0000-0000-0018"), Reason.FOREIGN_DIGITS),
        (card(dob="७/३/१९८४"), Reason.FOREIGN_DIGITS),
        (card(mobile="٩٠٠٠٠٠٠٠٠٠"), Reason.FOREIGN_DIGITS),
        (card(name="A" + "\u0301" * (MAX_MARKS + 2)), Reason.TEXT_MALFORMED),
        ('{"hid":"asha@abdm","name":"\\ud800"}', Reason.TEXT_MALFORMED),
        (card(name="Asha \ue000"), Reason.TEXT_MALFORMED),
        (card(name="Asha \U000e0fff"), Reason.TEXT_MALFORMED),
    ],
)
def test_bad_input_has_its_own_reason(text: str, expected: Reason) -> None:
    assert reason(text) is expected


@pytest.mark.parametrize(
    "address",
    ["- 12 MG Road", "C/O Ram & Sons", "Flat 5+6, A=B Society", "Sector 9 @ Main Road", "०१२ गली", "H.No. (12)!"],
)
def test_ordinary_addresses_are_not_taken_for_attacks(address: str) -> None:
    assert parse(card(address=address), MONDAY).address == address


def test_hostile_text_under_a_key_nobody_reads_is_dropped() -> None:
    assert parse(card(remark="<script>"), MONDAY) == parse(card(), MONDAY)


def test_overlong_text_is_cut() -> None:
    patient = parse(card(name="A" * 99 + " Devi", address="b" * 400), MONDAY)
    assert patient.name == "A" * 99
    assert patient.address == "b" * 300


def test_the_error_holds_nothing_of_the_text() -> None:
    with pytest.raises(QrError) as caught:
        parse(card(name="Asha <b>"), MONDAY)
    assert "Asha" not in f"{caught.value!r} {vars(caught.value)}"
    assert caught.value.__cause__ is None


def test_the_patient_shows_nothing_in_its_repr() -> None:
    shown = repr(parse(card(), MONDAY))
    assert not [text for text in ("Asha", "0018", "asha.devi", "Lucknow", "1984", "9000000000") if text in shown]


def test_a_key_that_stands_twice_is_no_card() -> None:
    text = '{"hidn":"91-0000-0000-0018","name":"Asha Devi","hidn":"91-0000-0000-0026"}'
    assert classify(text, MONDAY).reason is Reason.TEXT_MALFORMED


def test_what_nobody_sees_is_left_out_of_a_name() -> None:
    patient = classify('{"hidn":"91-0000-0000-0018","name":"As\u00adha\u200b De\u2060vi"}', MONDAY).patient
    assert patient is not None
    assert patient.name == "Asha Devi"
