"""How well the lengths of the two sides fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values

VARIANCE = 6.8
"""Variance of a target length for each source character (Gale and Church, 1993, section 3.3)."""


class Length:
    """The deviation of Gale and Church, "A program for aligning sentences in bilingual corpora" (1993), made symmetric.

    With lengths ``x`` (source, times the pair's target/source ratio) and ``y`` in characters,
    ``d^2 = (y - x)^2 / (6.8 (x + y) / 2)``.

    - ``length``: ``min(d^2 / 2, 4)``
    - ``length_far``: ``min(d^2 / 2, 16)``
    - ``length_log``: ``min(|log(y / x)|, 2)``
    - ``drop_length`` (of a sentence without partner): log of its characters against its document's mean, -2 to 2
    """

    name = "length"
    features = ("length", "length_far", "length_log")
    drop_features = ("drop_length",)

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        x, y = pair.lengths(a, b, places)
        half = (y - x) ** 2 / (VARIANCE * (x + y))
        return np.minimum(half, 4), np.minimum(half, 16), np.minimum(np.abs(np.log(y / x)), 2)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        mean = side.running[-1] / max(side.size, 1)
        return (np.clip(np.log(side.characters / max(mean, 1.0)), -2, 2),)
