"""The built-in sample facility, so that every command works on a machine where nothing is configured."""

from kiosk.model.opd import Department, Facility

_FIRST_COUNTER = {"en": "First counter 2", "hi": "पहले काउंटर 2 पर जाएँ", "gu": "પહેલા કાઉન્ટર 2 પર જાઓ"}

SAMPLE_FACILITY = Facility(
    facility_id="IN0000000000",
    names={"en": "District Hospital (sample)", "hi": "ज़िला अस्पताल (नमूना)", "gu": "જિલ્લા હોસ્પિટલ (નમૂનો)"},
    departments=(
        Department("MED", "M", {"en": "Medicine", "hi": "मेडिसिन", "gu": "મેડિસિન"}, room="12"),
        Department("PED", "P", {"en": "Children", "hi": "बाल रोग", "gu": "બાળરોગ"}, room="7"),
        Department(
            "OBG", "G", {"en": "Women and maternity", "hi": "स्त्री एवं प्रसूति रोग", "gu": "સ્ત્રી અને પ્રસૂતિ રોગ"}, room="3"
        ),
        Department("EYE", "E", {"en": "Eye", "hi": "नेत्र रोग", "gu": "આંખ"}, room="15"),
        Department(
            "ENT", "N", {"en": "Ear, nose and throat", "hi": "कान, नाक और गला", "gu": "કાન, નાક અને ગળું"}, room="16"
        ),
        Department("SUR", "S", {"en": "Surgery", "hi": "सर्जरी", "gu": "સર્જરી"}, next_step=_FIRST_COUNTER),
    ),
)
