"""A document as the built-in encoder reads it: once, with embeddings of all runs of sentences from sums.

The model sums the features of all tokens before its last layers, and a token's features depend on no token further than
four away. A document is therefore read as one sequence of tokens, so that the windows cross sentence borders as
they do in joined text; what differs at the two ends of a run (there the model sees its begin and end marks) is kept
for each sentence as a correction. With ``S`` the feature sum of a sentence in the document pass,

    run(i, j) = sum(S[i:j]) + begin[i] + end[j - 1]

goes through the last layers. Cost: less than one and a half passes over the text, whatever the longest run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from muwazi.align.encoder import Vectors
from muwazi.align.use_layers import OUTSIDE, REACH, Floats, Ids, add_up
from muwazi.corpus.progress import SILENT, Progress

if TYPE_CHECKING:
    from muwazi.align.use import UniversalEncoder

BOS, EOS = 1, 2
"""Ids of the marks that the model puts before and after a text."""
_BATCH_TOKENS = 512
_HELD = 4096
"""Documents and windows of no more sentences keep what every run length asks for."""


class UniversalSpans:
    """A document as feature sums, from which any run of sentences is embedded in constant time."""

    def __init__(self, encoder: UniversalEncoder, sentences: Sequence[str], progress: Progress = SILENT) -> None:
        self._encoder = encoder
        n = len(sentences)
        self.size = n
        self.dimensions = encoder.dimensions
        self._sums, self._begin, self._end = (np.zeros((n, encoder.layers.width), dtype=np.float32) for _ in range(3))
        self._held: dict[str, Any] = {}
        ids: list[NDArray[np.int32]] = []
        counts: list[Ids] = []
        progress.start("embedding", n, "sentences")
        for part in _blocks(encoder.tokens, sentences):
            self._read(part)
            ids.append(part.ids[part.starts[0] : part.starts[-1] + part.lengths[-1]].astype(np.int32))
            counts.append(part.lengths)
            progress.advance(part.last - part.first)
        progress.finish()
        self._ids = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32)
        self._offsets = np.concatenate([[0], np.cumsum(np.concatenate(counts))]) if counts else np.zeros(1, np.int64)

    def _read(self, part: _Block) -> None:
        layers, ids, lengths, starts = self._encoder.layers, part.ids, part.lengths, part.starts
        ends = starts + lengths
        low, high = max(0, starts[0] - REACH), min(len(ids), ends[-1] + REACH)
        if low == high:
            return  # empty sentences only: their runs are embedded as one unknown token
        # For each sentence: all of its tokens, the first ones and the last ones as they look in the document.
        n = len(starts)
        begins = np.concatenate([starts, starts, np.maximum(ends - REACH, low)]) - low
        stops = np.concatenate([ends, np.minimum(starts + REACH, high), ends]) - low
        sums = np.zeros((3 * n, layers.columns), dtype=np.float32)
        for first, rows, factors in self._encoder.document(ids, low, high):
            add_up(rows, factors, begins - first, stops - first, sums)
        # Begin mark and the tokens after it, end mark and the tokens before it: how they look beside the mark, less how
        # they look in the document. The windows cross sentence borders, as the model's do in a run of short sentences.
        ahead = np.minimum(len(ids) - starts, 2 * REACH)
        behind = np.minimum(ends, 2 * REACH)
        begin = self._beside_mark(ids, starts, ahead, first=True) - sums[n : 2 * n]
        end = self._beside_mark(ids, ends - behind, behind, first=False) - sums[2 * n :]
        one = np.ones(n, dtype=np.int64)
        where = slice(part.first, part.last)
        self._sums[where] = layers.project(sums[:n], lengths)
        self._begin[where] = layers.project(begin, one)
        self._end[where] = layers.project(end, one)

    def _beside_mark(self, ids: Ids, starts: Ids, sizes: Ids, *, first: bool) -> Floats:
        """Feature sum of a mark and the :data:`REACH` tokens beside it, in windows with the mark at the outer end."""
        layers = self._encoder.layers
        width = 2 * REACH + 3  # the mark, the tokens that its features see, and what keeps windows apart
        place = np.arange(width)
        out = np.zeros((len(starts), layers.columns), dtype=np.float32)
        step = _BATCH_TOKENS // (REACH + 1)
        for low in range(0, len(starts), step):
            begin, size = starts[low : low + step, None], sizes[low : low + step, None]
            if first:
                token = begin + place - 1
                inside, mark, kept = (place >= 1) & (place <= size), place == 0, place <= np.minimum(size, REACH)
            else:
                token = begin + place
                inside, mark = place < size, place == size
                kept = (place <= size) & (place >= size - REACH)
            flat = np.where(inside, ids[np.clip(token, 0, len(ids) - 1)], OUTSIDE)
            flat[np.broadcast_to(mark, flat.shape)] = BOS if first else EOS
            rows, factors = layers.features(flat.reshape(-1), np.flatnonzero(kept))
            stops = np.cumsum(kept.sum(axis=1))
            add_up(rows, factors, np.concatenate([[0], stops[:-1]]), stops, out[low : low + step])
        return out

    def part(self, first: int, last: int) -> UniversalSpans:
        """The sentences ``first`` .. ``last - 1`` as a document of their own, without reading them again."""
        out = copy(self)
        out.size = last - first
        rows = slice(first, last)
        out._sums, out._begin, out._end = self._sums[rows], self._begin[rows], self._end[rows]
        out._offsets = self._offsets[first : last + 1]  # into the same ids
        out._held = {}
        return out

    def embed_runs(self, first: int, last: int, length: int) -> Vectors:
        """Unit rows of the runs of ``length`` sentences that start at ``first`` .. ``last - 1``.

        Runs that would leave the document are not made: the shape is ``[min(last, size - length + 1) - first, 512]``.
        """
        last = min(last, self.size - length + 1)
        if last <= first:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if length == 1 and self.size <= _HELD:
            if "single" not in self._held:
                self._held["single"] = self._runs(0, self.size, 1)
            single: Vectors = self._held["single"][first:last]
            return single
        return self._runs(first, last, length)

    def _runs(self, first: int, last: int, length: int) -> Vectors:
        counts = self._offsets[first + length : last + length] - self._offsets[first:last]
        running, begin = self._running(first, last + length - 1)
        starts = np.arange(first, last) - begin
        projected = (running[starts + length] - running[starts]).astype(np.float32)
        projected += self._begin[first:last]
        projected += self._end[first + length - 1 : last + length - 1]
        out = self._encoder.finish(projected, counts + 2)
        # In a very short run both marks touch the same tokens and the corrections do not add up: read it by itself.
        short = np.flatnonzero(counts < 2 * REACH)
        if len(short):
            out[short] = self._encoder.embed_ids(
                [self._ids[self._offsets[k] : self._offsets[k + length]] for k in short + first]
            )
        return out

    def _running(self, first: int, last: int) -> tuple[NDArray[np.float64], int]:
        """Sums of the sentences before each place from first to last at least, and the place where they begin.

        They are taken over few sentences at a time, and in float64: a sum over a long document loses digits.
        """
        if self.size > _HELD:
            return self._added(first, last), first
        if "running" not in self._held:
            self._held["running"] = self._added(0, self.size)
        return self._held["running"], 0

    def _added(self, first: int, last: int) -> NDArray[np.float64]:
        sums = np.zeros((last - first + 1, self._sums.shape[1]))
        np.cumsum(self._sums[first:last], axis=0, dtype=np.float64, out=sums[1:])
        return sums


class _Block:
    """Some sentences of a document: all token ids that their features need, and where each sentence stands in them."""

    def __init__(self, first: int, groups: list[list[int]], before: list[int], after: list[int]) -> None:
        self.first = first
        self.last = first + len(groups)
        self.lengths = np.array([len(group) for group in groups], dtype=np.int64)
        self.ids = np.concatenate([np.array(group, dtype=np.int64) for group in (before, *groups, after)])
        self.starts = np.cumsum(self.lengths) - self.lengths + len(before)


def _blocks(tokenize: Any, sentences: Sequence[str]) -> Iterator[_Block]:
    """Cut a document into blocks of whole sentences, each with the few tokens around it that windows reach into."""
    context = 2 * REACH
    step = 128
    before: list[int] = []
    following = tokenize(sentences[:step])
    for first in range(0, len(sentences), step):
        groups = following
        following = tokenize(sentences[first + step : first + 2 * step]) if first + step < len(sentences) else []
        after: list[int] = []
        for group in following:
            after += group[:context]
            if len(after) >= context:
                break
        yield _Block(first, groups, before, after[:context])
        tail: list[int] = before[:]
        for group in groups:
            tail = (tail + group[-context:])[-context:]
        before = tail
