"""Sentence encoders: text in, unit vectors out.

``load_encoder("builtin")`` gives the encoder that ships with the dependencies (USE multilingual v3, 16 languages,
Arabic and English among them); any other name is taken for a sentence-transformers model, which needs the extra
``muwazi[encoders]``. An encoder that can embed every run of neighbouring sentences from one pass over the document has
a method ``spans``; for the others see :class:`muwazi.align.spans.MeanSpans`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from muwazi.corpus.errors import ModelError
from muwazi.corpus.progress import SILENT, Progress

if TYPE_CHECKING:
    from muwazi.align.spans import Spans

Vectors = NDArray[np.float32]

BUILTIN = "builtin"


@runtime_checkable
class Encoder(Protocol):
    """Turns sentences into vectors whose dot product is their similarity across languages."""

    @property
    def name(self) -> str:
        """What identifies the encoder in outputs, with its version."""

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:
        """``len(sentences)`` unit rows, float32. The row of an empty sentence is whatever the model makes of it."""


@runtime_checkable
class SpanEncoder(Encoder, Protocol):
    """An encoder that reads a document once and then embeds any run of its sentences."""

    def spans(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Spans:
        """The document, ready to embed runs of its sentences."""


def load_encoder(name: str = BUILTIN, *, threads: int | None = None) -> Encoder:
    """Load an encoder.

    :param name: ``builtin``, or the name or folder of a sentence-transformers model.
    :param threads: BLAS threads; None leaves the setting of the process as it is.
    :raises ModelError: when the model or the package it needs is missing.
    """
    if name == BUILTIN:
        from muwazi.align.use import UniversalEncoder

        return UniversalEncoder(threads=threads)
    return SentenceTransformerEncoder(name)


class SentenceTransformerEncoder:
    """Any model of the sentence-transformers package (LaBSE, multilingual-e5, ...)."""

    def __init__(self, name: str) -> None:
        try:
            # Late: importing it takes seconds and it is an optional extra.
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise ModelError(
                f"encoder {name!r} needs the package sentence-transformers: pip install 'muwazi[encoders]',"
                " or use the encoder 'builtin'"
            ) from None
        try:
            self._model = SentenceTransformer(name)
        except Exception as error:  # the package raises OSError, ValueError, HTTP errors...: all mean "no such model"
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"encoder {name!r} cannot be loaded ({reason}); use the encoder 'builtin'") from error
        self._name = name

    @property
    def name(self) -> str:
        """``sentence-transformers:NAME``."""
        return f"sentence-transformers:{self._name}"

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:
        """Unit rows, see :class:`Encoder`."""
        if not sentences:
            return np.zeros((0, int(self._model.get_sentence_embedding_dimension() or 0)), dtype=np.float32)
        progress.start("embedding", len(sentences), "sentences")
        parts = []
        for start in range(0, len(sentences), 512):
            chunk = list(sentences[start : start + 512])
            parts.append(
                np.asarray(
                    self._model.encode(chunk, normalize_embeddings=True, show_progress_bar=False), dtype=np.float32
                )
            )
            progress.advance(len(chunk))
        progress.finish()
        return np.concatenate(parts)
