"""The search: the best monotone sequence of beads, and how probable each bead is.

Dynamic programming over the places of a :class:`~muwazi.align.grid.Grid`, row by row, each row at once in NumPy. Time
and memory are linear in the number of places: exact over all places, linear in the documents over a band.

Scores are of a log-linear model: the probability of an alignment is proportional to ``exp(sum of its beads' scores)``,
so that sums over all alignments (:func:`posteriors`) give the probability of a bead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muwazi.align.grid import Grid

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Step = tuple[int, int, int, int]
"""A bead: source from, source to, target from, target to."""


@dataclass
class Scores:
    """What every bead that may be searched is worth."""

    grid: Grid
    types: tuple[tuple[int, int], ...]
    beads: Floats
    """Shape [types, places]: of the bead of that size that starts there; ``-inf`` where it may not."""
    drop_source: Doubles
    """Shape [n]: of leaving a source sentence without partner."""
    drop_target: Doubles
    """Shape [m]."""

    def __post_init__(self) -> None:
        """Beads that would leave the grid may not be used."""
        self.beads[self.grid.reached(self.types, 1) == self.grid.size] = -np.inf


def best_path(scores: Scores) -> list[Step]:
    """The alignment with the greatest sum. Equal sums: fewer sentences in the earlier bead, then nulls, first wins."""
    grid = scores.grid
    value = np.append(_to_end(scores, maximum=True), -np.inf)
    reached = grid.reached(scores.types, 1)
    i = j = 0
    path: list[Step] = []
    while i < grid.n or j < grid.m:
        place = int(grid.offset[i] + j - grid.low[i])
        best, step = -np.inf, (i, i, j, j)
        if scores.types:
            ways = scores.beads[:, place] + value[reached[:, place]]
            index = int(ways.argmax())
            a, b = scores.types[index]
            best, step = ways[index], (i, i + a, j, j + b)
        if i < grid.n and grid.low[i + 1] <= j <= grid.high[i + 1]:
            down = scores.drop_source[i] + value[grid.offset[i + 1] + j - grid.low[i + 1]]
            if down > best:
                best, step = down, (i, i + 1, j, j)
        if j < grid.high[i]:
            right = scores.drop_target[j] + value[place + 1]
            if right > best:
                best, step = right, (i, i, j, j + 1)
        path.append(step)
        i, j = step[1], step[3]
    return path


@dataclass
class Posteriors:
    """Probabilities under the model."""

    beads: Floats
    """Shape [types, places]."""
    drop_source: Doubles
    """Shape [places]: of leaving out the source sentence there."""
    drop_target: Doubles
    """Shape [places]."""


def posteriors(scores: Scores) -> Posteriors:
    """How probable each bead is, over all alignments in the grid."""
    grid = scores.grid
    with np.errstate(divide="ignore"):  # the logarithm of no way at all
        backward = np.append(_to_end(scores, maximum=False), -np.inf)
        forward = _from_start(scores)
    total = float(backward[0])
    beads = np.empty_like(scores.beads)
    for index, end in enumerate(grid.reached(scores.types, 1)):
        beads[index] = np.exp(forward + scores.beads[index] + backward[end] - total)
    below = np.exp(forward + np.append(scores.drop_source, -np.inf)[grid.rows] + backward[grid.shifted(1, 0)] - total)
    right = np.exp(
        forward + np.append(scores.drop_target, -np.inf)[grid.columns] + backward[grid.shifted(0, 1)] - total
    )
    return Posteriors(beads, below, right)


def _to_end(scores: Scores, *, maximum: bool) -> Doubles:
    """For each place the best sum (or the log of the summed exponentials) from there to the end."""
    grid = scores.grid
    reached = grid.reached(scores.types, 1)
    value = np.full(grid.size + 1, -np.inf)  # one more: the place that the grid does not hold
    # Nulls along a row add up: with their running cost as offset, a row is one running maximum.
    cost = np.concatenate([[0.0], np.cumsum(scores.drop_target)])
    for i in range(grid.n, -1, -1):
        low, high = int(grid.low[i]), int(grid.high[i])
        begin, end = int(grid.offset[i]), int(grid.offset[i + 1])
        row = np.full(end - begin, -np.inf)
        if i == grid.n:
            row[-1] = 0.0  # the end of both documents
        else:
            ends = reached[:, begin:end]
            if len(ends):
                row = _reduce(scores.beads[:, begin:end] + value[ends], maximum)
            first, last = max(low, int(grid.low[i + 1])), min(high, int(grid.high[i + 1]))
            if first <= last:
                start = int(grid.offset[i + 1] - grid.low[i + 1])
                _join(
                    row[first - low : last - low + 1],
                    value[start + first : start + last + 1],
                    maximum,
                    scores.drop_source[i],
                )
        row += cost[low : high + 1]
        row = (np.maximum if maximum else np.logaddexp).accumulate(row[::-1])[::-1]
        value[begin:end] = row - cost[low : high + 1]
    return value[:-1]


def _from_start(scores: Scores) -> Doubles:
    """For each place the log of the summed exponentials over all ways from the start to it."""
    grid = scores.grid
    reached = grid.reached(scores.types, -1)
    value = np.full(grid.size + 1, -np.inf)
    beads = np.concatenate([scores.beads, np.full((len(scores.types), 1), -np.inf, dtype=np.float32)], axis=1)
    kinds = np.arange(len(scores.types))[:, None]
    cost = np.concatenate([[0.0], np.cumsum(scores.drop_target)])
    for i in range(grid.n + 1):
        low, high = int(grid.low[i]), int(grid.high[i])
        begin, end = int(grid.offset[i]), int(grid.offset[i + 1])
        row = np.full(end - begin, -np.inf)
        if i == 0:
            row[0] = 0.0  # the start of both documents
        else:
            starts = reached[:, begin:end]
            if len(starts):
                row = _reduce(beads[kinds, starts] + value[starts], maximum=False)
            first, last = max(low, int(grid.low[i - 1])), min(high, int(grid.high[i - 1]))
            if first <= last:
                start = int(grid.offset[i - 1] - grid.low[i - 1])
                _join(
                    row[first - low : last - low + 1],
                    value[start + first : start + last + 1],
                    False,
                    scores.drop_source[i - 1],
                )
        row -= cost[low : high + 1]
        value[begin:end] = np.logaddexp.accumulate(row) + cost[low : high + 1]
    return value[:-1]


def _join(row: Doubles, other: Doubles, maximum: bool, gain: float) -> None:
    """Take another way of reaching the places of a row into account, in place."""
    (np.maximum if maximum else np.logaddexp)(row, other + gain, out=row)


def _reduce(ways: Doubles, maximum: bool) -> Doubles:
    best: Doubles = ways.max(axis=0)
    if maximum:
        return best
    floor = np.where(np.isfinite(best), best, 0.0)
    out: Doubles = np.log(np.exp(ways - floor).sum(axis=0)) + floor
    return out
