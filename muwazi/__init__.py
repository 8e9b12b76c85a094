"""Muwazi (موازي, "parallel"): Arabic-English parallel corpora and machine translation.

The names below are imported when they are first used: torch and its friends take seconds to load.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from muwazi.align import Aligner, Alignment
    from muwazi.corpus.errors import MuwaziError
    from muwazi.corpus.reading import read_article
    from muwazi.corpus.splitting import split_article, split_text
    from muwazi.corpus.store import Row, Store, load
    from muwazi.corpus.types import Article, Bead, Sentence
    from muwazi.eval import Evaluation, evaluate
    from muwazi.pipeline.build import BuildOutcome
    from muwazi.pipeline.build import run_build as build
    from muwazi.pipeline.settings import BuildSettings, load_settings
    from muwazi.translate import Translation, Translator

_HOME = {
    "Aligner": "muwazi.align",
    "Alignment": "muwazi.align",
    "Article": "muwazi.corpus.types",
    "Bead": "muwazi.corpus.types",
    "BuildOutcome": "muwazi.pipeline.build",
    "BuildSettings": "muwazi.pipeline.settings",
    "Evaluation": "muwazi.eval",
    "MuwaziError": "muwazi.corpus.errors",
    "Row": "muwazi.corpus.store",
    "Sentence": "muwazi.corpus.types",
    "Store": "muwazi.corpus.store",
    "Translation": "muwazi.translate",
    "Translator": "muwazi.translate",
    "build": "muwazi.pipeline.build:run_build",
    "evaluate": "muwazi.eval",
    "load": "muwazi.corpus.store",
    "load_settings": "muwazi.pipeline.settings",
    "read_article": "muwazi.corpus.reading",
    "split_article": "muwazi.corpus.splitting",
    "split_text": "muwazi.corpus.splitting",
}

__all__ = [
    "Aligner",
    "Alignment",
    "Article",
    "Bead",
    "BuildOutcome",
    "BuildSettings",
    "Evaluation",
    "MuwaziError",
    "Row",
    "Sentence",
    "Store",
    "Translation",
    "Translator",
    "__version__",
    "build",
    "evaluate",
    "load",
    "load_settings",
    "read_article",
    "split_article",
    "split_text",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'muwazi' has no attribute {name!r}")
    module, _, attribute = home.partition(":")
    return getattr(importlib.import_module(module), attribute or name)


def __dir__() -> list[str]:
    return sorted(__all__)
