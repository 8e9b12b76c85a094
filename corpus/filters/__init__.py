"""Filters over sentence pairs: what is no translation, or not worth keeping, goes, counted by reason."""

from __future__ import annotations

from muwazi.corpus.filters.chain import Dropped, FilterChain, FilterResult
from muwazi.corpus.filters.contract import Filter, FilterPair, Score
from muwazi.corpus.filters.settings import FilterSettings, default_filters

__all__ = [
    "Dropped",
    "Filter",
    "FilterChain",
    "FilterPair",
    "FilterResult",
    "FilterSettings",
    "Score",
    "default_filters",
]
