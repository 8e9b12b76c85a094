"""Filters on the length of the two sides."""

from __future__ import annotations

from muwazi.corpus.filters.contract import Filter, FilterPair, Score, several, single


class LengthFilter(Filter):
    """Score: characters of the Arabic and of the English side, without surrounding space."""

    name = "length"
    description = "a side is empty or nearly so, or far longer than a sentence"

    def __init__(self, minimum: int = 1, maximum: int = 2000) -> None:
        """Keep pairs whose sides both have ``minimum`` to ``maximum`` characters."""
        self.minimum, self.maximum = minimum, maximum

    def score(self, pair: FilterPair) -> Score:
        """Characters of each side."""
        return float(len(pair.ar.strip())), float(len(pair.en.strip()))

    def accept(self, score: Score) -> bool:
        """Both within the limits."""
        return all(self.minimum <= length <= self.maximum for length in several(score))


class LengthRatioFilter(Filter):
    """Score: the longer side's characters over the shorter's, both with a constant added; 1 and upwards.

    Arabic is written with fewer letters than English (short vowels are not written), so its length is scaled first. The
    constant keeps short pairs in, whose ratio says little: a name of 4 letters may well be rendered by 14.
    """

    name = "length_ratio"
    description = "one side is far longer than the other"

    ARABIC_SCALE = 1.2
    """English characters for one Arabic character; see docs/filters.md for the measurement."""

    def __init__(self, maximum: float = 3.0, smoothing: float = 15.0) -> None:
        """Keep pairs whose ratio is ``maximum`` at most; ``smoothing`` characters are added to both sides."""
        self.maximum, self.smoothing = maximum, smoothing

    def score(self, pair: FilterPair) -> Score:
        """The ratio, 1 for sides of the same length."""
        ar = len(pair.ar.strip()) * self.ARABIC_SCALE + self.smoothing
        en = len(pair.en.strip()) + self.smoothing
        return max(ar, en) / min(ar, en)

    def accept(self, score: Score) -> bool:
        """At most the maximum."""
        return single(score) <= self.maximum
