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

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        q = pair.likeness(a, b, places)
        gain, total = np.full_like(q, -np.inf), np.zeros_like(q)
        grow = np.full_like(q, -np.inf)
        for side, own in enumerate((a, b)):
            one = int(side == 0), int(side == 1)
            several = np.flatnonzero(own > 1)
            room = np.flatnonzero(a + b < pair.max_merge)
            for first in (0, 1):
                down, right = one[0] * first, one[1] * first
                less = _look(pair, places[several], a[several] - one[0], b[several] - one[1], down, right)
                lost = np.where(np.isnan(less), 0, less - q[several])
                gain[several] = np.maximum(gain[several], lost)
                total[several] += np.maximum(lost, -0.2)
                more = _look(pair, places[room], a[room] + one[0], b[room] + one[1], -down, -right)
                grow[room] = np.maximum(grow[room], np.where(np.isnan(more), -0.5, more - q[room]))
        shrink = np.where(np.isinf(gain), 0, gain)
        grow = np.where(np.isinf(grow), -0.05, grow)
        weakest = np.full_like(q, np.inf)
        for side, (own, other) in enumerate(((a, b), (b, a))):
            for k in range(int(own.max(initial=0))):
                here = np.flatnonzero((own > 1) & (own > k))
                single = np.ones(len(here), dtype=np.int64)
                first_size, second_size = (single, other[here]) if side == 0 else (other[here], single)
                found = _look(pair, places[here], first_size, second_size, k * (side == 0), k * (side == 1))
                weakest[here] = np.minimum(weakest[here], np.where(np.isnan(found), 0, found))
        weakest = np.where(np.isinf(weakest), 0.3, weakest)
        return np.minimum(weakest, 0.5), np.maximum(shrink, -0.3), total, np.maximum(grow, -0.3), np.maximum(grow, 0)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _look(pair: DocumentPair, places: Ints, a: Ints, b: Ints, down: int, right: int) -> Values:
    """``q`` of the beads of these sizes that start so far from each place; NaN where there is none."""
    found = pair.likeness(a, b, pair.shift(places, down, right))
    out: Values = np.where(found == -1, np.float32(np.nan), found)
    return out
