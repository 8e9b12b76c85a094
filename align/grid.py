"""The cells that a search looks at: a band of places in two documents, and the beads that may start there.

A *place* ``(i, j)`` stands before sentence ``i`` of the source and sentence ``j`` of the target, so a document pair of
n and m sentences has ``(n + 1) * (m + 1)`` places, and a bead of ``a`` and ``b`` sentences goes from ``(i, j)`` to
``(i + a, j + b)``. A grid holds, for each ``i``, the places with ``low[i] <= j <= high[i]``, row after row in one flat
array: all of them for short documents, a band around a path for long ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Places to search, with the number of source (n) and target (m) sentences."""

    n: int
    m: int
    low: Ints
    """First place of each row, shape [n + 1]."""
    high: Ints
    """Last place of each row (included), shape [n + 1]."""
    _reached: dict[tuple[tuple[tuple[int, int], ...], int], Ints] = field(
        default_factory=dict, repr=False, compare=False
    )
    offset: Ints = field(init=False)
    """Where each row begins in flat arrays, shape [n + 2]; the last is the number of places."""

    def __post_init__(self) -> None:
        width = self.high - self.low + 1
        object.__setattr__(self, "offset", np.concatenate([[0], np.cumsum(width)]))

    @property
    def size(self) -> int:
        """Number of places."""
        return int(self.offset[-1])

    @cached_property
    def rows(self) -> Ints:
        """``i`` of each place."""
        return np.repeat(np.arange(self.n + 1), self.high - self.low + 1)

    @cached_property
    def columns(self) -> Ints:
        """``j`` of each place."""
        return np.arange(self.size) - np.repeat(self.offset[:-1] - self.low, self.high - self.low + 1)

    def reached(self, types: tuple[tuple[int, int], ...], direction: int) -> Ints:
        """Where beads of each size end that start at each place (1), or start that end there (-1): [types, places].

        Flat indices, ``size`` for what leaves the grid. Kept, since every pass of a search asks for it.
        """
        if (types, direction) not in self._reached:
            found = [self.shifted(direction * a, direction * b) for a, b in types]
            self._reached[types, direction] = np.array(found, dtype=np.int64).reshape(len(types), self.size)
        return self._reached[types, direction]

    def shifted(self, down: int, right: int) -> Ints:
        """Flat index of the place ``(i + down, j + right)`` of each place; ``size`` where the grid has none."""
        row = self.rows + down
        column = self.columns + right
        inside = (row >= 0) & (row <= self.n)
        row = np.clip(row, 0, self.n)
        inside &= (column >= self.low[row]) & (column <= self.high[row])
        return np.where(inside, self.offset[row] + column - self.low[row], self.size)


def full_grid(n: int, m: int) -> Grid:
    """Every place: the search is exact."""
    return Grid(n, m, np.zeros(n + 1, dtype=np.int64), np.full(n + 1, m, dtype=np.int64))


def band_around(path: Ints, n: int, m: int, radius: int) -> Grid:
    """The places within ``radius`` (in rows or in columns) of a path.

    :param path: shape [k, 2], the corners of a monotone path from (0, 0) to (n, m).
    """
    first = np.full(n + 1, m + 1, dtype=np.int64)
    last = np.full(n + 1, -1, dtype=np.int64)
    # A bead is a straight line between its corners: the rows in between get the columns that the line crosses.
    for (i, j), (k, h) in zip(path[:-1].tolist(), path[1:].tolist(), strict=True):
        rows = np.arange(i, k + 1)
        at = j + ((rows - i) * (h - j)) // max(k - i, 1)
        first[rows] = np.minimum(first[rows], at)
        last[rows] = np.maximum(last[rows], at)
        last[k] = max(last[k], h)
    # Both are non-decreasing, so the least over a window of rows stands at its upper end.
    rows = np.arange(n + 1)
    low = np.maximum(first[np.maximum(rows - radius, 0)] - radius, 0)
    high = np.minimum(last[np.minimum(rows + radius, n)] + radius, m)
    high[:-1] = np.maximum(high[:-1], low[1:])  # so that there is always a way from a row to the next
    return Grid(n, m, low, high)


def bead_types(max_merge: int) -> tuple[tuple[int, int], ...]:
    """The sizes (a, b) of beads with two sides, ``a + b <= max_merge``, small ones first."""
    return tuple((a, size - a) for size in range(2, max_merge + 1) for a in range(1, size))
