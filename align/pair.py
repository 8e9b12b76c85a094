"""A document pair as the aligner sees it: sentences, lengths, embeddings of runs, similarities of all beads in a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muwazi.align.grid import Grid, bead_types
from muwazi.align.spans import Spans

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_ROWS = 192
"""Source sentences whose similarities are computed in one block of matrix products."""


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
        """Mean of the sentence vectors, shape [dimensions]: the cosine to it is the mean cosine to a random sentence."""
        total = np.zeros(self.spans.dimensions)
        for first in range(0, self.size, 4096):
            total += self.spans.embed_runs(first, first + 4096, 1).sum(axis=0, dtype=np.float64)
        return (total / max(self.size, 1)).astype(np.float32)


@dataclass
class DocumentPair:
    """Two documents and a grid over them."""

    source: Side
    target: Side
    grid: Grid
    max_merge: int
    types: tuple[tuple[int, int], ...] = field(init=False)
    cache: dict[Any, Any] = field(default_factory=dict)
    """What signals keep between calls."""

    def __post_init__(self) -> None:
        self.types = bead_types(self.max_merge)

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        """Row of each bead size in tensors of shape [types, places]."""
        return {size: k for k, size in enumerate(self.types)}

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Which beads stay inside the grid, shape [types, places]."""
        return np.stack([self.grid.shifted(a, b) < self.grid.size for a, b in self.types])

    @cached_property
    def steps(self) -> dict[tuple[int, int], NDArray[np.int64]]:
        """Cache of :meth:`at`."""
        return {}

    def at(self, down: int, right: int) -> NDArray[np.int64]:
        """Flat index of the place so many sentences further on each side; ``grid.size`` where there is none."""
        if (down, right) not in self.steps:
            self.steps[down, right] = self.grid.shifted(down, right)
        return self.steps[down, right]

    @cached_property
    def ratio(self) -> float:
        """Target characters for one source character, over both documents."""
        return float(max(self.target.running[-1], 1.0) / max(self.source.running[-1], 1.0))

    @cached_property
    def best_partner(self) -> tuple[Floats, Floats]:
        """For each sentence, source and target, the best similarity to a single sentence of the other side (in the grid)."""
        grid = self.grid
        values = np.where(self.valid[0], self.similarity[0], np.float32(-1))
        source, target = np.full(grid.n + 1, -1, np.float32), np.full(grid.m + 1, -1, np.float32)
        np.maximum.at(source, grid.rows, values)
        np.maximum.at(target, grid.columns, values)
        return source[:-1], target[:-1]

    def lengths(self, a: int, b: int) -> tuple[Doubles, Doubles]:
        """Characters of the two sides of each bead of this size, brought to a common measure, each at least 1.

        Source lengths are multiplied by the root of :attr:`ratio` and target lengths divided by it.
        """
        grid, source, target = self.grid, self.source.running, self.target.running
        i, j = np.minimum(grid.rows + a, grid.n), np.minimum(grid.columns + b, grid.m)
        root = self.ratio**0.5
        return (
            np.maximum((source[i] - source[grid.rows]) * root, 1),
            np.maximum((target[j] - target[grid.columns]) / root, 1),
        )

    @cached_property
    def _measured(self) -> tuple[Floats, Floats]:
        return _all_pairs(self)

    @property
    def cosine(self) -> Floats:
        """Cosine of the two runs of each bead, shape [types, places]; 0 where the bead leaves a document."""
        return self._measured[0]

    @property
    def similarity(self) -> Floats:
        """Cosine, measured against random sentences of the other side, shape [types, places].

        ``q = 1 - (1 - cos) / r``, r the mean over both runs of ``1 - cos`` to all sentences of the other side: 1 for runs
        that mean the same, about 0 for any two runs of the pair.
        """
        return self._measured[1]


def _all_pairs(pair: DocumentPair) -> tuple[Floats, Floats]:
    grid, sides = pair.grid, (pair.source, pair.target)
    cosine = np.zeros((len(pair.types), grid.size), dtype=np.float32)
    similarity = np.zeros_like(cosine)
    longest = pair.max_merge - 1
    for first in range(0, grid.n, _ROWS):
        last = min(first + _ROWS, grid.n)
        left, right = int(grid.low[first:last].min()), int(grid.high[first:last].max())
        right = min(right, grid.m - 1) + 1
        if right <= left:
            continue
        targets = [sides[1].spans.embed_runs(left, right, b) for b in range(1, longest + 1)]
        counts = np.cumsum([0, *(len(rows) for rows in targets)])
        stacked = np.concatenate(targets)
        far_target = 1 - stacked @ sides[0].mean
        part = slice(int(grid.offset[first]), int(grid.offset[last]))
        rows = grid.rows[part] - first
        columns = grid.columns[part] - left
        for a in range(1, longest + 1):
            sources = sides[0].spans.embed_runs(first, last, a)
            if not len(sources):
                break
            far_source = 1 - sources @ sides[1].mean
            products = sources @ stacked[: counts[pair.max_merge - a]].T
            for b in range(1, pair.max_merge - a + 1):
                inside = np.flatnonzero((rows < len(sources)) & (columns < len(targets[b - 1])))
                i, j = rows[inside], counts[b - 1] + columns[inside]
                found = products[i, j]
                kind = pair.index[a, b]
                cosine[kind, part.start + inside] = found
                far = np.maximum((far_source[i] + far_target[j]) / 2, 0.05)
                similarity[kind, part.start + inside] = 1 - (1 - found) / far
    return cosine, similarity
