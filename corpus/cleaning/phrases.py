"""Furniture that is a fixed phrase, recognised with spelling mistakes in it."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from muwazi.corpus.cleaning.vocabulary import PHRASES

_SIMILAR = 0.75
"""Dice coefficient of letter trigrams. One wrong letter in a phrase of 13 letters leaves .77, a different phrase of the
same words (اقرا ايضا / اقرا هذا) is below .6."""
_MIN_LENGTH = 10


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


@lru_cache(maxsize=1)
def _index() -> tuple[list[tuple[str, frozenset[str]]], dict[str, list[int]]]:
    phrases: list[tuple[str, frozenset[str]]] = []
    inverted: dict[str, list[int]] = {}
    for reason, phrase in PHRASES:
        if len(phrase) < _MIN_LENGTH:
            continue
        grams = _trigrams(phrase)
        for gram in grams:
            inverted.setdefault(gram, []).append(len(phrases))
        phrases.append((reason, grams))
    return phrases, inverted


def misspelt(key: str) -> str | None:
    """The reason of the phrase that ``key`` (a matching key) is a variant of; None where it is none."""
    if not _MIN_LENGTH <= len(key) <= 160:
        return None
    phrases, inverted = _index()
    grams = _trigrams(key)
    shared: Counter[int] = Counter()
    for gram in grams:
        shared.update(inverted.get(gram, ()))
    for number, common in shared.most_common(2):
        reason, other = phrases[number]
        if 2 * common >= _SIMILAR * (len(grams) + len(other)):
            return reason
    return None
