"""Embeddings of runs of neighbouring sentences, for encoders that cannot make them from one pass over the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from muwazi.align.encoder import Encoder, SpanEncoder, Vectors
from muwazi.corpus.progress import SILENT, Progress


class Spans(Protocol):
    """A document that can embed any run of its sentences."""

    size: int
    """Number of sentences."""
    dimensions: int

    def embed_runs(self, first: int, last: int, length: int) -> Vectors:
        """Unit rows of the runs of ``length`` sentences starting at ``first`` .. ``last - 1``, as far as they fit.

        Shape ``[min(last, size - length + 1) - first, dimensions]``, or no rows where none fits.
        """

    def part(self, first: int, last: int) -> Spans:
        """The sentences ``first`` .. ``last - 1`` as a document of their own, without reading them again."""


class MeanSpans:
    """Runs as the mean of their sentences' vectors, weighted by length in characters.

    Good enough to find the way through two documents, not to choose between neighbouring groupings:
    :meth:`replace` puts true embeddings in the place of those that matter.
    """

    def __init__(self, encoder: Encoder, sentences: Sequence[str], progress: Progress = SILENT) -> None:
        self._sentences = sentences
        self._encoder = encoder
        self.size = len(sentences)
        self._vectors = encoder.embed(sentences, progress=progress)
        self.dimensions = int(self._vectors.shape[1])
        self._weights = np.array([max(len(text), 1) for text in sentences], dtype=np.float64)
        self._true: dict[tuple[int, int], Vectors] = {}
        self._sums: tuple[int, NDArray[np.float64]] | None = None

    def embed_runs(self, first: int, last: int, length: int) -> Vectors:
        """See :class:`Spans`."""
        last = min(last, self.size - length + 1)
        if last <= first:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if length == 1:
            return self._vectors[first:last]
        end = last + length - 1
        if self._sums is None or self._sums[0] > first or self._sums[0] + len(self._sums[1]) <= end:
            # Longer runs of the same sentences are asked for next: add up a little more than this one needs.
            stop = min(end + 16, self.size)
            sums = np.zeros((stop - first + 1, self.dimensions))
            np.cumsum(self._vectors[first:stop] * self._weights[first:stop, None], axis=0, out=sums[1:])
            self._sums = first, sums
        begin, sums = self._sums
        runs = sums[first + length - begin : end + 1 - begin] - sums[first - begin : last - begin]
        out: Vectors = (runs / np.maximum(np.linalg.norm(runs, axis=1, keepdims=True), 1e-12)).astype(np.float32)
        for k in range(first, last):
            vector = self._true.get((k, length))
            if vector is not None:
                out[k - first] = vector
        return out

    def part(self, first: int, last: int) -> MeanSpans:
        """See :class:`Spans`."""
        out = copy(self)
        out.size = last - first
        out._sentences = self._sentences[first:last]
        out._vectors, out._weights, out._true = self._vectors[first:last], self._weights[first:last], {}
        out._sums = None
        return out

    def replace(self, runs: Iterable[tuple[int, int]], progress: Progress = SILENT) -> None:
        """Embed the joined text of these runs, given as (start, length), and use it from now on."""
        wanted = sorted({run for run in runs if run[1] > 1} - self._true.keys())
        if wanted:
            texts = [" ".join(self._sentences[start : start + length]) for start, length in wanted]
            self._true.update(zip(wanted, self._encoder.embed(texts, progress=progress), strict=True))


def make_spans(encoder: Encoder, sentences: Sequence[str], progress: Progress = SILENT) -> Spans:
    """Runs of a document by the best way that its encoder offers."""
    if isinstance(encoder, SpanEncoder):
        return encoder.spans(sentences, progress=progress)
    return MeanSpans(encoder, sentences, progress)
