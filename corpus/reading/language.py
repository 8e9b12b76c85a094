"""Is an article in the language that its name says?"""

from __future__ import annotations

import re

from muwazi.corpus.errors import InputError

_SAMPLE = 20_000
_MIN_LETTERS = 20
# py3langid errs on short text, on names and on headings.
_MIN_FOR_LANGID = 300
_SCRIPTS = {
    "Arabic": re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    "Latin": re.compile("[A-Za-zÀ-ÖØ-öø-ɏ]"),
    "Cyrillic": re.compile("[\u0400-\u04ff]"),
    "Hebrew": re.compile("[\u05d0-\u05ea]"),
}
SCRIPT_OF = {
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "sd", "ckb"), "Arabic"),
    **dict.fromkeys(
        ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "tr", "sv", "da", "ro", "cs", "hu", "id", "ca"), "Latin"
    ),
    **dict.fromkeys(("ru", "uk", "bg"), "Cyrillic"),
    "he": "Hebrew",
}
NAMES = {
    "ar": "Arabic",
    "en": "English",
    "fa": "Persian",
    "ur": "Urdu",
    "ps": "Pashto",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
}
# Persian has these in every other line; Arabic only in names and dialect.
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06af]")
# Persian kaf and ya: Arabic typed on such a keyboard has them too, so they prove nothing alone.
_PERSIAN_KEYBOARD = re.compile("[\u06a9\u06cc]")
# Urdu, Kurdish, Pashto, Uyghur.
_OTHER_LETTERS = re.compile(
    "[\u0679\u0688\u0691\u06ba\u06c1\u06d2\u06c6\u06ce\u06d5\u0695\u06b5\u0681\u0693\u069a\u06d0]"
)


def share_of_script(text: str, language: str) -> float:
    """Share of the letters of ``text`` (its first 20,000 characters) that are in the script of ``language``, 0 to 1."""
    sample = text[:_SAMPLE]
    script = SCRIPT_OF.get(language)
    letters = sum(character.isalpha() for character in sample)
    return len(_SCRIPTS[script].findall(sample)) / letters if script and letters else 0.0


def _is_another_arabic_script_language(sample: str, letters: int) -> bool:
    persian = len(_PERSIAN.findall(sample))
    keyboard = len(_PERSIAN_KEYBOARD.findall(sample))
    if persian >= max(2, 0.01 * letters) and keyboard > 0.04 * letters:
        return True
    return len(_OTHER_LETTERS.findall(sample)) > 0.03 * letters


def check(text: str, language: str, where: str) -> None:
    """Refuse ``text`` in another script or language than ``language``.

    The script is judged by the share of its letters (half at least), the language by ``py3langid`` on 300 letters or
    more. Texts with fewer than 20 letters, and languages without an entry here, pass.

    Raises:
        InputError: the text is in another language; the message says which it seems to be.
    """
    script = SCRIPT_OF.get(language)
    sample = text[:_SAMPLE]
    if script is None:
        return
    counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPTS.items()}
    letters = sum(character.isalpha() for character in sample)
    if letters < _MIN_LETTERS:
        return
    expected = NAMES.get(language, language)
    share = counts[script] / letters
    if share < 0.5:
        found = max(counts, key=lambda name: counts[name])
        raise InputError(
            f"{where}: {expected} is expected, but {counts[found] / letters:.0%} of its letters are {found}; "
            f"name the file by its language (.{'en' if found == 'Latin' else 'xx'}.), or turn the language check off"
        )
    if language == "ar" and _is_another_arabic_script_language(sample, letters):
        raise InputError(
            f"{where}: Arabic is expected, but it uses the letters of Persian, Urdu or Kurdish; "
            "remove it, or turn the language check off"
        )
    if letters < _MIN_FOR_LANGID or language == "ar":
        return
    import py3langid

    found, _ = py3langid.classify(sample)
    if found != language:
        raise InputError(
            f"{where}: {expected} is expected, but it reads like {NAMES.get(found, found)} ({found}); "
            "remove it, or turn the language check off"
        )
