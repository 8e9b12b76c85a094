"""Which sentence renders which: sentence encoders, embeddings of runs, the alignment search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from muwazi.align.aligner import Aligner, Alignment
    from muwazi.align.encoder import Encoder, load_encoder

__all__ = ["Aligner", "Alignment", "Encoder", "load_encoder"]

_HOMES = {
    "Aligner": "muwazi.align.aligner",
    "Alignment": "muwazi.align.aligner",
    "Encoder": "muwazi.align.encoder",
    "load_encoder": "muwazi.align.encoder",
}


def __getattr__(name: str) -> Any:
    # Late: the encoder and the search bring NumPy, and the command line must answer at once.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
