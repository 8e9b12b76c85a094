"""Overlap with a machine translation of the source, where the caller has one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values

_ORDER = 4
_CHANCE = 0.15
"""Overlap that unrelated sentences of one language have."""


class Translation:
    """Character 4-grams that the translation of one side shares with the other, as F1 of the two runs.

    ``mt``: ``(F1 - 0.15) sqrt((a + b) / 2)``; 0 without a translation. Its weight is set by hand, not fitted: the gold
    sets have no translations.
    """

    name = "translation"
    features = ("mt",)
    drop_features: tuple[str, ...] = ()

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        if pair.source.translation is None and pair.target.translation is None:
            return (0.0,)
        left, right = _grams(pair, pair.source), _grams(pair, pair.target)
        out = np.zeros(len(places))
        rows, columns = pair.grid.rows[places].tolist(), pair.grid.columns[places].tolist()
        for k, (i, j, c, d) in enumerate(zip(rows, columns, a.tolist(), b.tolist(), strict=True)):
            x: Counter[str] = sum(left[i : i + c], Counter())
            y: Counter[str] = sum(right[j : j + d], Counter())
            shared = (x & y).total()
            out[k] = 2 * shared / max(x.total() + y.total(), 1) - _CHANCE
        return (out * ((a + b) / 2) ** 0.5,)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _grams(pair: DocumentPair, side: Side) -> list[Counter[str]]:
    key = ("grams", side is pair.source)
    if key not in pair.cache:
        texts = [" ".join(text.casefold().split()) for text in side.translation or side.sentences]
        pair.cache[key] = [Counter(text[k : k + _ORDER] for k in range(len(text) - _ORDER + 1)) for text in texts]
    out: list[Counter[str]] = pair.cache[key]
    return out
