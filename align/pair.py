"""A document pair as the aligner sees it: sentences, lengths, embeddings of runs, similarities of all beads in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

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
    mt: Sequence[str] | None = None
    """A machine translation of each source sentence into the target language, where there is one."""
    types: tuple[tuple[int, int], ...] = field(init=False)

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
    def ratio(self) -> float:
        """Target characters for one source character, over both documents."""
        return float(max(self.target.running[-1], 1.0) / max(self.source.running[-1], 1.0))

    @cached_property
    def cosine(self) -> Floats:
        """Cosine of the two runs of each bead, shape [types, places]; 0 where the bead leaves a document."""
        return _all_pairs(self)

    @cached_property
    def similarity(self) -> Floats:
        """Cosine, measured against random sentences of the other side, shape [types, places].

        ``q = 1 - (1 - cos) / r``, r the mean over both runs of ``1 - cos`` to all sentences of the other side: 1 for runs
        that mean the same, about 0 for any two runs of the pair.
        """
        out = np.empty_like(self.cosine)
        source = self._distance_to_other(self.source, self.target)
        target = self._distance_to_other(self.target, self.source)
        rows, columns = self.grid.rows, self.grid.columns
        for k, (a, b) in enumerate(self.types):
            i = np.minimum(rows, len(source[a]) - 1)
            j = np.minimum(columns, len(target[b]) - 1)
            out[k] = 1 - (1 - self.cosine[k]) / np.maximum((source[a][i] + target[b][j]) / 2, 0.05)
        return out

    def _distance_to_other(self, side: Side, other: Side) -> dict[int, Floats]:
        found: dict[int, Floats] = {}
        for length in range(1, self.max_merge):
            parts = [
                1 - side.spans.embed_runs(first, first + 4096, length) @ other.mean
                for first in range(0, side.size, 4096)
            ]
            joined = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
            found[length] = joined if len(joined) else np.ones(1, dtype=np.float32)
        return found


def _all_pairs(pair: DocumentPair) -> Floats:
    grid, spans = pair.grid, (pair.source.spans, pair.target.spans)
    out = np.zeros((len(pair.types), grid.size), dtype=np.float32)
    longest = pair.max_merge - 1
    for first in range(0, grid.n, _ROWS):
        last = min(first + _ROWS, grid.n)
        left, right = int(grid.low[first:last].min()), int(grid.high[first:last].max())
        right = min(right, grid.m - 1) + 1
        if right <= left:
            continue
        targets = [spans[1].embed_runs(left, right, b) for b in range(1, longest + 1)]
        counts = np.cumsum([0, *(len(rows) for rows in targets)])
        stacked = np.concatenate(targets)
        part = slice(int(grid.offset[first]), int(grid.offset[last]))
        rows = grid.rows[part] - first
        columns = grid.columns[part] - left
        for a in range(1, longest + 1):
            sources = spans[0].embed_runs(first, last, a)
            if not len(sources):
                break
            cosines = sources @ stacked[: counts[pair.max_merge - a]].T
            for b in range(1, pair.max_merge - a + 1):
                inside = (rows < len(sources)) & (columns < len(targets[b - 1]))
                target = out[pair.index[a, b], part]
                target[inside] = cosines[rows[inside], counts[b - 1] + columns[inside]]
    return out
