"""Looks at a line before the model sees it and at what the model made of it.

Each check compares with the source, so that a source that repeats itself, or is all names, is not blamed on the model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from muwazi.translate.models.vocabulary import ARABIC_LETTER

PROBLEMS = {
    "unfinished": "the model reached its longest output before it ended the sentence",
    "repetition": "a word, phrase or syllable repeats in a loop that the source does not have",
    "empty": "no letter or digit in the translation of a line that has letters",
    "untranslated": "Arabic letters are left in the translation",
    "length": "the translation is far longer or far shorter than the source",
}
"""What a guard can find in a translation, in the order in which retries are made."""

REPAIRED = "-repaired"

FLAGS = {
    "copied": "nothing to translate (digits, symbols, addresses, or no Arabic): the line stands as it was",
    "not-arabic": "copied because it has letters, none of them Arabic",
    "split": "too long for the model: translated in parts and joined",
    **PROBLEMS,
    **{name + REPAIRED: f"as {name}, and a retry put it right" for name in PROBLEMS},
}
"""Every flag that a translation can carry, with its meaning; flags always stand in this order."""

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_TO_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹،؛؟٪٫٬", "01234567890123456789,;?%.,")

# Of the 12,295 human translations of FLORES dev, NTREX-A and the Tatoeba test set none falls outside these limits
# (letters and digits of both sides; the most extreme ratios are 0.33 and 5.0, on sentences of two words).
_SHORTEST_RATIO, _SHORTEST_SLACK = 0.4, 5
_LONGEST_RATIO, _LONGEST_SLACK = 2.5, 20


def has_letters(text: str) -> bool:
    """Whether ``text`` has a letter outside of web and mail addresses."""
    return any(character.isalpha() for character in _ADDRESS.sub(" ", text))


def has_arabic(text: str) -> bool:
    """Whether ``text`` has an Arabic letter."""
    return ARABIC_LETTER.search(text) is not None


def copy_symbols(text: str, *, to_ascii: bool) -> str:
    """``text`` for the other side; with ``to_ascii``, Arabic digits and marks become ASCII, outside of addresses."""
    if not to_ascii:
        return text
    parts, end = [], 0
    for match in _ADDRESS.finditer(text):
        parts += [text[end : match.start()].translate(_TO_ASCII), match.group()]
        end = match.end()
    return "".join([*parts, text[end:].translate(_TO_ASCII)])


def problems(source: str, translation: str, *, finished: bool, arabic_target: bool = False) -> tuple[str, ...]:
    """Names of :data:`PROBLEMS` that ``translation`` has, in their order."""
    found = []
    if not finished:
        found.append("unfinished")
    if has_loop(translation) and not has_loop(source):
        found.append("repetition")
    if not any(character.isalnum() for character in translation):
        found.append("empty")
    else:
        if not arabic_target and has_arabic(translation):
            found.append("untranslated")
        if _length_is_off(source, translation):
            found.append("length")
    return tuple(found)


def _length_is_off(source: str, translation: str) -> bool:
    before, after = _size(source), _size(translation)
    return after < _SHORTEST_RATIO * before - _SHORTEST_SLACK or after > _LONGEST_RATIO * before + _LONGEST_SLACK


def _size(text: str) -> int:
    return sum(character.isalnum() for character in text)


def has_loop(text: str) -> bool:
    """Whether a word stands 4 times in a row, a phrase of 2 to 8 words 3 times, a syllable in a word 6 times.

    Also a digit or two that stand 13 times in a row: longer than any number that is written out.
    """
    words = [word.strip(".,;:!?\"'()«»“”،؛؟-–—*_…").casefold() for word in text.split()]
    if any(_repeats(words, size, 4 if size == 1 else 3) for size in range(1, 9)):
        return True
    return any(re.search(r"([^\W\d_]{1,6}?)\1{5,}|(\d{1,2}?)\2{12,}", word) for word in words)


def _repeats(words: Sequence[str], size: int, times: int) -> bool:
    # A run of k equal comparisons of words[i] and words[i + size] spans k + size words.
    needed, run = size * (times - 1), 0
    for i in range(len(words) - size):
        run = run + 1 if words[i] == words[i + size] and words[i] else 0
        if run >= needed:
            return True
    return False


def in_order(flags: set[str]) -> tuple[str, ...]:
    """``flags`` in the order of :data:`FLAGS`."""
    return tuple(name for name in FLAGS if name in flags)
