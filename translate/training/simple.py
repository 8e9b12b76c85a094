"""A recipe from a few files: what the command line makes of ``muwazi train FILE... --output MODEL``."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from muwazi.corpus.errors import SettingsError
from muwazi.translate.training.pairs import expand
from muwazi.translate.training.recipe import PhaseSettings, Recipe, SourceSettings, TrainSettings, load

DEV_SHARE = 100
"""Without ``--dev`` every so many-th pair is held out."""


def from_files(files: Sequence[str], *, dev: str, filters: bool, tag: str = "") -> tuple[SourceSettings, ...]:
    """One source for each file or store, of equal weight."""
    found: list[SourceSettings] = []
    for file in files:
        for path in expand(file):
            stem = re.sub(r"(\.tsv|\.parquet)?(\.xz|\.gz)?$", "", path.name) or path.name
            name, number = stem, 1
            while any(source.name == name for source in found):
                number += 1
                name = f"{stem}-{number}"
            found.append(
                SourceSettings(name, str(path.absolute()), dev_every=0 if dev else DEV_SHARE, filters=filters, tag=tag)
            )
    return tuple(found)


def curriculum(settings: TrainSettings) -> tuple[PhaseSettings, ...]:
    """Short sentences and strong guidance first: what makes cross-attention form early in a run from scratch."""
    return (
        PhaseSettings("short", 0.15, min(20, settings.max_length), 1.0),
        PhaseSettings("medium", 0.4, min(40, settings.max_length), 0.5),
        PhaseSettings("all", 1.0, settings.max_length, 0.2),
    )


def override(recipe: Recipe, changes: dict[str, Any], *, exclude_licences: Sequence[str] = ()) -> Recipe:
    """``recipe`` with settings from the command line, less the sources under a licence that is not wanted."""
    training = dataclasses.replace(recipe.training, **{k: v for k, v in changes.items() if v is not None})
    unwanted = {licence.casefold() for licence in exclude_licences}
    sources = tuple(s for s in recipe.sources if s.licence.casefold() not in unwanted)
    names = {source.name for source in sources}
    phases = tuple(
        dataclasses.replace(phase, weights={k: v for k, v in phase.weights.items() if k in names})
        for phase in recipe.phases
    )
    return dataclasses.replace(recipe, training=training, sources=sources, phases=phases)


def defaults(*, base: bool, lora: bool) -> TrainSettings:
    """Settings where the user names none: gentler steps for a model that can translate already."""
    if lora:
        return TrainSettings(learning_rate=1e-3, warmup=50, eval_every=200, guide=0.0, embedding_rate=1.0)
    if base:
        return TrainSettings(learning_rate=2e-4, warmup=100, eval_every=200, guide=0.0, embedding_rate=0.3)
    return TrainSettings()


def absolute(path: str) -> str:
    """A path that stays true when the recipe is read from another folder."""
    return str(Path(path).absolute()) if path else ""


def compose(
    files: Sequence[str],
    *,
    recipe: Path | None,
    data: Path | None,
    changes: dict[str, Any],
    base: bool = False,
    filters: bool = True,
    exclude_licences: Sequence[str] = (),
) -> Recipe:
    """The recipe that a command line means: a recipe file, or files of pairs, with settings changed.

    Raises:
        SettingsError: neither or both are given, or a setting is impossible.
        InputNotFoundError: a file is not there.
    """
    if (recipe is None) == (not files):
        raise SettingsError("name either files of pairs (TSV, Parquet, a store) or a recipe with --recipe")
    if recipe is not None:
        found = load(recipe, data=data)
        if changes.get("dev"):
            changes = changes | {"dev": absolute(changes["dev"])}
        found = override(found, changes, exclude_licences=exclude_licences)
        if not found.sources:
            raise SettingsError(f"{recipe}: no source is left after --exclude-licence")
        return found
    settings = defaults(base=base, lora=bool(changes.get("lora_rank")))
    dev = absolute(changes.get("dev") or "")
    found = override(Recipe(from_files(files, dev=dev, filters=filters), (), settings), changes | {"dev": dev})
    if base:
        return found
    return dataclasses.replace(found, phases=curriculum(found.training))
