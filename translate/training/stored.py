"""Prepared data on disk, so that a resumed run and its helper processes read what the first one made."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from muwazi.corpus.errors import ModelError
from muwazi.translate.training import vocabulary
from muwazi.translate.training.corpus import Corpus
from muwazi.translate.training.pairs import Pair
from muwazi.translate.training.prepare import Prepared

_ARRAYS = ("source", "source_offsets", "target", "target_offsets", "group", "links")


def save(prepared: Prepared, folder: Path) -> None:
    """Write all but the translation table; ``ready.json`` comes last and makes the folder valid."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ready.json").unlink(missing_ok=True)
    for name in _ARRAYS:
        array = getattr(prepared.corpus, name)
        if array is not None:
            np.save(folder / f"{name}.npy", array)
    prepared.vocabulary.save(folder)
    dev = "".join(json.dumps([p.source, p.target], ensure_ascii=False) + "\n" for p in prepared.dev)
    (folder / "dev.jsonl").write_text(dev, encoding="utf-8")
    record = {
        "targets": prepared.vocabulary.targets,
        "links": prepared.corpus.links is not None,
        "counts": prepared.counts,
        "sha256": fingerprint(prepared.corpus),
    }
    (folder / "ready.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")


def fingerprint(corpus: Corpus) -> str:
    """Hex SHA-256 over the ids of both sides."""
    digest = hashlib.sha256(corpus.source.tobytes())
    digest.update(corpus.target.tobytes())
    return digest.hexdigest()


def load(folder: Path) -> Prepared:
    """Read what :func:`save` wrote.

    Raises:
        ModelError: it is missing, incomplete or damaged.
    """
    try:
        record: dict[str, Any] = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _ARRAYS[:5]}
        links = np.load(folder / "links.npy", allow_pickle=False) if record["links"] else None
        lines = (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
        dev = [Pair(*json.loads(line)) for line in lines]
        corpus = Corpus(**arrays, links=links)
        words = vocabulary.load(folder, record["targets"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder}: the prepared data is missing or damaged ({error}); start without --resume"
        ) from None
    if fingerprint(corpus) != record["sha256"]:
        raise ModelError(f"{folder}: the prepared data was changed since the run began; start without --resume")
    return Prepared(words, corpus, dev, None, record["counts"])
