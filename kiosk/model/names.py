"""Names as people spell them, made alike enough to compare: any of India's scripts, any spelling in Latin letters.

One name is written in many ways: Laxmi and Lakshmi, Mohd and Mohammed, आशा and Asha. The Indian scripts descend from
one, and Unicode names their letters after their sounds (DEVANAGARI LETTER KA, TAMIL VOWEL SIGN AA), so that one rule
reads nine of them into Latin letters. What is made here is for comparing alone, never for showing.
"""

import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

SCRIPTS = ("DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM")
_NASALS = ("ANUSVARA", "CANDRABINDU", "BINDI", "TIPPI")
_JOINERS = {0x200C: None, 0x200D: None, ord("'"): None, ord("’"): None}
_ALIKE = str.maketrans({"e": "i", "y": "i", "o": "u", "w": "v", "z": "j", "q": "k", "f": "p", "x": "ks"})
"""Letters that stand for the same sound, or nearly so, when Indian names are written in Latin letters."""
_VOWELS = frozenset("aeiou")
_SHORT = {"md": "mohammad", "mohd": "mohammad", "mhd": "mohammad"}
_TITLES = "smt shri sri shree shrimati srimati sushri kumari km mr mrs ms miss dr doctor baba begum bibi ji baby master"
INITIAL = 0.9
"""How alike an initial and the name that it may stand for are."""


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name in the letters they are compared by, titles left out unless there is nothing else."""
    words = all_words(text)
    return tuple(word for word in words if word not in TITLES) or words


def all_words(text: str) -> tuple[str, ...]:
    """The same with the titles."""
    return tuple(_alike(_SHORT.get(word, word)) for word in _latin_words(text))


def name_similarity(one: str, other: str) -> float:
    """From 0 to 1: how alike the least alike of their words are, in any order; words that only one has do not count.

    Brothers share a surname, so a mean over all words would find "Ram Kumar" and "Shyam Kumar" alike.
    """
    few, many = sorted((name_words(one), name_words(other)), key=lambda words: (len(words), words))
    if not few:
        return 0.0
    left = list(many)
    weakest = 1.0
    for word in few:
        likeness, nearest = max((_likeness(word, each), each) for each in left)
        left.remove(nearest)
        weakest = min(weakest, likeness)
    # "Ramkumar" may be "Ram Kumar".
    return max(weakest, _ratio("".join(few), "".join(many))) if left else weakest


def _likeness(one: str, other: str) -> float:
    if one != other and 1 in (len(one), len(other)):
        return INITIAL if one[0] == other[0] else 0.0
    return _ratio(one, other)


def _ratio(one: str, other: str) -> float:
    """Twice the letters in common by all letters, in a fixed order so that it is the same both ways."""
    first, second = sorted((one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _latin_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).translate(_JOINERS).casefold()
    latin = "".join(_romanised(plain + " "))
    bare = (letter for letter in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(letter))
    return "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in bare).split()


def _romanised(text: str) -> Iterator[str]:
    """``text`` sound by sound. A consonant carries an ``a`` unless a vowel or virama follows, or the word ends."""
    carries_a = False
    for letter in text:
        sort, sound = _sort_and_sound(letter)
        if carries_a and sort in ("LETTER", "NASAL"):
            yield "a"
        carries_a = carries_a and sort == "NUKTA"
        if sort == "LETTER" and sound[0] not in _VOWELS and sound.endswith("a"):
            carries_a = True
            sound = sound[:-1]
        yield sound


def _sort_and_sound(letter: str) -> tuple[str, str]:
    """``("LETTER", "ka")``, ``("VOWEL", "aa")``, ``("NASAL", "n")``, ``("VIRAMA", "")``; others are as they are."""
    script, *words = unicodedata.name(letter, "?").split(" ")
    if script not in SCRIPTS:
        return "OTHER", letter
    last = words[-1]
    if last in _NASALS:
        return "NASAL", "n"
    if last in ("NUKTA", "VIRAMA"):
        return last, ""
    if words[0] == "LETTER" and words[1] in ("CHILLU", "KHANDA"):
        return "LETTER", last.lower().removesuffix("a")
    if words[0] == "LETTER" or words[:2] == ["VOWEL", "SIGN"]:
        return words[0], "ri" if "VOCALIC" in words else last.lower()
    return "OTHER", ""


def _alike(word: str) -> str:
    """One spelling for many: long vowels as short ones, aspirated consonants as plain ones, no letter twice."""
    made = ""
    for letter in word.translate(_ALIKE):
        is_breath = letter == "h" and made and made[-1].isascii() and made[-1] not in _VOWELS
        if not is_breath and not made.endswith(letter):
            made += letter
    return made


TITLES = frozenset(_alike(title) for title in _TITLES.split())
