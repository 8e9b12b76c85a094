"""An encoder that keeps what it has read, so that fitting and comparing do not read the same documents again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from muwazi.align.encoder import Encoder, SpanEncoder, Vectors
from muwazi.align.spans import Spans
from muwazi.corpus.progress import SILENT, Progress


class CachedEncoder:
    """Wraps an encoder."""

    def __init__(self, encoder: Encoder) -> None:
        assert isinstance(encoder, SpanEncoder)
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}
        self._spans: dict[tuple[str, ...], Spans] = {}

    @property
    def name(self) -> str:
        """That of the wrapped encoder."""
        return self._encoder.name

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:  # noqa: ARG002
        """See :class:`muwazi.align.encoder.Encoder`."""
        fresh = sorted(set(sentences) - self._vectors.keys())
        if fresh:
            self._vectors.update(zip(fresh, self._encoder.embed(fresh), strict=True))
        return np.array([self._vectors[text] for text in sentences], dtype=np.float32)

    def spans(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Spans:  # noqa: ARG002
        """See :class:`muwazi.align.encoder.SpanEncoder`."""
        key = tuple(sentences)
        if key not in self._spans:
            self._spans[key] = self._encoder.spans(sentences)
        return self._spans[key]
