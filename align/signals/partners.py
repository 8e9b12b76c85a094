"""Whether a sentence of the bead has a better partner outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from muwazi.align.pair import DocumentPair, Side
from muwazi.align.signals.contract import Values


class Partners:
    """With ``q(s, t)`` of single sentences, each sentence's best partner anywhere against its best inside the bead.

    - ``elsewhere``: the sum over the bead's sentences of ``best(s) - best inside(s)``, each at most 0.5
    - ``elsewhere_most``: the greatest of them
    """

    name = "partners"
    features = ("elsewhere", "elsewhere_most")
    drop_features: tuple[str, ...] = ()

    def beads(self, pair: DocumentPair, a: int, b: int) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        best_source, best_target = pair.best_partner
        total: Any = 0.0
        most: Any = 0.0
        for k in range(a):
            inside = _best_inside(pair, k, b, down=False)
            best = best_source[np.minimum(pair.grid.rows + k, max(pair.grid.n - 1, 0))]
            lost = np.clip(best - inside, 0, 0.5)
            total, most = total + lost, np.maximum(most, lost)
        for k in range(b):
            inside = _best_inside(pair, k, a, down=True)
            best = best_target[np.minimum(pair.grid.columns + k, max(pair.grid.m - 1, 0))]
            lost = np.clip(best - inside, 0, 0.5)
            total, most = total + lost, np.maximum(most, lost)
        return total, most

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _best_inside(pair: DocumentPair, skip: int, count: int, *, down: bool) -> Values:
    """Best ``q`` of the sentence ``skip`` after each place's with the ``count`` sentences from the place on, other side."""
    key = ("inside", skip, count, down)
    cache = pair.cache
    if key not in cache:
        if skip:
            values = np.append(_best_inside(pair, 0, count, down=down), np.float32(-1))
            cache[key] = values[pair.at(0, skip) if down else pair.at(skip, 0)]
        elif count == 1:
            cache[key] = np.where(pair.valid[0], pair.similarity[0], np.float32(-1))
        else:
            last = np.append(_best_inside(pair, 0, 1, down=down), np.float32(-1))
            far = pair.at(count - 1, 0) if down else pair.at(0, count - 1)
            cache[key] = np.maximum(_best_inside(pair, 0, count - 1, down=down), last[far])
    out: Values = cache[key]
    return out
