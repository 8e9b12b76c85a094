"""Pairs whose two sides say different things, as the aligner's encoder sees it."""

from __future__ import annotations

from muwazi.corpus.filters.contract import Filter, FilterPair, Score, single


class SimilarityFilter(Filter):
    """Score: the similarity that the aligner measured, about 0 to 1; 1 where nobody measured any."""

    name = "similarity"
    description = "the two sides are not alike in meaning"

    def __init__(self, minimum: float = 0.2) -> None:
        """Keep pairs of at least this similarity."""
        self.minimum = minimum

    def score(self, pair: FilterPair) -> Score:
        """The similarity."""
        return 1.0 if pair.similarity is None else pair.similarity

    def accept(self, score: Score) -> bool:
        """Similar enough."""
        return single(score) >= self.minimum
