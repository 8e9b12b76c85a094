"""A first look: which beads of a grid have a chance at all, by similarity, length and size alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from muwazi.align.lattice import Lattice
from muwazi.align.pair import DocumentPair
from muwazi.align.search import Scores, best_path, posteriors
from muwazi.align.signals.length import VARIANCE

CHANCE = 1e-5
"""Beads less probable than this are not looked at again."""
MOST = 24
"""Beads kept for each sentence at most, the most probable ones; running text has about two."""
_SHARPNESS = 8.0
_FLOOR, _MERGE, _LENGTH, _LEAVE = 0.15, 0.1, 0.05, -0.15


def propose(pair: DocumentPair) -> Lattice:
    """The beads of the pair that the fitted signals should judge.

    Score of a bead: ``8 (((a + b) / 2)^0.5 (q - 0.15) - 0.1 (a + b - 2) - 0.05 min(d^2 / 2, 4))``, of a sentence
    without partner ``8 (-0.15)``; kept are the best alignment and whatever has a probability of 1e-5.
    """
    grid = pair.grid
    beads = np.empty((len(pair.types), grid.size), dtype=np.float32)
    everywhere = np.arange(grid.size)
    for k, (a, b) in enumerate(pair.types):
        x, y = pair.lengths(a, b, everywhere)
        half = np.minimum((y - x) ** 2 / (VARIANCE * (x + y)), 4)
        beads[k] = ((a + b) / 2) ** 0.5 * (pair.similarity[k, :-1] - _FLOOR) - _MERGE * (a + b - 2) - _LENGTH * half
    beads *= _SHARPNESS
    leave = _SHARPNESS * _LEAVE
    scores = Scores(grid, pair.types, beads, np.full(grid.n, leave), np.full(grid.m, leave))
    found = posteriors(scores)
    arcs = [(i, j, k - i, m - j) for i, k, j, m in best_path(scores)]
    parts = [np.array(arcs, dtype=np.int64).reshape(-1, 4)]
    kinds, places = np.nonzero(found.beads >= _least(found.beads, MOST * (grid.n + grid.m)))
    sizes = np.array(pair.types, dtype=np.int64).reshape(-1, 2)[kinds]
    parts.append(np.column_stack([grid.rows[places], grid.columns[places], sizes]))
    for values, size in ((found.drop_source, (1, 0)), (found.drop_target, (0, 1))):
        places = np.flatnonzero(values >= CHANCE)
        both = np.tile(np.array(size, dtype=np.int64), (len(places), 1))
        parts.append(np.column_stack([grid.rows[places], grid.columns[places], both]))
    table = np.unique(np.concatenate(parts), axis=0)
    lattice = Lattice(*(np.ascontiguousarray(table[:, k]) for k in range(4)))
    return lattice.only(np.ones(lattice.size, dtype=bool), grid.n, grid.m)[0]


def _least(values: NDArray[np.float32], most: int) -> float:
    """The threshold that at most so many values reach."""
    kept = values[values >= CHANCE]
    if len(kept) <= most:
        return CHANCE
    return float(np.nextafter(np.partition(kept, len(kept) - most)[len(kept) - most], np.float32(2)))
