"""Two levels of normalisation, never one.

*For the model* (:func:`for_model`) only what no reader would miss goes: tatweel, bidi controls, zero-width marks, odd
spaces, presentation forms. Alef, ya and ta marbuta stay as written. *For matching keys* (:func:`matching_key`:
duplicates, translation memory, glossary, furniture rules) spelling variants fold too. The text as read stays in the
dataset; nothing here is ever stored in its place.
"""

from __future__ import annotations

import re
import unicodedata

# Word ligatures that NFKC would write out as a phrase (ﷺ as 18 letters) or a bank's currency sign: left alone.
_KEEP = frozenset("\ufdfa\ufdfb\ufdfc\ufdfd")
_RANGES = (
    (0xFB00, 0xFB06),  # Latin ligatures
    (0xFB50, 0xFDFF),  # Arabic presentation forms A
    (0xFE70, 0xFEFC),  # Arabic presentation forms B
    (0xFF01, 0xFF5E),  # full-width ASCII
)
# Bidi controls with U+061C (which sentencepiece leaves in), zero-width marks, soft hyphen, interlinear annotation.
_INVISIBLE = (
    *(0x00AD, 0x061C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFFF9, 0xFFFC),
)
_TATWEEL = 0x0640


def _light_table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys([*_INVISIBLE, _TATWEEL])
    for first, last in _RANGES:
        for code in range(first, last + 1):
            character = chr(code)
            folded = unicodedata.normalize("NFKC", character)
            if character in _KEEP or folded == character:
                continue
            # Presentation forms of diacritics fold to a space or tatweel that carries them; the text has a letter.
            table[code] = folded.strip(" \u0640") if 0xFB50 <= code <= 0xFEFC else folded
    for code in range(0x20):
        # Control characters are nothing but damage; those that separate become spaces below.
        if not chr(code).isspace():
            table[code] = None
    table.update(dict.fromkeys([0x7F, *range(0x80, 0x85), *range(0x86, 0xA0)], None))
    return table


_LIGHT = _light_table()
_DIACRITICS = (
    *range(0x0610, 0x061B),
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E9),
    *range(0x06EA, 0x06EE),
)
_STRONG: dict[int, str] = str.maketrans(
    {
        **dict.fromkeys("أإآٱٲٳ", "ا"),
        "ى": "ي",
        "ة": "ه",
        "ؤ": "و",
        "ئ": "ي",
        # Keyboards of neighbouring languages.
        "ی": "ي",
        "ې": "ي",
        "ک": "ك",
        "ھ": "ه",
        "ہ": "ه",
        "ە": "ه",
        "،": ",",
        "؛": ";",
        "؟": "?",
        "٪": "%",
        "٫": ".",
        "٬": ",",
        "۔": ".",
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′`", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)


_KEY: dict[int, str | None] = {**_LIGHT, **_STRONG, **dict.fromkeys(_DIACRITICS)}


def _class(table: dict[int, str | None]) -> re.Pattern[str]:
    return re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(table)) + "]")


# Looking for a character is some ten times as fast as str.translate, and most text has none.
_LIGHT_ANY, _KEY_ANY = _class(_LIGHT), _class(_KEY)


def for_model(text: str) -> str:
    """``text`` as a translation model or sentence encoder should see it.

    NFC; presentation forms, ligatures and full-width ASCII as plain letters; tatweel, control characters, bidi controls
    and zero-width marks out; every run of white space (line breaks too) one space, none at the ends. ½, ², ﷺ and the
    spelling of hamza, ya and ta marbuta stay. Idempotent.
    """
    light = unicodedata.normalize("NFC", text)
    if _LIGHT_ANY.search(light):
        # NFC again, for what the table puts side by side.
        light = unicodedata.normalize("NFC", light.translate(_LIGHT))
    return " ".join(light.split())


def matching_key(text: str) -> str:
    """A key that is equal for spellings of the same text; for comparing, never for showing.

    All of :func:`for_model`, full NFKC and case folding; alef, ya, ta marbuta and hamza carriers folded; diacritics
    out; Arabic and Persian digits and punctuation, quotation marks and dashes as ASCII. Idempotent.
    """
    key = text
    while True:
        key = unicodedata.normalize("NFKC", key).casefold()
        if _KEY_ANY.search(key):
            key = key.translate(_KEY)
        # Folding can put together what NFKC composes again (a lone hamza mark after alef): until nothing changes.
        if unicodedata.is_normalized("NFKC", key) and not _KEY_ANY.search(key) and key == key.casefold():
            return " ".join(key.split())
