"""Word alignments from IBM model 1 with a diagonal prior, in numpy, over the pieces of the vocabulary.

Brown et al. 1993 (model 1); the prior that favours the diagonal is that of Dyer, Chahuneau and Smith 2013. Both
directions are trained on the same pass, and the alignment of a target piece is the source piece with the highest
product of both posteriors, where that is high enough. Training takes the alignments as a target for
cross-attention (Chen et al. 2016, "Guided alignment training"), and the tables as a start for the embeddings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muwazi.corpus.progress import SILENT, Progress

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

DIAGONAL = 4.0
"""Strength of the diagonal prior; the value that fast_align settles near on most pairs of languages."""
CELLS = 8_000_000
"""Cells (source times target pieces) worked on at once: about 0.5 GB of temporary arrays."""


@dataclass(frozen=True)
class Table:
    """Lexical translation probabilities over compact piece numbers."""

    source_ids: Ints
    """Vocabulary id of each compact source number."""
    target_ids: Ints
    forward: Floats
    """p(target | source), shape (sources, targets)."""
    backward: Floats
    """p(source | target), shape (sources, targets)."""


@dataclass(frozen=True)
class _Cells:
    """All source-target cells of a run of sentence pairs, target-major."""

    source: Ints
    """Index of the cell's source piece in the flat source array."""
    target: Ints
    starts: Ints
    """Where the cells of each target piece begin."""
    prior: Floats


def _chunks(source_offsets: Ints, target_offsets: Ints, chosen: Ints) -> Iterator[Ints]:
    cells = (np.diff(source_offsets) * np.diff(target_offsets))[chosen]
    edges = np.cumsum(cells)
    begin = 0
    while begin < len(chosen):
        base = edges[begin - 1] if begin else 0
        end = max(int(np.searchsorted(edges, base + CELLS)), begin + 1)
        yield chosen[begin:end]
        begin = end


def _cells(source_offsets: Ints, target_offsets: Ints, chosen: Ints) -> _Cells:
    lengths_s = (source_offsets[chosen + 1] - source_offsets[chosen]).astype(np.int64)
    lengths_t = (target_offsets[chosen + 1] - target_offsets[chosen]).astype(np.int64)
    rows = np.repeat(np.arange(len(chosen)), lengths_t)  # one for each target piece
    row_starts = np.cumsum(lengths_t) - lengths_t
    position_t = np.arange(len(rows)) - row_starts[rows]
    width = lengths_s[rows]
    starts = np.cumsum(width) - width
    total = int(width.sum())
    owner = np.repeat(np.arange(len(rows)), width)
    position_s = np.arange(total) - starts[owner]
    relative = position_s / width[owner] - (position_t / lengths_t[rows])[owner]
    return _Cells(
        source=source_offsets[chosen][rows][owner] + position_s,
        target=(target_offsets[chosen][rows] + position_t)[owner],
        starts=starts,
        prior=np.exp(-DIAGONAL * np.abs(relative)).astype(np.float32),
    )


def _posteriors(table: Table, cells: _Cells, keys: Ints, base_source: int) -> tuple[Floats, Floats]:
    forward = table.forward.ravel()[keys] * cells.prior
    widths = np.diff(np.append(cells.starts, len(keys)))
    forward /= np.repeat(np.add.reduceat(forward, cells.starts), widths)
    backward = table.backward.ravel()[keys] * cells.prior
    sources = cells.source - base_source
    backward /= np.bincount(sources, backward)[sources].astype(np.float32)
    return forward, backward


def train_table(
    source: npt.NDArray[np.int32],
    source_offsets: Ints,
    target: npt.NDArray[np.int32],
    target_offsets: Ints,
    *,
    chosen: Ints | None = None,
    iterations: int = 5,
    progress: Progress = SILENT,
) -> Table:
    """Run EM over the pairs ``chosen`` (default: all).

    Args:
        source: flat piece ids of all source sentences; those of sentence ``i`` begin at ``source_offsets[i]``.
        source_offsets: shape (pairs + 1,).
        target: as ``source``.
        target_offsets: as ``source_offsets``.
        chosen: numbers of the pairs to learn from.
        iterations: EM steps; after five the alignments hardly change.
        progress: told of every iteration.
    """
    if chosen is None:
        chosen = np.arange(len(source_offsets) - 1)
    source_ids, compact_s = np.unique(source, return_inverse=True)
    target_ids, compact_t = np.unique(target, return_inverse=True)
    known_s, known_t = source_ids.astype(np.int64), target_ids.astype(np.int64)
    shape = (len(known_s), len(known_t))
    flat = np.full(shape, 1.0, np.float32)
    table = Table(known_s, known_t, flat, flat)
    progress.start("word alignment", iterations, "iteration")
    for _ in range(iterations):
        forward = np.zeros(shape[0] * shape[1], np.float32)
        backward = np.zeros(shape[0] * shape[1], np.float32)
        for part in _chunks(source_offsets, target_offsets, chosen):
            cells = _cells(source_offsets, target_offsets, part)
            keys = compact_s[cells.source] * shape[1] + compact_t[cells.target]
            base = int(cells.source.min())
            a, b = _posteriors(table, cells, keys, base)
            np.add.at(forward, keys, a)
            np.add.at(backward, keys, b)
        forward = forward.reshape(shape)
        backward = backward.reshape(shape)
        forward /= np.maximum(forward.sum(1, keepdims=True), 1e-9)
        backward /= np.maximum(backward.sum(0, keepdims=True), 1e-9)
        table = Table(known_s, known_t, np.maximum(forward, 1e-7), np.maximum(backward, 1e-7))
        progress.advance()
    progress.finish()
    return table


def align(
    table: Table,
    source: npt.NDArray[np.int32],
    source_offsets: Ints,
    target: npt.NDArray[np.int32],
    target_offsets: Ints,
    *,
    threshold: float = 0.1,
) -> npt.NDArray[np.int16]:
    """For every target piece the position of its source piece in the sentence, -1 where none is likely.

    ``threshold`` is the least product of both posteriors. The last piece of both sides, ``</s>``, aligns to itself.
    """
    links = np.full(len(target), -1, np.int16)
    compact_s = np.searchsorted(table.source_ids, source)
    compact_t = np.searchsorted(table.target_ids, target)
    width = len(table.target_ids)
    everything = np.arange(len(source_offsets) - 1)
    for part in _chunks(source_offsets, target_offsets, everything):
        cells = _cells(source_offsets, target_offsets, part)
        keys = compact_s[cells.source] * width + compact_t[cells.target]
        a, b = _posteriors(table, cells, keys, int(cells.source.min()))
        joint = a * b
        best = np.maximum.reduceat(joint, cells.starts)
        widths = np.diff(np.append(cells.starts, len(keys)))
        hits = np.flatnonzero((joint == np.repeat(best, widths)) & (joint >= threshold))
        sentence_start = np.repeat(source_offsets[part], np.diff(target_offsets)[part])
        owner = np.repeat(np.arange(len(cells.starts)), widths)[hits]
        links[cells.target[hits]] = (cells.source[hits] - sentence_start[owner]).astype(np.int16)
    ends = target_offsets[1:] - 1
    links[ends] = (np.diff(source_offsets) - 1).astype(np.int16)
    return links
