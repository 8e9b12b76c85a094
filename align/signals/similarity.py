"""How close the meanings of the two sides are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values


class Similarity:
    """The margin-normalised cosine ``q`` of the runs (:attr:`muwazi.align.pair.DocumentPair.similarity`).

    With ``s = (a + b) / 2``:

    - ``q``, ``q_root`` = ``q sqrt(s)``, ``q_size`` = ``q s``: a bead of many sentences replaces many beads, so its
      similarity must count for more than that of one sentence, but not quite in proportion
    - ``q_square`` = ``q^2 sqrt(s)``
    - ``drop_best`` (of a sentence without partner): the best ``q`` it has with a single sentence of the other side
    """

    name = "similarity"
    features = ("q", "q_root", "q_size", "q_square")
    drop_features = ("drop_best",)

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        q = pair.likeness(a, b, places)
        size = (a + b) / 2
        return q, q * size**0.5, q * size, q * np.abs(q) * size**0.5

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return (pair.best_partner[0 if side is pair.source else 1],)
