"""Which words of a translation are not in its reference, so that the eye finds them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

# SequenceMatcher is quadratic; a longer text is shown without marks.
MAX_WORDS = 300
EDGES = ".,;:!?\"'()[]«»“”‘’…–—-"


@dataclass(frozen=True, slots=True)
class Word:
    """A run of words that agrees with the reference, or does not."""

    text: str
    differs: bool


def compare_words(translation: str, reference: str) -> tuple[Word, ...]:
    """``translation`` in runs of words; a run differs where the reference does not have it in the same order.

    Case and punctuation at the edges of words do not count.
    """
    words, others = translation.split(), reference.split()
    if not words:
        return ()
    if not others or len(words) > MAX_WORDS or len(others) > MAX_WORDS:
        return (Word(" ".join(words), False),)
    matcher = SequenceMatcher(None, [_key(word) for word in words], [_key(word) for word in others], autojunk=False)
    runs = []
    at = 0
    for block in matcher.get_matching_blocks():
        if block.a > at:
            runs.append(Word(" ".join(words[at : block.a]), True))
        if block.size:
            runs.append(Word(" ".join(words[block.a : block.a + block.size]), False))
        at = block.a + block.size
    return tuple(runs)


def _key(word: str) -> str:
    return word.strip(EDGES).casefold()
