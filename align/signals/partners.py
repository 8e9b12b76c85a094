"""Whether a sentence of the bead has a better partner outside of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values


class Partners:
    """With ``q(s, t)`` of single sentences, each sentence's best partner anywhere against its best inside the bead.

    - ``elsewhere``: the sum over the bead's sentences of ``best(s) - best inside(s)``, each at most 0.5
    - ``elsewhere_most``: the greatest of them
    """

    name = "partners"
    features = ("elsewhere", "elsewhere_most")
    drop_features: tuple[str, ...] = ()

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        best_source, best_target = pair.best_partner
        rows, columns = pair.grid.rows[places], pair.grid.columns[places]
        total = np.zeros(len(places))
        most = np.zeros(len(places))
        for down, best, at, (own, other) in (
            (False, best_source, rows, (a, b)),
            (True, best_target, columns, (b, a)),
        ):
            table = _best_inside(pair, down=down)
            for k in range(int(own.max(initial=0))):
                here = np.flatnonzero(own > k)
                there = pair.shift(places[here], 0, k) if down else pair.shift(places[here], k, 0)
                lost = np.clip(best[at[here] + k] - table[other[here] - 1, there], 0, 0.5)
                total[here] += lost
                most[here] = np.maximum(most[here], lost)
        return total, most

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _best_inside(pair: DocumentPair, *, down: bool) -> Values:
    """Best ``q`` of each place's sentence with the next sentences of the other side, from the place on.

    Shape [counts, places + 1], from one sentence up. With ``down`` the sentence is the target's and the others are the
    source's.
    """
    key = ("inside", down)
    if key not in pair.cache:
        single = pair.similarity[0]
        everywhere = np.arange(pair.grid.size)
        found = [single]
        for step in range(1, pair.max_merge - 1):
            far = pair.shift(everywhere, step, 0) if down else pair.shift(everywhere, 0, step)
            found.append(np.append(np.maximum(found[-1][:-1], single[far]), np.float32(-1)))
        pair.cache[key] = np.array(found)
    out: Values = pair.cache[key]
    return out
