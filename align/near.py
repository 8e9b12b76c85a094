"""What is still to be decided after a first look at a document pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muwazi.align.grid import Grid
from muwazi.align.lattice import Lattice

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Near:
    """Sentences whose bead is open, and which sentences of the other document may stand in it."""

    grid: Grid
    """The places (i, j) where source sentence i and target sentence j may belong together."""
    source: Flags
    """Whether the bead of each source sentence is open, shape [n]."""
    target: Flags
    """Shape [m]."""


def everything(grid: Grid) -> Near:
    """All beads are open."""
    return Near(grid, np.ones(grid.n, dtype=bool), np.ones(grid.m, dtype=bool))


def competing(lattice: Lattice, n: int, m: int) -> Near:
    """What the arcs of a lattice compete for; an arc that every way takes leaves nothing open."""
    source, target = np.zeros(n, dtype=bool), np.zeros(m, dtype=bool)
    low, high = np.full(n + 1, m, dtype=np.int64), np.full(n + 1, -1, dtype=np.int64)
    arcs = zip(*(x.tolist() for x in (lattice.rows, lattice.columns, lattice.a, lattice.b, lattice.open)), strict=True)
    for i, j, a, b, is_open in arcs:
        if is_open:
            source[i : i + a] = target[j : j + b] = True
        if a and b:
            low[i : i + a] = np.minimum(low[i : i + a], j)
            high[i : i + a] = np.maximum(high[i : i + a], j + b - 1)
    low[n] = high[n] = m
    low = np.minimum.accumulate(low[::-1])[::-1]
    return Near(Grid(n, m, low, np.maximum(np.maximum.accumulate(high), low)), source, target)
