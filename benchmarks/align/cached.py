"""An encoder that keeps what it has read, so that fitting and comparing do not read the same documents again."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from muwazi.align.encoder import Encoder, SpanEncoder, Vectors
from muwazi.align.spans import Spans
from muwazi.corpus.progress import SILENT, Progress


class CachedEncoder:
    """Wraps an encoder; with a folder, what it made is kept there between runs."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        assert isinstance(encoder, SpanEncoder)
        self._encoder = encoder
        self._folder = folder
        self._held: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """That of the wrapped encoder."""
        return self._encoder.name

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:  # noqa: ARG002
        """See :class:`muwazi.align.encoder.Encoder`."""
        found: Vectors = self._kept("embed", sentences)
        return found

    def spans(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Spans:  # noqa: ARG002
        """See :class:`muwazi.align.encoder.SpanEncoder`."""
        found: Any = self._kept("spans", sentences)
        found._encoder = self._encoder
        return found  # type: ignore[no-any-return]

    def _kept(self, what: str, sentences: Sequence[str]) -> Any:
        text = "\n".join(sentences)
        key = what + hashlib.sha256(f"{self.name}\n{len(sentences)}\n{text}".encode()).hexdigest()
        if key in self._held:
            return self._held[key]
        path = None if self._folder is None else self._folder / f"{key}.pickle"
        if path is not None and path.exists():
            found = pickle.loads(path.read_bytes())  # noqa: S301  our own file
        else:
            found = getattr(self._encoder, what)(sentences)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                encoder = found.__dict__.pop("_encoder", None) if what == "spans" else None
                path.write_bytes(pickle.dumps(found))
                if encoder is not None:
                    found._encoder = encoder
        self._held[key] = found
        return found
