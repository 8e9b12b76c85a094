"""The few beads that are worth a closer look, and the search over them.

A first, cheap score of all beads of a grid (:mod:`muwazi.align.propose`) leaves a handful of beads for each sentence
with a chance. They form a lattice: places as nodes, beads and sentences without partner as arcs. All signals are
computed for its arcs only, and the search is dynamic programming over its nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Lattice:
    """Arcs, sorted by where they start; every node lies on a way from (0, 0) to the end of both documents."""

    rows: Ints
    """Source sentences before each arc, shape [arcs]."""
    columns: Ints
    a: Ints
    """Source sentences of the arc."""
    b: Ints

    @property
    def size(self) -> int:
        """Number of arcs."""
        return len(self.rows)

    @cached_property
    def _nodes(self) -> tuple[list[int], list[int], int]:
        """First arc of each node, the node where each arc ends, how many; numbered in the order of the documents."""
        # One more than the greatest column makes place numbers that sort by row, then column.
        wide = int((self.columns + self.b).max(initial=0)) + 1
        start = self.rows * wide + self.columns
        end = (self.rows + self.a) * wide + self.columns + self.b
        nodes = np.unique(np.concatenate([start, end]))
        first = np.searchsorted(start, nodes)
        return [*first.tolist(), self.size], np.searchsorted(nodes, end).tolist(), len(nodes)

    def only(self, kept: NDArray[np.bool_], n: int, m: int) -> tuple[Lattice, Ints]:
        """Those of the arcs kept that lie on a way from (0, 0) to (n, m) over them, and their numbers here."""
        ahead = {(0, 0)}
        reached = []
        for arc in np.flatnonzero(kept).tolist():
            i, j = int(self.rows[arc]), int(self.columns[arc])
            if (i, j) in ahead:
                end = i + int(self.a[arc]), j + int(self.b[arc])
                ahead.add(end)
                reached.append((arc, (i, j), end))
        behind = {(n, m)}
        chosen = []
        for arc, start, end in reversed(reached):
            if end in behind:
                behind.add(start)
                chosen.append(arc)
        found = np.array(chosen[::-1], dtype=np.int64)
        return Lattice(self.rows[found], self.columns[found], self.a[found], self.b[found]), found

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Whether there is a way without the arc, shape [arcs].

        Nodes are in an order in which every way goes up. Where only one arc leads across the gap after a node, every
        way takes it; and an arc that every way takes has no node between its ends, or that node would be on no way.
        """
        first, end, count = self._nodes
        start = np.repeat(np.arange(count), np.diff(first))
        across = np.cumsum(np.bincount(start, minlength=count) - np.bincount(end, minlength=count))
        found: NDArray[np.bool_] = across[start] > 1
        return found

    def best(self, scores: Doubles) -> list[int]:
        """Arcs of the way with the greatest sum; of equal ways the one whose earlier arc comes first in the lattice."""
        first, end, count = self._nodes
        values = scores.tolist()
        best = [-inf] * count
        choice = [-1] * count
        if count:
            best[-1] = 0.0
        for node in range(count - 2, -1, -1):
            for arc in range(first[node], first[node + 1]):
                value = values[arc] + best[end[arc]]
                if value > best[node]:
                    best[node], choice[node] = value, arc
        way = []
        node = 0
        while node < count - 1:
            way.append(choice[node])
            node = end[choice[node]]
        return way

    def log_partition(self, scores: Doubles) -> float:
        """Log of the sum over all ways of the exponential of their sums."""
        return self._backward(scores.tolist())[0] if self.size else 0.0

    def _backward(self, values: list[float]) -> list[float]:
        first, end, count = self._nodes
        out = [-inf] * count
        out[-1] = 0.0
        for node in range(count - 2, -1, -1):
            out[node] = _log_sum([values[arc] + out[end[arc]] for arc in range(first[node], first[node + 1])])
        return out

    def probabilities(self, scores: Doubles) -> Doubles:
        """Probability of each arc where that of a way is proportional to the exponential of its sum, shape [arcs]."""
        first, end, count = self._nodes
        if not count:
            return np.zeros(0)
        values = scores.tolist()
        backward = self._backward(values)
        # Forward in the same order: each node hands what it has to the ends of its arcs.
        arriving: list[list[float]] = [[] for _ in range(count)]
        arriving[0].append(0.0)
        out = np.zeros(self.size)
        total = backward[0]
        for node in range(count - 1):
            here = _log_sum(arriving[node])
            arriving[node] = []
            if here == -inf:
                continue
            for arc in range(first[node], first[node + 1]):
                value = here + values[arc]
                arriving[end[arc]].append(value)
                out[arc] = exp(min(value + backward[end[arc]] - total, 0.0))
        return out


def _log_sum(values: list[float]) -> float:
    top = max(values, default=-inf)
    if top == -inf:
        return -inf
    return top + log(sum(exp(value - top) for value in values))
