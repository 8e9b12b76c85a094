"""How many sentences a bead joins: the cost of merging and of leaving out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values


class Shape:
    """Features of a bead of a and b sentences.

    - ``bead``: 1
    - ``extra``: ``a + b - 2``
    - ``two``: 1 for 1-2 and 2-1
    - ``square``: ``min(a, b) - 1``, above 0 for n-m beads
    - ``long``: ``max(0, a + b - 5)``
    - ``drop`` (of a sentence without partner): 1
    """

    name = "shape"
    features = ("bead", "extra", "two", "square", "long")
    drop_features = ("drop",)

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        size = a + b
        two = (size == 3).astype(float)
        return 1.0, size - 2.0, two, np.minimum(a, b) - 1.0, np.maximum(0.0, size - 5)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return (1.0,)
