"""A document pair as the aligner sees it: sentences, lengths, vectors of runs, similarities of all beads in a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muwazi.align.grid import Grid, bead_types
from muwazi.align.near import Near
from muwazi.align.spans import Spans

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]

_ROWS = 64
"""Source sentences whose similarities are computed in one block of matrix products."""
_NEAREST = 0.05
"""Least mean distance to random sentences: below it, a document says the same thing over and over."""


@dataclass
class Side:
    """One document."""

    sentences: Sequence[str]
    language: str
    spans: Spans
    embed: Callable[[Sequence[str]], Floats]
    """Embeds other texts with the same encoder."""
    translation: Sequence[str] | None = None
    """A machine translation of each sentence into the other side's language, where there is one."""

    def part(self, first: int, last: int) -> Side:
        """Some of the sentences, as a document of their own."""
        translation = None if self.translation is None else self.translation[first:last]
        spans = self.spans.part(first, last)
        return Side(self.sentences[first:last], self.language, spans, self.embed, translation)

    @property
    def size(self) -> int:
        """Number of sentences."""
        return len(self.sentences)

    @cached_property
    def characters(self) -> Doubles:
        """Length of each sentence without white space, at least 1."""
        return np.array([max(len("".join(text.split())), 1) for text in self.sentences], dtype=np.float64)

    @cached_property
    def running(self) -> Doubles:
        """Characters before each place, shape [size + 1]."""
        return np.concatenate([[0.0], np.cumsum(self.characters)])

    @cached_property
    def mean(self) -> Floats:
        """Mean vector of the different sentences, shape [dimensions].

        The dot product of a run with it is the run's mean cosine to random sentences. A document that says one thing
        over and over has no random sentences: its mean is 0.
        """
        first = sorted({text: k for k, text in enumerate(reversed(self.sentences))}.values())
        kept = self.size - 1 - np.array(first, dtype=np.int64)
        total = np.zeros(self.spans.dimensions)
        if len(kept) < 2:
            return total.astype(np.float32)
        for start in range(0, self.size, 4096):
            rows = self.spans.embed_runs(start, start + 4096, 1)
            total += rows[kept[(kept >= start) & (kept < start + 4096)] - start].sum(axis=0, dtype=np.float64)
        return (total / len(kept)).astype(np.float32)


@dataclass
class DocumentPair:
    """Two documents and a grid over them."""

    source: Side
    target: Side
    grid: Grid
    max_merge: int
    types: tuple[tuple[int, int], ...] = field(init=False)
    near: Near | None = None
    """What a first look left open; None before it, when everything is."""
    cache: dict[Any, Any] = field(default_factory=dict)
    """What signals keep between calls."""

    def __post_init__(self) -> None:
        self.types = bead_types(self.max_merge)

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        """Row of each bead size in tensors of shape [types, places]."""
        return {size: k for k, size in enumerate(self.types)}

    @cached_property
    def _rows(self) -> Ints:
        """Row of each bead size (a, b) in those tensors, as a table; -1 for sizes that there are not."""
        table = np.full((self.max_merge + 2, self.max_merge + 2), -1, dtype=np.int64)
        for k, (a, b) in enumerate(self.types):
            table[a, b] = k
        return table

    def likeness(self, a: Ints, b: Ints, places: Ints) -> Floats:
        """:attr:`similarity` of beads of these sizes at these places; -1 where there is no such bead."""
        kinds = self._rows[a, b]
        return np.where(kinds < 0, np.float32(-1), self.similarity[kinds, places])

    def shift(self, places: Ints, down: int | Ints, right: int | Ints) -> Ints:
        """Flat index of the places so many sentences further on each side; ``grid.size`` where the grid has none."""
        grid = self.grid
        row, column = grid.rows[places] + down, grid.columns[places] + right
        held = (row >= 0) & (row <= grid.n)
        row = np.clip(row, 0, grid.n)
        held &= (column >= grid.low[row]) & (column <= grid.high[row])
        return np.where(held, grid.offset[row] + column - grid.low[row], grid.size)

    @cached_property
    def ratio(self) -> float:
        """Target characters for one source character, over both documents."""
        return float(max(self.target.running[-1], 1.0) / max(self.source.running[-1], 1.0))

    @cached_property
    def best_partner(self) -> tuple[Floats, Floats]:
        """Of each sentence, source and target, the best similarity to one sentence of the other side in the grid."""
        grid = self.grid
        values = self.similarity[0, :-1]
        source, target = np.full(grid.n + 1, -1, np.float32), np.full(grid.m + 1, -1, np.float32)
        np.maximum.at(source, grid.rows, values)
        np.maximum.at(target, grid.columns, values)
        return source[:-1], target[:-1]

    def lengths(self, a: int | Ints, b: int | Ints, places: Ints) -> tuple[Doubles, Doubles]:
        """Characters of the two sides of beads of this size, brought to a common measure, each at least 1.

        Source lengths are multiplied by the root of :attr:`ratio` and target lengths divided by it.
        """
        grid, source, target = self.grid, self.source.running, self.target.running
        rows, columns = grid.rows[places], grid.columns[places]
        i, j = np.minimum(rows + a, grid.n), np.minimum(columns + b, grid.m)
        root = self.ratio**0.5
        return np.maximum((source[i] - source[rows]) * root, 1), np.maximum((target[j] - target[columns]) / root, 1)

    @cached_property
    def runs(self) -> tuple[list[Floats], list[Floats]]:
        """Vectors of all runs of the source and of the target; the first is of runs of one sentence.

        A pair is one window of a long document, so that this stays small.
        """
        source, target = (
            [side.spans.embed_runs(0, side.size, length) for length in range(1, self.max_merge)]
            for side in (self.source, self.target)
        )
        return source, target

    @cached_property
    def far(self) -> tuple[Floats, Floats]:
        """Mean of ``1 - cos`` between a run and the sentences of the other side.

        Shapes [max_merge, n + 1] and [max_merge, m + 1].

        Rows are run lengths, columns where the run starts; 1 where no such run is.
        """
        out = []
        for side, other, runs in ((self.source, self.target, self.runs[0]), (self.target, self.source, self.runs[1])):
            values = np.ones((self.max_merge, side.size + 1), dtype=np.float32)
            for length, rows in enumerate(runs, start=1):
                values[length, : len(rows)] = 1 - rows @ other.mean
            out.append(values)
        return out[0], out[1]

    @cached_property
    def similarity(self) -> Floats:
        """Cosine of the two runs of each bead, measured against random sentences: shape [types, places + 1].

        ``q = 1 - (1 - cos) / r``, r the mean over both runs of ``1 - cos`` to all sentences of the other side: 1 for
        runs that mean the same, about 0 for any two runs of the pair. -1 where a bead leaves the grid, and in the last
        column, which stands for places that the grid does not have.
        """
        return _similarity(self)

    def cosine(self, a: int, b: int, i: int, j: int) -> tuple[float, float]:
        """Cosine and similarity of one bead."""
        q = float(self.similarity[self.index[a, b], self.grid.offset[i] + j - self.grid.low[i]])
        far = max((float(self.far[0][a, i]) + float(self.far[1][b, j])) / 2, _NEAREST)
        return 1 - (1 - q) * far, q


def _similarity(pair: DocumentPair) -> Floats:
    grid = pair.grid
    far_source, far_target = pair.far
    out = np.full((len(pair.types), grid.size + 1), -1, dtype=np.float32)
    longest = pair.max_merge - 1
    for first in range(0, grid.n, _ROWS):
        last = min(first + _ROWS, grid.n)
        left, right = int(grid.low[first:last].min()), int(grid.high[first:last].max())
        right = min(right, grid.m - 1) + 1
        if right <= left:
            continue
        targets = [runs[left:right] for runs in pair.runs[1]]
        counts = np.cumsum([0, *(len(rows) for rows in targets)])
        stacked = np.concatenate(targets)
        far = np.concatenate([far_target[b, left : left + len(rows)] for b, rows in enumerate(targets, start=1)])
        part = slice(int(grid.offset[first]), int(grid.offset[last]))
        rows, columns = grid.rows[part] - first, grid.columns[part] - left
        for a in range(1, longest + 1):
            sources = pair.runs[0][a - 1][first:last]
            if not len(sources):
                break
            end = counts[pair.max_merge - a]
            q = sources @ stacked[:end].T
            q -= 1
            q /= np.maximum((far_source[a, first : first + len(sources), None] + far[None, :end]) / 2, _NEAREST)
            q += 1
            for b in range(1, pair.max_merge - a + 1):
                inside = np.flatnonzero((rows < len(sources)) & (columns < len(targets[b - 1])))
                found = q[rows[inside], counts[b - 1] + columns[inside]]
                out[pair.index[a, b], part.start + inside] = found
    out[:, :-1][grid.reached(pair.types, 1) == grid.size] = -1
    return out
