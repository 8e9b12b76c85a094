"""Filters on what the two sides are written in, and on a side that was left untranslated."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from muwazi.corpus.filters.contract import Filter, FilterPair, Score, several, single

_ARABIC = re.compile(
    r"[\u0620-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdfb\ufe70-\ufefc]"
)
_LATIN = re.compile(r"[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")
# Letters that Persian, Urdu, Kurdish, Uyghur... write all the time and Arabic only in foreign names.
_OTHER_LANGUAGES = re.compile(r"[\u0671\u0679-\u06c0\u06c1-\u06d3\u06d5]")


def _share(pattern: re.Pattern[str], text: str) -> float:
    letters = len(_LETTER.findall(text))
    return len(pattern.findall(text)) / letters if letters else 0.0


class ScriptFilter(Filter):
    """Score: the share of Arabic letters among the letters of the Arabic side, of Latin ones on the English; 0 to 1.

    A side without any letter scores 0: there is nothing to translate in it.
    """

    name = "script"
    description = "a side is hardly written in its script, or has no letters"

    def __init__(self, minimum_arabic: float = 0.3, minimum_latin: float = 0.5) -> None:
        """Keep pairs with at least these shares."""
        self.minimum = (minimum_arabic, minimum_latin)

    def score(self, pair: FilterPair) -> Score:
        """The two shares."""
        return _share(_ARABIC, pair.ar), _share(_LATIN, pair.en)

    def accept(self, score: Score) -> bool:
        """Both shares reached."""
        return all(share >= least for share, least in zip(several(score), self.minimum, strict=True))


# py3langid knows many small languages that short English is easily taken for (Nigerian Pidgin, Latin, Kinyarwanda):
# each side is compared with the languages that a mixed corpus is likely to hold.
_BESIDE_ARABIC = ("fa", "ur", "ps", "ug", "ku", "sdh")
_ARABIC_LABELS = ("ar", "ary", "arz")
_BESIDE_ENGLISH = (
    "fr",
    "de",
    "es",
    "it",
    "pt",
    "nl",
    "tr",
    "id",
    "ms",
    "pl",
    "ro",
    "sv",
    "da",
    "no",
    "fi",
    "cs",
    "hu",
    "so",
)


# Words that English prose is full of and its neighbours do not have.
_ENGLISH_WORDS = re.compile(r"\b(?:the|and|with|that|this|which|from|have|their|been|would|should)\b", re.IGNORECASE)


@cache
def _identifier(labels: tuple[str, ...]) -> Any:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    identifier.set_languages(list(labels))
    return identifier


class LanguageFilter(Filter):
    """Score: for each side, 0 when its own language is likeliest, else by how much less likely it is, per letter.

    In nats as py3langid's model states them. Sentences in another language are at about -2 or lower, English lists of
    foreign names at -0.3. A side with fewer letters than the minimum scores 0, as its language cannot be told: names
    and headings look like anything.
    """

    name = "language"
    description = "a side is in another language"

    def __init__(self, minimum: float = -1.0, minimum_letters: int = 40) -> None:
        """Keep pairs with at least ``minimum`` on both sides; shorter sides than ``minimum_letters`` stay."""
        self.minimum, self.minimum_letters = minimum, minimum_letters

    def score(self, pair: FilterPair) -> Score:
        """The two margins."""
        return self._arabic(pair.ar), self._english(pair.en)

    def accept(self, score: Score) -> bool:
        """Both margins reached."""
        return all(margin >= self.minimum for margin in several(score))

    def _arabic(self, text: str) -> float:
        # Without a single letter of its neighbours it is Arabic: that spares the model nearly every time.
        if len(text) < self.minimum_letters or not _OTHER_LANGUAGES.search(text):
            return 0.0
        return self._margin(text, _ARABIC, _ARABIC_LABELS, _BESIDE_ARABIC)

    def _english(self, text: str) -> float:
        if len(text) < self.minimum_letters:
            return 0.0
        # One such word in every twelve settles it at a twentieth of what the model costs; most sentences have them.
        common = len(_ENGLISH_WORDS.findall(text))
        if common >= 2 and common * 12 >= text.count(" "):
            return 0.0
        return self._margin(text, _LATIN, ("en",), _BESIDE_ENGLISH)

    def _margin(self, text: str, script: re.Pattern[str], own: tuple[str, ...], others: tuple[str, ...]) -> float:
        letters = len(script.findall(text))
        if letters < self.minimum_letters:
            return 0.0
        identifier = _identifier(own + others)
        if identifier.classify(text)[0] in own:
            return 0.0
        ranking: dict[str, float] = dict(identifier.rank(text))
        best = max(ranking[name] for name in own)
        return (best - max(ranking[name] for name in others if name in ranking)) / letters


class IdenticalFilter(Filter):
    """Score: 1 when both sides are the same text, else 0; compared by the strong matching key."""

    name = "identical"
    description = "both sides are the same text: nothing was translated"

    def score(self, pair: FilterPair) -> Score:
        """1 or 0."""
        from muwazi.corpus.normalise import matching_key

        # Most pairs differ in their first letter's script; the keys are only made where they can be equal.
        if not _LATIN.search(pair.ar) and _LATIN.search(pair.en):
            return 0.0
        return float(matching_key(pair.ar) == matching_key(pair.en))

    def accept(self, score: Score) -> bool:
        """The sides differ."""
        return single(score) < 1.0
