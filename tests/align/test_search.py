"""The search against brute force, on grids and on lattices."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.align.grid import band_around, bead_types, full_grid
from muwazi.align.lattice import Lattice
from muwazi.align.search import Scores, best_path, posteriors

TYPES = bead_types(4)


def ways(n: int, m: int, i: int = 0, j: int = 0) -> Iterator[tuple[tuple[int, int, int, int], ...]]:
    """Every alignment of n and m sentences."""
    if (i, j) == (n, m):
        yield ()
        return
    for a, b in (*TYPES, (1, 0), (0, 1)):
        if i + a <= n and j + b <= m:
            for rest in ways(n, m, i + a, j + b):
                yield ((i, i + a, j, j + b), *rest)


def make(n: int, m: int, seed: int) -> Scores:
    random = np.random.default_rng(seed)
    grid = full_grid(n, m)
    beads = random.normal(size=(len(TYPES), grid.size)).astype(np.float32)
    return Scores(grid, TYPES, beads, random.normal(size=n), random.normal(size=m))


def worth(scores: Scores, way: tuple[tuple[int, int, int, int], ...]) -> float:
    total = 0.0
    for i, k, j, m in way:
        if k == i:
            total += scores.drop_target[j]
        elif m == j:
            total += scores.drop_source[i]
        else:
            total += float(scores.beads[TYPES.index((k - i, m - j)), scores.grid.offset[i] + j])
    return total


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_best_way_and_probabilities_equal_brute_force(n: int, m: int, seed: int) -> None:
    scores = make(n, m, seed)
    every = list(ways(n, m))
    values = [worth(scores, way) for way in every]
    best = best_path(scores)
    assert worth(scores, tuple(best)) == pytest.approx(max(values), abs=1e-5)
    partition = log(sum(exp(value) for value in values))
    found = posteriors(scores)
    for index, (a, b) in enumerate(TYPES):
        for place in range(scores.grid.size):
            i, j = int(scores.grid.rows[place]), int(scores.grid.columns[place])
            step = (i, i + a, j, j + b)
            expected = sum(exp(v - partition) for v, way in zip(values, every, strict=True) if step in way)
            assert found.beads[index, place] == pytest.approx(expected, abs=1e-4)
    arcs = sorted({(i, j, k - i, h - j) for way in every for i, k, j, h in way})
    lattice = Lattice(*(np.array([arc[c] for arc in arcs], dtype=np.int64) for c in range(4)))
    each = np.array([worth(scores, ((i, i + a, j, j + b),)) for i, j, a, b in arcs])
    chosen = [arcs[arc] for arc in lattice.best(each)]
    assert sum(worth(scores, ((i, i + a, j, j + b),)) for i, j, a, b in chosen) == pytest.approx(max(values), abs=1e-6)
    assert not arcs or lattice.log_partition(each) == pytest.approx(partition, abs=1e-6)
    for (i, j, a, b), p in zip(arcs, lattice.probabilities(each), strict=True):
        step = (i, i + a, j, j + b)
        assert p == pytest.approx(
            sum(exp(v - partition) for v, way in zip(values, every, strict=True) if step in way), abs=1e-6
        )


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 6), st.data())
@settings(max_examples=60, deadline=None)
def test_a_band_holds_its_path_and_is_monotone(n: int, m: int, radius: int, data: st.DataObject) -> None:
    points = data.draw(st.lists(st.tuples(st.integers(0, n), st.integers(0, m)), max_size=6))
    path = [(0, 0)]
    for i, j in sorted(points):
        if i >= path[-1][0] and j >= path[-1][1]:
            path.append((i, j))
    path.append((n, m))
    grid = band_around(np.array(path), n, m, radius)
    assert (grid.low <= grid.high).all()
    assert (np.diff(grid.low) >= 0).all()
    assert (np.diff(grid.high) >= 0).all()
    assert grid.low[0] == 0
    assert grid.high[n] == m
    for i, j in path:
        assert grid.low[i] <= j <= grid.high[i]
    assert (grid.low[1:] <= grid.high[:-1]).all()  # there is a way from each row to the next
    index = grid.shifted(1, 1)
    for place in range(grid.size):
        i, j = int(grid.rows[place]) + 1, int(grid.columns[place]) + 1
        inside = i <= n and grid.low[i] <= j <= grid.high[i]
        assert index[place] == (grid.offset[i] + j - grid.low[i] if inside else grid.size)


def test_a_band_as_wide_as_the_grid_changes_nothing() -> None:
    scores = make(6, 5, 3)
    grid = band_around(np.array([(0, 0), (6, 5)]), 6, 5, 10)
    assert grid.size == scores.grid.size
    again = Scores(grid, TYPES, scores.beads, scores.drop_source, scores.drop_target)
    assert best_path(again) == best_path(scores)
