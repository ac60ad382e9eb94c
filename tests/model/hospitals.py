"""An invented hospital's whole configuration, as its administrator writes it."""

import copy
import tomllib
from typing import Any

RAMPUR = """\
facility_id = "IN0910000123"
names = { en = "District Hospital, Rampur", hi = "ज़िला अस्पताल, रामपुर" }
state = "Uttar Pradesh"
timezone = "Asia/Kolkata"
day_starts = 00:00:00
holidays = [2026-12-25, 2027-01-26]
notice = { en = "We read your name and number to give you a token.", hi = "टोकन देने के लिए हम आपका नाम पढ़ते हैं।" }

[[departments]]
code = "MED"
prefix = "M"
names = { en = "Medicine", hi = "मेडिसिन" }
room = 12
open = ["mon-sat 08:00-14:00"]
holidays = [2026-11-30]
quota = 200
shares = { K1 = 120, K2 = 60, D1 = 20 }

[[departments]]
code = "EYE"
prefix = "E"
names = { en = "Eye", hi = "नेत्र रोग" }
next_step = { en = "First counter 2" }
quota = 101

[[departments]]
code = "ENT"
prefix = "N"
names = { en = "Ear, nose and throat" }

[[stations]]
id = "K1"
kind = "kiosk"
name = "Main hall"

[[stations]]
id = "K2"
kind = "kiosk"
name = "गेट 2"
departments = ["MED", "EYE"]

[[stations]]
id = "D1"
kind = "desk"
name = "Registration"

[[stations]]
id = "B1"
kind = "board"
name = "Waiting hall"
departments = ["EYE"]

[[staff]]
id = "anita"
name = "अनीता वर्मा"
role = "registrar"
departments = ["MED"]

[[staff]]
id = "s-2"
name = "Suresh Patel"
role = "supervisor"
"""


def rampur(**changes: object) -> dict[str, Any]:
    """The document with other top-level values; ``...`` leaves one out."""
    document = {**tomllib.loads(RAMPUR), **changes}
    return copy.deepcopy({key: value for key, value in document.items() if value is not ...})


def changed(table: str, index: int, **changes: object) -> dict[str, Any]:
    """The document with other values in one of its tables; ``...`` leaves one out."""
    document = rampur()
    row = {**document[table][index], **changes}
    document[table][index] = {key: value for key, value in row.items() if value is not ...}
    return document
