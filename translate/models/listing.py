"""Which models are at hand: the built-in one, Hub downloads, and what was converted of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from muwazi.corpus.cache import cache_dir
from muwazi.corpus.errors import ModelError
from muwazi.translate.models.card import ModelCard, Score, read_card
from muwazi.translate.models.conversion import RECORD
from muwazi.translate.models.resolution import BUILTIN, builtin_folder, inspect_folder


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model on this machine."""

    id: str
    kind: Literal["builtin", "hub", "converted"]
    path: Path
    revision: str | None
    size: int
    """Bytes on disk."""
    scores: tuple[Score, ...] = ()
    parameters: int | None = None
    detail: str = ""
    """``int8``, ``float16``, ... of a conversion; what is wrong with a model that cannot be used."""
    card: dict[str, Any] = field(default_factory=dict)


def installed() -> list[ListedModel]:
    """The built-in model (where it is installed), then Marian models in the Hub's cache, then conversions; by name."""
    found = []
    folder = builtin_folder()
    if (folder / "config.json").is_file():
        found.append(_listed(BUILTIN, "builtin", folder, None))
    return found + sorted(_hub(), key=lambda model: model.id) + sorted(_conversions(), key=lambda model: model.id)


def _hub() -> list[ListedModel]:
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        cache = scan_cache_dir()
    except CacheNotFound:
        return []
    found = []
    for repository in cache.repos:
        for revision in repository.revisions:
            if repository.repo_type != "model" or not _is_marian(revision.snapshot_path):
                continue
            folder = revision.snapshot_path
            found.append(_listed(repository.repo_id, "hub", folder, revision.commit_hash, revision.size_on_disk))
    return found


def _is_marian(folder: Path) -> bool:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.get("model_type") == "marian"


def _listed(
    model_id: str, kind: Literal["builtin", "hub"], folder: Path, revision: str | None, size: int | None = None
) -> ListedModel:
    detail, card = "", None
    try:
        resolved = inspect_folder(folder, model_id=model_id, revision=revision)
        card, revision = resolved.card, resolved.revision
        detail = resolved.format
    except ModelError as error:
        # A listing should show a broken model, not fail on it.
        detail = str(error)
    return ListedModel(
        id=model_id,
        kind=kind,
        path=folder,
        revision=revision,
        size=_size(folder) if size is None else size,
        scores=tuple(card.scores) if card else (),
        parameters=card.parameters if card else None,
        detail=detail,
        card=card.model_dump() if card else {},
    )


def _conversions() -> list[ListedModel]:
    found = []
    for folder in cache_dir("ctranslate2").iterdir():
        try:
            record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a lock, or a conversion under way
        card = _card(folder)
        found.append(
            ListedModel(
                id=str(record.get("model")),
                kind="converted",
                path=folder,
                revision=record.get("revision"),
                size=_size(folder),
                scores=tuple(card.scores) if card else (),
                parameters=card.parameters if card else None,
                detail=f"ctranslate2 {record.get('quantization')}",
                card=card.model_dump() if card else {},
            )
        )
    return found


def _card(folder: Path) -> ModelCard | None:
    try:
        return read_card(folder)
    except ModelError:
        return None


def clear_conversions() -> tuple[int, int]:
    """Delete every converted model, which can be made again; number of models and bytes."""
    import shutil

    models = _conversions()
    for model in models:
        shutil.rmtree(model.path)
    return len(models), sum(model.size for model in models)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
