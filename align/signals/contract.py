"""What a scoring signal is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from muwazi.align.pair import DocumentPair, Ints, Side

Values = NDArray[np.floating[Any]]


class Signal(Protocol):
    """Features of beads and of sentences left without partner.

    Features are computed for a whole document pair at a time. They are symmetric: the pair with its sides swapped has
    the same features for the mirrored beads.
    """

    @property
    def name(self) -> str:
        """Short name, for ablation."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the bead features; each is the name of a weight."""

    @property
    def drop_features(self) -> tuple[str, ...]:
        """Names of the features of a sentence without partner."""

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """For each feature, its value for each bead, or one value for all.

        :param a: source sentences of each bead, at least 1.
        :param b: target sentences of each bead, at least 1.
        :param places: where each starts, flat indices into the pair's grid; the beads stay inside the grid.
        """

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """For each drop feature, its value for each sentence of ``side``, or one value for all."""
