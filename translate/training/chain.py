"""Muwazi's own filters in front of training; the only part of the folder that needs the filters' packages."""

from __future__ import annotations

from collections.abc import Sequence

from muwazi.translate.training.pairs import Pair
from muwazi.translate.training.prepare import Filter


def corpus_filters(source_lang: str = "ar") -> Filter:
    """The default filters of :mod:`muwazi.corpus.filters`, in the form that ``prepare.read`` takes.

    Near duplicates are left in: page versions differ by what a model should learn, and the recipe's weights hold them
    down. Exact duplicates go when the sources are joined.
    """
    from muwazi.corpus.filters import FilterChain, FilterPair, FilterSettings, default_filters

    settings = FilterSettings(near_duplicate=False, duplicate=False, min_arabic_share=0.5)
    chain = FilterChain(default_filters(settings))

    def run(pairs: Sequence[Pair]) -> tuple[list[int], dict[str, int]]:
        if source_lang == "ar":
            items = [FilterPair(pair.source, pair.target) for pair in pairs]
        else:
            items = [FilterPair(pair.target, pair.source) for pair in pairs]
        result = chain.run(items)
        return list(result.kept), {name: count for name, count in result.counts().items() if count}

    return run
