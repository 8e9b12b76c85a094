"""Whether the bead's borders are right: would it be more alike with one sentence less, or one more, at an end?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values


class Neighbours:
    """Compares ``q`` of a bead with ``q`` of the beads that differ by one sentence at one of its four ends.

    - ``shrink``: the most that ``q`` gains by leaving out a sentence at an end (negative where every sentence is
      needed; 0 for a 1-1 bead)
    - ``shrink_sum``: the sum over all ends, each at least -0.2
    - ``weakest``: the least ``q`` that one sentence of a merged side has with the whole other side, at most 0.5: near 0
      for a sentence that does not belong; 0.3 for a 1-1 bead
    - ``grow``: the most that ``q`` gains by taking in the sentence before or after, on either side
    - ``grow_over``: the same where it is above 0
    """

    name = "neighbours"
    features = ("weakest", "shrink", "shrink_sum", "grow", "grow_over")
    drop_features: tuple[str, ...] = ()

    def beads(self, pair: DocumentPair, a: int, b: int, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        q = pair.similarity[pair.index[a, b], places]
        smaller = [
            _look(pair, places, a - (side == 0), b - (side == 1), (side == 0) * first, (side == 1) * first)
            for side in (0, 1)
            for first in (0, 1)
            if (a, b)[side] > 1
        ]
        larger = [
            _look(pair, places, a + (side == 0), b + (side == 1), -(side == 0) * first, -(side == 1) * first)
            for side in (0, 1)
            for first in (0, 1)
            if a + b < pair.max_merge
        ]
        zero = np.zeros_like(q)
        gains = [np.where(np.isnan(other), 0, other - q) for other in smaller]
        shrink = np.maximum.reduce(gains) if gains else zero
        total = sum((np.maximum(gain, -0.2) for gain in gains), start=zero)
        raised = [np.where(np.isnan(other), -0.5, other - q) for other in larger]
        grow = np.maximum.reduce(raised) if raised else zero - 0.05
        single = [_look(pair, places, 1, b, k, 0) for k in range(a) if a > 1] + [
            _look(pair, places, a, 1, 0, k) for k in range(b) if b > 1
        ]
        singles = [np.where(np.isnan(one), 0, one) for one in single]
        weakest = np.minimum.reduce(singles) if singles else np.full_like(q, 0.3)
        return np.minimum(weakest, 0.5), np.maximum(shrink, -0.3), total, np.maximum(grow, -0.3), np.maximum(grow, 0)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _look(pair: DocumentPair, places: Ints, a: int, b: int, down: int, right: int) -> Values:
    """``q`` of the bead of size (a, b) that starts so far from each place; NaN where there is none."""
    found = pair.similarity[pair.index[a, b], pair.shift(places, down, right)]
    out: Values = np.where(found == -1, np.float32(np.nan), found)
    return out
