"""A rough way through long documents, in linear time, for the exact search to look around.

Both documents are cut into the same number of units of about equal length in characters; the units of the first level
are few enough to search all pairs, and each next level has twice as many and is searched only around the way found
before (as Vecalign does with averaged sentence vectors: Thompson and Koehn, "Vecalign: improved sentence alignment in
linear time and space", 2019). A unit is the sum of its sentences' vectors less the document's mean: what two long
stretches of one document have in common with everything says nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from muwazi.align.grid import Grid, band_around, full_grid
from muwazi.align.pair import Side
from muwazi.align.search import Scores, best_path

Ints = NDArray[np.int64]

_TOP = 300
"""Units of a document on the first level."""
_SENTENCES = 2
"""Sentences of the longer document in a unit of the last level."""
_RADIUS = 8
_TYPES = ((1, 1), (1, 2), (2, 1))
_LEAVE = -0.02
_MERGE = 0.1
_FLOOR = 0.06
"""A pair of units must be more alike than this to be better than two units without partner."""


def rough_path(source: Side, target: Side) -> Ints:
    """Corners ``(i, j)`` of a monotone way from (0, 0) to (n, m), in sentences, shape [k, 2]."""
    sums = [_running(side) for side in (source, target)]
    most = max(source.size, target.size)
    units = min(_TOP, max(most // _SENTENCES, 1))
    path = np.zeros((1, 2), dtype=np.int64)
    grid: Grid | None = None
    while True:
        cuts = [_cut(side, units) for side in (source, target)]
        if grid is None:
            grid = full_grid(len(cuts[0]) - 1, len(cuts[1]) - 1)
        else:
            corners = np.stack([np.searchsorted(cut, path[:, k]) for k, cut in enumerate(cuts)], axis=1)
            grid = band_around(corners, len(cuts[0]) - 1, len(cuts[1]) - 1, _RADIUS)
        steps = best_path(_scores(grid, sums, cuts))
        path = np.array([(0, 0), *((cuts[0][k], cuts[1][m]) for _, k, _, m in steps)], dtype=np.int64)
        if units * _SENTENCES >= most:
            return path
        units = min(units * 2, -(-most // _SENTENCES))


def _running(side: Side) -> NDArray[np.float32]:
    """Running sum of the centred sentence vectors, shape [size + 1, dimensions]."""
    out = np.zeros((side.size + 1, side.spans.dimensions), dtype=np.float32)
    last = np.zeros(side.spans.dimensions)
    for first in range(0, side.size, 4096):
        rows = side.spans.embed_runs(first, first + 4096, 1) - side.mean
        total = last + np.cumsum(rows, axis=0, dtype=np.float64)
        out[first + 1 : first + 1 + len(rows)] = total
        last = total[-1]
    return out


def _cut(side: Side, units: int) -> Ints:
    """Sentence borders nearest to equal parts, without repetition, from 0 to size."""
    wanted = np.linspace(0, side.running[-1], units + 1)
    border = np.searchsorted(side.running, wanted)
    border = np.clip(border, 1, side.size)
    border -= wanted - side.running[border - 1] < side.running[border] - wanted
    border[0], border[-1] = 0, side.size
    return np.unique(border)


def _scores(grid: Grid, sums: list[NDArray[np.float32]], cuts: list[Ints]) -> Scores:
    beads = np.full((len(_TYPES), grid.size), -np.inf, dtype=np.float32)
    for index, (a, b) in enumerate(_TYPES):
        runs = [total[cut[size:]] - total[cut[:-size]] for total, cut, size in zip(sums, cuts, (a, b), strict=True)]
        runs = [rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9) for rows in runs]
        for first in range(0, grid.n + 1 - a, 256):
            last = min(first + 256, grid.n + 1 - a)
            left, right = int(grid.low[first:last].min()), int(grid.high[first:last].max())
            products = runs[0][first:last] @ runs[1][left : right + 1].T
            if not products.shape[1]:
                continue
            part = slice(int(grid.offset[first]), int(grid.offset[last]))
            rows, columns = grid.rows[part] - first, grid.columns[part] - left
            inside = columns < products.shape[1]
            beads[index, part][inside] = products[rows[inside], columns[inside]]
        beads[index] = (a + b) / 2 * (beads[index] - _FLOOR) - _MERGE * (a + b - 2)
    return Scores(grid, _TYPES, beads, np.full(grid.n, _LEAVE), np.full(grid.m, _LEAVE))
