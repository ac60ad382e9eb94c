"""What the poster says, in each language that it can speak."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """``steps`` are captions of the three pictures; ``arrival`` is what a phone's token is worth nothing without."""

    headline: str
    steps: tuple[str, str, str]
    arrival: str
    needed: str
    needs: tuple[str, ...]
    without: str


WORDS = {
    "en": Words(
        headline="Take your OPD token on your phone",
        steps=("Scan with your ABHA app", "Agree to share your details", "See your token number"),
        arrival="At the hospital, show your ABHA QR at the kiosk or desk: you get your slip and join the queue.",
        needed="What you need",
        needs=("A phone with internet", "Any ABHA app", "ABHA number or address"),
        without="No phone? Take a token at the kiosk or desk.",
    ),
    "hi": Words(
        headline="अपने फ़ोन से ओपीडी टोकन लें",
        steps=("आभा ऐप से यह कोड स्कैन करें", "जानकारी साझा करने की सहमति दें", "अपना टोकन नंबर देखें"),
        arrival="अस्पताल पहुँचकर कियोस्क या काउंटर पर अपना आभा QR दिखाएँ: पर्ची लें और कतार में जुड़ें।",
        needed="क्या चाहिए",
        needs=("इंटरनेट वाला फ़ोन", "कोई भी आभा ऐप", "आभा नंबर या आभा पता"),
        without="फ़ोन नहीं है? टोकन कियोस्क या काउंटर से लें।",
    ),
    "gu": Words(
        headline="તમારા ફોન પરથી ઓપીડી ટોકન લો",
        steps=("આભા ઍપથી આ કોડ સ્કૅન કરો", "વિગતો શેર કરવાની સંમતિ આપો", "તમારો ટોકન નંબર જુઓ"),
        arrival="હૉસ્પિટલ પહોંચીને કિઓસ્ક કે કાઉન્ટર પર તમારો આભા QR બતાવો: સ્લિપ લો અને કતારમાં જોડાઓ.",
        needed="શું જોઈશે",
        needs=("ઇન્ટરનેટવાળો ફોન", "કોઈ પણ આભા ઍપ", "આભા નંબર કે આભા સરનામું"),
        without="ફોન નથી? ટોકન કિઓસ્ક અથવા કાઉન્ટર પરથી લો.",
    ),
}
"""Hindi and Gujarati were written by the project and should be read by a native speaker before they are hung up."""
