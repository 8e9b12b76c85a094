"""Splits a sentence that is too long for the model, and joins the translations of the parts again.

A model reads as many pieces as it has positions; engines cut the rest off in silence, and a model that was trained on
sentences drops text long before that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Coarsest first. A comma or stop between digits is part of a number.
_BOUNDARIES = (
    re.compile(r"[.!?؟…۔]+[\"'»”’)\]]*(?=\s)"),
    re.compile(r"[؛;](?!\d)|:(?=\s)"),
    re.compile(r"(?<!\d)،|،(?!\d)|,(?=\s)|(?<=\s)[–—-](?=\s)"),
    # Before a conjunction, a relative pronoun or a preposition; "and" is a prefix of its word.
    re.compile(
        r"(?=\s+(?:و\w{2,}|(?:ثم|أو|لكن|حيث|بينما|إذ|الذي|التي|الذين|أن|إن|في|من|إلى|على|عن|مع|بعد|قبل|منذ)\s))"
    ),
    re.compile(r"(?=\s)"),
)
_MIDDLE = 0.2
"""A boundary counts where each side has at least this share of the text: no crumbs."""


def split_long(text: str, limit: int, count: Callable[[str], int]) -> list[str]:
    """Cut ``text`` into parts of at most ``limit`` pieces, as ``count`` counts them.

    Joined, the parts hold the same characters but for spaces at the cuts.

    Each cut is the boundary nearest to the middle: after a sentence, else at ؛, else at ،, else before a conjunction
    or preposition, else between words, and inside a word only where there is no space at all.
    """
    # Halving keeps the parts of like length (a rest of two words translates badly) and the work at n log n.
    waiting, parts = [text.strip()], []
    while waiting:
        part = waiting.pop()
        if len(part) < 2 or count(part) <= limit:
            parts.append(part)
            continue
        left, right = halve(part)
        waiting += [right, left]
    return parts


def halve(text: str) -> tuple[str, str]:
    """The two sides of the best cut near the middle of ``text``, which must have two characters or more."""
    low, high, middle = len(text) * _MIDDLE, len(text) * (1 - _MIDDLE), len(text) / 2
    for pattern in _BOUNDARIES:
        cuts = [match.end() for match in pattern.finditer(text) if low <= match.end() <= high]
        if cuts:
            return _cut(text, min(cuts, key=lambda cut: abs(cut - middle)))
    # One word fills the middle: any space is better than none.
    spaces = [match.start() for match in re.finditer(r"\s", text)]
    return _cut(text, min(spaces, key=lambda cut: abs(cut - middle)) if spaces else len(text) // 2)


def _cut(text: str, position: int) -> tuple[str, str]:
    left, right = text[:position].strip(), text[position:].strip()
    return (left, right) if left and right else (text[: len(text) // 2], text[len(text) // 2 :])


def join_parts(sources: list[str], translations: list[str]) -> str:
    """The translations of the parts of one sentence as one text; words are kept one for one.

    A model ends every part with a full stop; inside a sentence it becomes the mark that the source has there.
    """
    joined = []
    for i, (source, translation) in enumerate(zip(sources, translations, strict=True)):
        if i < len(sources) - 1 and translation.endswith(".") and not translation.endswith(".."):
            last = source[-1:]
            if last in "،,":
                translation = translation[:-1] + ","
            elif last in "؛;":
                translation = translation[:-1] + ";"
            elif last.isalnum() and len(translation) > 1:
                translation = translation[:-1]
        joined.append(translation)
    return " ".join(part for part in joined if part)
