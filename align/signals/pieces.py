"""Whether each clause of the bead finds its counterpart inside of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muwazi.align.grid import Grid
from muwazi.align.near import Flags, everything
from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values

Floats = NDArray[np.float32]

_BREAK = re.compile(r"(?<=[,;:،؛—–()«»\"“”])\s+")
LONGEST = 6
"""Words of a piece at most."""
_ROWS = 64
CAP = 0.5
FLOOR = 0.5
"""Likeness that a piece is taken to have somewhere: one without any counterpart speaks against a bead, too."""


class Pieces:
    """Whether the clauses of a bead find their counterparts inside of it.

    Sentences are cut at commas, brackets and quotation marks and then into pieces of at most six words, and each is
    embedded. A piece's likeness to a sentence is its best ``q`` with a piece of it, ``q`` as for runs.

    For each piece, how much better its best match in any bead that competes (0.5 at least) is than its best match
    inside the bead, at most 0.5: 0 where the bead holds the counterpart. Pieces of sentences whose bead is not open are
    left out: this signal costs as much as all others together, and is for the second look only.

    - ``piece_lost``: the sum of this over the pieces of both sides
    - ``piece_share``: its mean
    - ``piece_most``: the greatest mean of a sentence of the bead
    - ``piece_cover``: the mean over the pieces of the best match inside the bead, each at least -0.2
    - ``piece_drop`` (of a sentence without partner): the mean over its pieces of the best match in any bead
    """

    name = "pieces"
    features = ("piece_lost", "piece_share", "piece_most", "piece_cover")
    drop_features = ("piece_drop",)

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        prepared = _prepared(pair)
        i, j = pair.grid.rows[places], pair.grid.columns[places]
        total = np.zeros(len(places))
        most = np.zeros(len(places))
        cover = np.zeros(len(places))
        for which, (mine, others) in enumerate(((a, b), (b, a))):
            for k in range(int(mine.max(initial=0))):
                here = np.flatnonzero(mine > k)
                far = prepared.at(i[here], j[here] + k) if which else prepared.at(i[here] + k, j[here])
                at = others[here] - 1, far
                total[here] += prepared.lost[which][at]
                cover[here] += prepared.cover[which][at]
                most[here] = np.maximum(most[here], prepared.mean[which][at])
        count = prepared.running[0][i + a] - prepared.running[0][i]
        count = count + prepared.running[1][j + b] - prepared.running[1][j]
        return total, total / count, most, cover / count

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return (_prepared(pair).best[0 if side is pair.source else 1],)


def cut(sentence: str) -> list[str]:
    """The pieces of a sentence, at least one."""
    found = []
    for clause in _BREAK.split(sentence):
        words = clause.split()
        parts = -(-len(words) // LONGEST)
        for k in range(parts):
            found.append(" ".join(words[k * len(words) // parts : (k + 1) * len(words) // parts]))
    return found or [sentence]


class _Prepared:
    def __init__(self, pair: DocumentPair) -> None:
        near = pair.near or everything(pair.grid)
        self._grid = grid = near.grid
        sides, opened = (pair.source, pair.target), (near.source, near.target)
        self.running, vectors, far, known = [], [], [], []
        for side, other, flags in zip(sides, sides[::-1], opened, strict=True):
            cuts = [cut(text) if flag else [""] for text, flag in zip(side.sentences, flags, strict=True)]
            self.running.append(np.concatenate([[0], np.cumsum([len(one) for one in cuts])]).astype(np.int64))
            pieces = [piece for one, flag in zip(cuts, flags, strict=True) if flag for piece in one]
            known.append(np.repeat(flags, np.diff(self.running[-1])))
            rows = np.zeros((len(known[-1]), side.spans.dimensions), dtype=np.float32)
            if pieces:
                rows[known[-1]] = side.embed(pieces)
            vectors.append(rows)
            far.append(1 - rows @ other.mean)
        turned = _turned(grid)
        back = turned.offset[grid.columns] + grid.rows - turned.low[grid.columns]
        self.lost, self.mean, self.best, self.cover = [], [], [], []
        for which, on in ((0, grid), (1, turned)):
            against = 1 - which
            lost, mean, best, cover = _lost(
                on,
                (vectors[which], far[which], self.running[which]),
                (vectors[against], far[against], self.running[against]),
                known[against],
                pair.max_merge - 1,
            )
            if which:
                lost, mean, cover = lost[:, back], mean[:, back], cover[:, back]
            nothing = np.zeros((len(lost), 1), np.float32)
            self.lost.append(np.concatenate([lost, nothing], axis=1))
            self.mean.append(np.concatenate([mean, nothing], axis=1))
            self.cover.append(np.concatenate([cover, nothing], axis=1))
            self.best.append(best)

    def at(self, rows: Ints, columns: Ints) -> Ints:
        """Flat index of places; that of the empty last column for those that are not near."""
        grid = self._grid
        held = (columns >= grid.low[rows]) & (columns <= grid.high[rows])
        return np.where(held, grid.offset[rows] + columns - grid.low[rows], grid.size)


def _prepared(pair: DocumentPair) -> _Prepared:
    if "pieces" not in pair.cache:
        pair.cache["pieces"] = _Prepared(pair)
    out: _Prepared = pair.cache["pieces"]
    return out


def _turned(grid: Grid) -> Grid:
    """The same places with the sides swapped."""
    columns = np.arange(grid.m + 1)
    return Grid(
        grid.m,
        grid.n,
        np.searchsorted(grid.high, columns, side="left"),
        np.searchsorted(grid.low, columns, side="right") - 1,
    )


def _lost(
    grid: Grid, own: tuple[Floats, Floats, Ints], against: tuple[Floats, Floats, Ints], known: Flags, most: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """For each place and count c: what the pieces of the sentence there lose when only the next c of the others count.

    :return: the sum and the mean of the losses and the sum of the best matches, shape [most, places], and for each
    sentence
        the mean of its pieces' best matches anywhere.
    """
    (mine, far, running), (others, far_others, running_others) = own, against
    lost, mean, cover = (np.zeros((most, grid.size), np.float32) for _ in range(3))
    best: Any = np.zeros(grid.n)
    if not grid.m:
        return lost, mean, best, cover
    for first in range(0, grid.n, _ROWS):
        last = min(first + _ROWS, grid.n)
        left, right = int(grid.low[first:last].min()), int(grid.high[first:last].max()) + 1
        end = min(right, grid.m)
        if end <= left:
            continue
        p, r = slice(running[first], running[last]), slice(running_others[left], running_others[end])
        q = 1 - (1 - mine[p] @ others[r].T) / np.maximum((far[p, None] + far_others[None, r]) / 2, 0.05)
        q[:, ~known[r]] = -1
        counts = np.diff(running[first : last + 1])
        starts = running[first:last] - running[first]
        low = np.repeat(grid.low[first:last], counts)[:, None]
        high = np.repeat(grid.high[first:last], counts)[:, None]
        columns = np.arange(left, end)
        inside = np.full((len(q), right - left + most), -1, np.float32)
        inside[:, : end - left] = np.where(
            (columns >= low) & (columns <= high),
            np.maximum.reduceat(q, running_others[left:end] - running_others[left], axis=1),
            np.float32(-1),
        )
        top = inside.max(axis=1)
        best[first:last] = np.add.reduceat(np.maximum(top, 0), starts) / counts
        top = np.maximum(top, FLOOR)
        part = slice(int(grid.offset[first]), int(grid.offset[last]))
        rows, places = grid.rows[part] - first, grid.columns[part] - left
        width = right - left
        reached = inside[:, :width].copy()
        for c in range(most):
            if c:
                np.maximum(reached, inside[:, c : c + width], out=reached)
            gap = np.add.reduceat(np.clip(top[:, None] - reached, 0, CAP), starts, axis=0)
            lost[c, part] = gap[rows, places]
            mean[c, part] = (gap / counts[:, None])[rows, places]
            cover[c, part] = np.add.reduceat(np.maximum(reached, -0.2), starts, axis=0)[rows, places]
    return lost, mean, best, cover
