"""The versioned store: rows of a parallel corpus as immutable versions of a Hugging Face dataset."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from muwazi.corpus.store.rows import COLUMNS, SPLITS, Row, split_of
from muwazi.corpus.store.versions import Change, Version

if TYPE_CHECKING:
    from muwazi.corpus.store.diffing import Diff, RowChange
    from muwazi.corpus.store.loading import load
    from muwazi.corpus.store.manifest import (
        CommitMetadata,
        FileRecord,
        Manifest,
        ModelRecord,
        ScoreRecord,
        SourceRecord,
    )
    from muwazi.corpus.store.store import Store
    from muwazi.corpus.store.verifying import Verification

# These bring pydantic, and when used pyarrow or datasets; the rest of the package answers without them.
_LATE = {
    "CommitMetadata": "manifest",
    "Diff": "diffing",
    "FileRecord": "manifest",
    "Manifest": "manifest",
    "ModelRecord": "manifest",
    "RowChange": "diffing",
    "ScoreRecord": "manifest",
    "SourceRecord": "manifest",
    "Store": "store",
    "Verification": "verifying",
    "load": "loading",
}

__all__ = [
    "COLUMNS",
    "SPLITS",
    "Change",
    "CommitMetadata",
    "Diff",
    "FileRecord",
    "Manifest",
    "ModelRecord",
    "Row",
    "RowChange",
    "ScoreRecord",
    "SourceRecord",
    "Store",
    "Verification",
    "Version",
    "load",
    "split_of",
]


def __getattr__(name: str) -> Any:
    module = _LATE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
