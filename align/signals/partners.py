"""Whether a sentence of the bead has a better partner outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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

    def beads(self, pair: DocumentPair, a: int, b: int, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        best_source, best_target = pair.best_partner
        rows, columns = pair.grid.rows[places], pair.grid.columns[places]
        total: Any = 0.0
        most: Any = 0.0
        for k in range(a):
            inside = _best_inside(pair, b, down=False)[pair.shift(places, k, 0)]
            best = best_source[rows + k]
            lost = np.clip(best - inside, 0, 0.5)
            total, most = total + lost, np.maximum(most, lost)
        for k in range(b):
            inside = _best_inside(pair, a, down=True)[pair.shift(places, 0, k)]
            best = best_target[columns + k]
            lost = np.clip(best - inside, 0, 0.5)
            total, most = total + lost, np.maximum(most, lost)
        return total, most

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _best_inside(pair: DocumentPair, count: int, *, down: bool) -> Values:
    """Best ``q`` of each place's sentence with the ``count`` sentences of the other side from the place on.

    Shape [places + 1]. With ``down`` the sentence is the target's and the others are the source's.
    """
    key = ("inside", count, down)
    if key not in pair.cache:
        single = pair.similarity[0]
        if count == 1:
            pair.cache[key] = single
        else:
            everywhere = np.arange(pair.grid.size)
            far = pair.shift(everywhere, count - 1, 0) if down else pair.shift(everywhere, 0, count - 1)
            before = _best_inside(pair, count - 1, down=down)
            pair.cache[key] = np.append(np.maximum(before[:-1], single[far]), np.float32(-1))
    out: Values = pair.cache[key]
    return out
