"""A hospital that is named in all the scripts of the scheduled languages, and somebody's slip in each.

Santali and Meitei have no words of slips yet, so theirs are the names alone; the rest falls back to English.
"""

from dataclasses import replace

from kiosk.model.opd import Department
from kiosk.model.sample import SAMPLE_FACILITY
from kiosk.model.slip import Slip, slip_of
from tests.printing.slips import ASHA, token_of

NAMES = {
    "en": "District Hospital, Rampur",
    "hi": "ज़िला चिकित्सालय, रामपुर",
    "mr": "जिल्हा रुग्णालय, रामपूर",
    "bn": "জেলা হাসপাতাল, রামপুর",
    "as": "জিলা চিকিৎসালয়, ৰামপুৰ",
    "pa": "ਜ਼ਿਲ੍ਹਾ ਹਸਪਤਾਲ, ਰਾਮਪੁਰ",
    "gu": "જિલ્લા હોસ્પિટલ, રામપુર",
    "or": "ଜିଲ୍ଲା ଡାକ୍ତରଖାନା, ରାମପୁର",
    "ta": "மாவட்ட மருத்துவமனை, ராம்பூர்",
    "te": "జిల్లా ఆసుపత్రి, రాంపూర్",
    "kn": "ಜಿಲ್ಲಾ ಆಸ್ಪತ್ರೆ, ರಾಂಪುರ",
    "ml": "ജില്ലാ ആശുപത്രി, രാംപൂർ",
    "ur": "ضلع ہسپتال، رام پور",
    "sat": "ᱥᱟᱱᱛᱟᱲᱤ ᱦᱟᱥᱯᱟᱛᱟᱞ",
    "mni": "ꯃꯅꯤꯄꯨꯔ ꯍꯣꯁ꯭ꯄꯤꯇꯥꯜ",
}
WOMEN = {
    "en": "Women and maternity",
    "hi": "स्त्री एवं प्रसूति रोग",
    "mr": "स्त्रीरोग व प्रसूती",
    "bn": "স্ত্রীরোগ ও প্রসূতি",
    "as": "স্ত্ৰীৰোগ আৰু প্ৰসূতি",
    "pa": "ਔਰਤਾਂ ਅਤੇ ਜਣੇਪਾ",
    "gu": "સ્ત્રી અને પ્રસૂતિ રોગ",
    "or": "ସ୍ତ୍ରୀ ଓ ପ୍ରସୂତି ରୋଗ",
    "ta": "மகளிர் மற்றும் மகப்பேறு",
    "te": "స్త్రీ మరియు ప్రసూతి",
    "kn": "ಸ್ತ್ರೀ ಮತ್ತು ಪ್ರಸೂತಿ",
    "ml": "സ്ത്രീരോഗവും പ്രസവവും",
    "ur": "خواتین اور زچگی",
    "sat": "ᱛᱤᱨᱞᱟᱹ",
    "mni": "ꯅꯨꯄꯤ",
}
PATIENTS = {
    "en": "Asha Devi Sharma",
    "hi": "आशा देवी शर्मा",
    "mr": "आशा श्रीपाद क्षीरसागर",
    "bn": "আশা ভট্টাচার্য",
    "as": "আশা দেৱী",
    "pa": "ਆਸ਼ਾ ਕੌਰ",
    "gu": "આશા શાહ",
    "or": "ଆଶା ପଣ୍ଡା",
    "ta": "ஆஷா ஸ்ரீதர்",
    "te": "ఆశా కృష్ణమూర్తి",
    "kn": "ಆಶಾ ಕೃಷ್ಣಪ್ಪ",
    "ml": "ആശ കൃഷ്ണൻ",
    "ur": "آشا خاتون",
    "sat": "ᱟᱥᱟ ᱢᱩᱨᱢᱩ",
    "mni": "ꯑꯁꯥ ꯗꯦꯕꯤ",
}
LANGUAGES = tuple(NAMES)
HOSPITAL = replace(SAMPLE_FACILITY, names=NAMES, departments=(Department("OBG", "G", WOMEN, room="3"),))


def slip_in(language: str, copy: int = 0, label: str = "GA-017") -> Slip:
    patient = replace(ASHA, name=PATIENTS[language])
    return slip_of(token_of(label, "OBG"), patient, HOSPITAL, language, people_ahead=12, copy=copy)
