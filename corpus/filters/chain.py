"""Filters one after the other, with a record of what each of them dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from muwazi.corpus.filters.contract import Filter, FilterPair, Score
from muwazi.corpus.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class Dropped:
    """One pair that a filter refused."""

    index: int
    """Position among the pairs that came in."""
    filter: str
    """Name of the filter: the first that refused the pair."""
    score: Score


@dataclass
class FilterResult:
    """What stays and what goes."""

    pairs: Sequence[FilterPair]
    filters: tuple[str, ...]
    kept: list[int] = field(default_factory=list)
    """Positions of the pairs that stay, ascending."""
    dropped: list[Dropped] = field(default_factory=list)
    """The pairs that go, in order. Every pair is in one of the two lists."""

    def counts(self) -> dict[str, int]:
        """Pairs dropped by each filter, in the order of the chain; a filter that dropped nothing counts 0."""
        counts = dict.fromkeys(self.filters, 0)
        for item in self.dropped:
            counts[item.filter] += 1
        return counts

    def samples(self, count: int = 5) -> dict[str, list[tuple[FilterPair, Score]]]:
        """Up to ``count`` dropped pairs of each filter that dropped any, spread evenly over the input."""
        found: dict[str, list[Dropped]] = {}
        for item in self.dropped:
            found.setdefault(item.filter, []).append(item)
        return {
            name: [(self.pairs[item.index], item.score) for item in _spread(found[name], count)]
            for name in self.filters
            if name in found
        }


def _spread(items: list[Dropped], count: int) -> list[Dropped]:
    if len(items) <= count:
        return items
    return [items[position * len(items) // count] for position in range(count)]


class FilterChain:
    """Runs filters in order; a pair goes at the first that refuses it."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        """Use ``filters`` in this order. Cheap ones first; those that compare pairs with each other last.

        Raises:
            ValueError: two have the same name.
        """
        names = [each.name for each in filters]
        if len(set(names)) != len(names):
            raise ValueError("two filters have the same name")
        self.filters = tuple(filters)

    def run(self, pairs: Sequence[FilterPair], *, progress: Progress = SILENT) -> FilterResult:
        """Filter ``pairs``. Each run starts afresh: duplicates are sought within ``pairs`` only."""
        result = FilterResult(pairs, tuple(each.name for each in self.filters))
        for each in self.filters:
            each.reset()
        progress.start("filter", len(pairs), "pairs")
        for index, pair in enumerate(pairs):
            refusal = self.refusal(pair)
            if refusal is None:
                result.kept.append(index)
            else:
                result.dropped.append(Dropped(index, *refusal))
            progress.advance()
        progress.finish()
        return result

    def refusal(self, pair: FilterPair) -> tuple[str, Score] | None:
        """Name and score of the first filter that refuses ``pair``, or None. For streams: call :meth:`reset` first."""
        for each in self.filters:
            score = each.score(pair)
            if not each.accept(score):
                return each.name, score
        return None

    def reset(self) -> None:
        """Forget the pairs seen so far."""
        for each in self.filters:
            each.reset()
