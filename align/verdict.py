"""What there is to say about a finished alignment.

How sure each bead is, which passages have moved, and whether the two documents belong together at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from muwazi.align.pair import Side

LOST = 0.5
"""A bead below this confidence may have its partner elsewhere."""
MOVED_SIMILARITY = 0.45
MOVED_MARGIN = 0.1
MOVED_MOST = 4000
"""Sentences of one side that are compared with all lost ones of the other: more would cost quadratic time."""


@dataclass(frozen=True)
class Found:
    """A bead as the search leaves it."""

    source: tuple[int, int]
    """From, to."""
    target: tuple[int, int]
    cosine: float
    similarity: float
    """Margin-normalised; 0 with an empty side."""
    probability: float

    @property
    def empty(self) -> bool:
        """Whether one side is empty."""
        return self.source[0] == self.source[1] or self.target[0] == self.target[1]


def confidence(bead: Found, calibration: Mapping[str, float]) -> float:
    """Probability that the bead is right: the model's probability on the scale on which gold alignments put it."""
    p = min(max(bead.probability, 1e-6), 1 - 1e-6)
    odds = calibration["slope"] * log(p / (1 - p)) + calibration["offset"]
    if bead.empty:
        odds += calibration["null"]
    return 1 / (1 + exp(-odds))


def parallel_score(beads: Sequence[Found], source: Side, target: Side) -> float:
    """How far two documents are translations: mean similarity of the beads by characters, 0 for what has no partner."""
    total = source.running[-1] + target.running[-1]
    held = 0.0
    for bead in beads:
        if not bead.empty:
            characters = source.running[bead.source[1]] - source.running[bead.source[0]]
            characters += target.running[bead.target[1]] - target.running[bead.target[0]]
            held += float(characters) * bead.similarity
    return held / float(total) if total else 0.0


def moved(
    beads: Sequence[Found], sure: Sequence[float], source: Side, target: Side
) -> tuple[list[tuple[int, int]], bool]:
    """Pairs of sentences that render each other although the beads do not join them.

    Only sentences of beads without a side, or with a confidence below :data:`LOST`, are looked at: pairs that are each
    other's best, with a margin to the second best.

    :return: the pairs (source, target), and whether there were too many such sentences to look.
    """
    lost: tuple[list[int], list[int]] = ([], [])
    joined: dict[int, tuple[int, int]] = {}
    for bead, value in zip(beads, sure, strict=True):
        if bead.empty or value < LOST:
            lost[0].extend(range(*bead.source))
            lost[1].extend(range(*bead.target))
            joined.update((i, bead.target) for i in range(*bead.source))
    if not lost[0] or not lost[1]:
        return [], False
    if max(len(lost[0]), len(lost[1])) > MOVED_MOST:
        return [], True
    vectors = [
        np.concatenate([side.spans.embed_runs(k, k + 1, 1) for k in indices])
        for side, indices in ((source, lost[0]), (target, lost[1]))
    ]
    far = ((1 - vectors[0] @ target.mean)[:, None] + (1 - vectors[1] @ source.mean)[None, :]) / 2
    q = 1 - (1 - vectors[0] @ vectors[1].T) / np.maximum(far, 0.05)
    found = []
    for row in range(q.shape[0]):
        column = int(q[row].argmax())
        best = float(q[row, column])
        if best < MOVED_SIMILARITY or int(q[:, column].argmax()) != row:
            continue
        rivals = max(
            float(np.delete(q[row], column).max(initial=-1)), float(np.delete(q[:, column], row).max(initial=-1))
        )
        i, j = lost[0][row], lost[1][column]
        first, last = joined.get(i, (0, 0))
        if best - rivals >= MOVED_MARGIN and not first <= j < last:
            found.append((i, j))
    return found, False
