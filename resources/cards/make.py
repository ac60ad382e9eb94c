"""Makes the sample cards beside it: ``python resources/cards/make.py``. Needs Debian's fonts-noto-core.

Every person is invented and every number synthetic: all begin 91-0000-0000-00. Between them the cards speak all
dialects of the ABHA QR: card and app keys, every spelling of the state's and district's names, ``-`` for what is not
known, a bare year of birth, and ABHAs that have an address and no number; and names in ten scripts.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent
FONTS = Path("/usr/share/fonts/truetype/noto")
SIZE = (1012, 638)
"""A bank card, 85.6 x 54 mm, at 300 dots to the inch."""
QR_PIXELS = 440
QUIET_MODULES = 4
INK, FAINT, BAND, PAPER = (20, 24, 31), (95, 104, 115), (15, 76, 117), (255, 255, 255)


@dataclass(frozen=True)
class Picture:
    """One card: where it goes, the name of the font's script, what is printed on it, and what its QR says."""

    file: str
    script: str
    lines: tuple[str, ...]
    payload: str


CARDS: dict[str, tuple[str, dict[str, str]]] = {
    "01-english-card": (
        "",
        {
            "hidn": "91-0000-0000-0018",
            "hid": "asha.devi@abdm",
            "name": "Asha Devi",
            "gender": "F",
            "statelgd": "9",
            "distlgd": "-",
            "dob": "7/3/1984",
            "state name": "UTTAR PRADESH",
            "district_name": "Lucknow",
            "mobile": "9000000001",
            "address": "C/O Ram Prasad House No 12 Sector 9",
        },
    ),
    "02-hindi-app": (
        "Devanagari",
        {
            "hidn": "91-0000-0000-0026",
            "phr": "sunitasharma@sbx",
            "name": "सुनीता शर्मा",
            "gender": "F",
            "statelgd": "23",
            "distlgd": "429",
            "dob": "15-8-1991",
            "address": "वार्ड 4, नेहरू नगर",
        },
    ),
    "03-gujarati-card": (
        "Gujarati",
        {
            "hidn": "91-0000-0000-0034",
            "hid": "kishanpatel@abdm",
            "name": "કિશન પટેલ",
            "gender": "M",
            "statelgd": "24",
            "distlgd": "438",
            "dob": "2/11/1969",
            "state name": "GUJARAT",
            "district_name": "Ahmedabad",
            "mobile": "9000000003",
            "address": "12, સરદાર સોસાયટી",
        },
    ),
    "04-tamil-app": (
        "Tamil",
        {
            "hidn": "91-0000-0000-0042",
            "phr": "meenakshi@sbx",
            "name": "மீனாட்சி சுந்தரம்",
            "gender": "F",
            "statelgd": "33",
            "distlgd": "582",
            "dob": "30-1-1956",
            "address": "அண்ணா நகர்",
        },
    ),
    "05-bengali-card": (
        "Bengali",
        {
            "hidn": "91-0000-0000-0059",
            "hid": "anirban.d@abdm",
            "name": "অনির্বাণ দত্ত",
            "gender": "M",
            "statelgd": "19",
            "distlgd": "-",
            "dob": "21/12/2003",
            "state_name": "WEST BENGAL",
            "dist name": "Nadia",
            "mobile": "-",
            "address": "স্টেশন রোড",
        },
    ),
    "06-marathi-year": (
        "Devanagari",
        {
            "hidn": "91-0000-0000-0067",
            "phr": "dnyanesh@sbx",
            "name": "ज्ञानेश्वर कुलकर्णी",
            "gender": "M",
            "statelgd": "27",
            "distlgd": "490",
            "dob": "1948",
            "address": "शिवाजी पेठ ",
        },
    ),
    "07-punjabi-address-only": (
        "Gurmukhi",
        {
            "hidn": "-",
            "phr": "harpreet.k@sbx",
            "name": "ਹਰਪ੍ਰੀਤ ਕੌਰ",
            "gender": "F",
            "statelgd": "3",
            "distlgd": "27",
            "dob": "1978",
            "address": "ਮਾਡਲ ਟਾਊਨ",
        },
    ),
    "08-telugu-app": (
        "Telugu",
        {
            "hidn": "91-0000-0000-0075",
            "phr": "venkat.r@sbx",
            "name": "వెంకటేశ్వర రావు",
            "gender": "M",
            "statelgd": "28",
            "distlgd": "510",
            "dob": "9-9-1982",
            "address": "గాంధీ నగర్",
        },
    ),
    "09-kannada-card": (
        "Kannada",
        {
            "hidn": "91-0000-0000-0083",
            "hid": "shruti.g@abdm",
            "name": "ಶ್ರುತಿ ಗೌಡ",
            "gender": "O",
            "statelgd": "29",
            "distlgd": "525",
            "dob": "28/2/1999",
            "state name": "KARNATAKA",
            "district_name": "Mysuru",
            "mobile": "9000000009",
            "address": "-",
        },
    ),
    "10-malayalam-app": (
        "Malayalam",
        {
            "hidn": "91-0000-0000-0091",
            "phr": "lakshmi.n@sbx",
            "name": "ലക്ഷ്മി നായർ",
            "gender": "F",
            "statelgd": "32",
            "distlgd": "557",
            "dob": "17-6-2019",
            "address": "തമ്പാനൂർ",
        },
    ),
    "11-odia-card": (
        "Oriya",
        {
            "hidn": "91-0000-0000-0000",
            "hid": "bijay.m@abdm",
            "name": "ବିଜୟ ମହାନ୍ତି",
            "gender": "M",
            "statelgd": "21",
            "distlgd": "-",
            "dob": "5/5/1973",
            "state name": "ODISHA",
            "district_name": "Cuttack",
            "mobile": "9000000011",
            "address": "ବକ୍ସି ବଜାର",
        },
    ),
    "12-english-address-only": (
        "",
        {
            "hidn": "-",
            "hid": "joseph_dsouza@abdm",
            "name": "Joseph D'Souza",
            "gender": "U",
            "statelgd": "30",
            "distlgd": "-",
            "dob": "1/1/1960",
            "state name": "GOA",
            "district_name": "-",
            "mobile": "-",
            "address": "House 7, Church Road",
        },
    ),
}

WRONG: dict[str, tuple[str, str]] = {
    "aadhaar": (
        "AADHAAR (old print)",
        '<?xml version="1.0" encoding="UTF-8"?><PrintLetterBarcodeData uid="000000000000" name="Asha Devi" gender="F" '
        'yob="1984" co="C/O Ram Prasad" house="12" loc="Sector 9" dist="Lucknow" state="Uttar Pradesh" pc="000000"/>',
    ),
    "facility": (
        "Hospital counter",
        "https://phrsbx.abdm.gov.in/share-profile?hip-id=IN0000000000&counter-id=12345",
    ),
    "plain-text": ("Parcel label", "Parcel 4711 for the pharmacy store, keep dry"),
    "web-address": ("Advertisement", "https://www.example.org/offers?from=card"),
}


def make(folder: Path) -> None:
    """Draw all cards into ``folder``, the wrong ones into ``folder/wrong``."""
    _draw_all([_card(file, script, fields) for file, (script, fields) in CARDS.items()], folder)
    wrong = [Picture(f"{file}.png", "", (title,), payload) for file, (title, payload) in WRONG.items()]
    _draw_all(wrong, folder / "wrong")


def _card(file: str, script: str, fields: dict[str, str]) -> Picture:
    number = fields["hidn"]
    identity = fields.get("phr") or fields["hid"] if number == "-" else f"XX-XXXX-XXXX-{number[-4:]}"
    payload = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return Picture(f"{file}.png", script, (fields["name"], identity, f"{fields['gender']}  {fields['dob']}"), payload)


def _draw_all(pictures: list[Picture], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        drawn = _draw(picture).quantize(16, dither=Image.Dither.NONE)
        drawn.save(folder / picture.file, optimize=True, dpi=(300, 300))
    payloads = {picture.file: picture.payload for picture in pictures}
    (folder / "cards.json").write_text(json.dumps(payloads, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _draw(picture: Picture) -> Image.Image:
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 96), BAND)
    pen.text((40, 48), "SAMPLE", PAPER, _font("", 52, "Bold"), anchor="lm")
    pen.text((972, 48), "not a real card, nobody's data", PAPER, _font("", 26), anchor="rm")
    for line, (text, size) in enumerate(zip(picture.lines, (44, 34, 34), strict=False)):
        _write(pen, text, (40, 200 + 86 * line), size, picture.script if line == 0 else "")
    pen.text((40, 590), "OPD token kiosk, sample card", FAINT, _font("", 24), anchor="lm")
    qr = _qr(picture.payload)
    image.paste(qr, (SIZE[0] - qr.width - 24, 96 + (SIZE[1] - 96 - qr.height) // 2))
    return image


def _write(pen: ImageDraw.ImageDraw, text: str, at: tuple[int, int], size: int, script: str) -> None:
    """One line, in a size that leaves the QR's half of the card free."""
    while pen.textlength(text, _font(script, size)) > SIZE[0] - QR_PIXELS - 100:
        size -= 2
    pen.text(at, text, INK, _font(script, size), anchor="lm")


def _font(script: str, size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    """RAQM shapes the conjuncts of Indian scripts, and fails loudly where it is missing."""
    return ImageFont.truetype(FONTS / f"NotoSans{script}-{weight}.ttf", size, layout_engine=ImageFont.Layout.RAQM)


def _qr(payload: str) -> Image.Image:
    """UTF-8 bytes without ECI header, as ABHA QRs are, in the largest whole module size that fits."""
    code = segno.make(payload, error="m", boost_error=False, micro=False, mode="byte", encoding="utf-8", eci=False)
    scale = QR_PIXELS // (len(code.matrix) + 2 * QUIET_MODULES)
    rows = [bytes(255 * (1 - bit) for bit in row) for row in code.matrix_iter(scale=scale, border=QUIET_MODULES)]
    return Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))


if __name__ == "__main__":
    make(FOLDER)
