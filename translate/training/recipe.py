"""Recipes: which data, in which proportion and order, and how the training goes. TOML, unknown keys are errors."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from muwazi.corpus.errors import InputNotFoundError, SettingsError


@dataclass(frozen=True)
class SourceSettings:
    """One source of pairs."""

    name: str
    path: str
    """File, store or pattern; relative to the recipe, or to ``--data``."""
    weight: float = 1.0
    """How often its pairs are seen, relative to those of other sources. 0: used for vocabulary and alignments alone."""
    licence: str = "not stated"
    dev_every: int = 0
    """Every n-th pair goes to the dev set and is never trained on; 0: none."""
    limit: int = 0
    """Take so many pairs at most, spread evenly; 0: all."""
    min_words: int = 0
    """Leave out pairs with fewer words on either side."""
    tag: str = ""
    """A token such as ``>>bt<<`` put before each source sentence, for back-translated data."""
    filters: bool = True
    """Send the pairs through the default filters of Muwazi (dictionaries and names do better without)."""


@dataclass(frozen=True)
class PhaseSettings:
    """A stretch of the training with a mix of its own."""

    name: str
    until: float
    """Share of the whole run (0 to 1) at which the phase ends."""
    max_length: int = 96
    """Longest sentence in pieces, on both sides."""
    guide: float = 0.0
    """Weight of the guided-alignment loss."""
    weights: dict[str, float] = field(default_factory=dict)
    """Weights of sources in this phase, where they differ."""
    default_weight: float = -1.0
    """Factor on the weights of sources not named in ``weights``; -1: leave them as they are."""


@dataclass(frozen=True)
class TrainSettings:
    """How the training goes. Lengths in pieces, times in minutes."""

    preset: str = "small"
    source_lang: str = "ar"
    target_lang: str = "en"
    source_pieces: int = 0
    """Pieces of the source vocabulary; 0: the preset's."""
    target_pieces: int = 0
    max_length: int = 128
    """Pairs with more pieces than this on one side are left out, and counted."""
    max_pairs: int = 0
    """Take so many pairs of each source at most, for dry runs; 0: all."""
    batch_tokens: int = 2000
    """Target pieces in a batch, padding included."""
    accumulate: int = 1
    """Batches to a step."""
    max_steps: int = 0
    """0: only ``max_minutes`` or early stop end the run."""
    max_minutes: float = 0.0
    learning_rate: float = 7e-4
    embedding_rate: float = 0.3
    """Factor on the learning rate of the embeddings."""
    warmup: int = 800
    decay_from: float = 0.7
    """From this share of the run on, the rate falls in a line to a twentieth."""
    label_smoothing: float = 0.1
    dropout: float = 0.1
    clip: float = 1.0
    weight_decay: float = 0.0
    eval_every: int = 1000
    """Steps between two looks at the dev set."""
    patience: int = 0
    """Stop after so many looks without a better BLEU; 0: never."""
    dev_sentences: int = 250
    dev: str = ""
    """File of pairs to look at, instead of or besides what ``dev_every`` holds out."""
    average: int = 3
    """Checkpoints to average at the end."""
    log_every: int = 50
    """Steps between two lines of the log."""
    save_every: int = 500
    """Steps between two checkpoints to resume from."""
    seed: int = 1
    threads: int = 0
    """0: PyTorch's choice."""
    workers: int = 1
    """Processes that train together on a CPU, each on its share of every step."""
    device: str = "auto"
    precision: str = "auto"
    """``fp32``, ``bf16``, ``fp16``; auto: bf16 on CUDA where it has it, else fp32."""
    lexical_start: bool = True
    """Start from IBM model 1 (see :mod:`muwazi.translate.training.alignment`)."""
    table_pairs: int = 400_000
    """Model 1 learns from so many pairs at most, drawn at random; 0: from all."""
    guide: float = 0.5
    """Weight of the guided-alignment loss of a run without phases."""
    lora_rank: int = 0
    """Train LoRA matrices of this rank (with ``--from``); 0: all weights."""


@dataclass(frozen=True)
class Recipe:
    """A whole recipe."""

    sources: tuple[SourceSettings, ...]
    phases: tuple[PhaseSettings, ...] = ()
    training: TrainSettings = TrainSettings()
    base: Path = Path()
    """Where relative paths begin."""

    def weights(self, phase: PhaseSettings | None) -> tuple[float, ...]:
        """Weight of each source in ``phase``."""
        if phase is None:
            return tuple(source.weight for source in self.sources)
        factor = 1.0 if phase.default_weight < 0 else phase.default_weight
        return tuple(phase.weights.get(source.name, source.weight * factor) for source in self.sources)


_T = TypeVar("_T")


def _fill(kind: type[_T], table: dict[str, Any], where: str) -> _T:
    known = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
            raise SettingsError(f"{where}: unknown key {key}{hint}")
        default = known[key].default
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            table = {**table, key: float(value)}
        elif default is not dataclasses.MISSING and not isinstance(value, type(default)):
            raise SettingsError(f"{where}: {key} must be {type(default).__name__}, not {value!r}")
    missing = [
        n
        for n, f in known.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING and n not in table
    ]
    if missing:
        raise SettingsError(f"{where}: {', '.join(missing)} missing")
    return kind(**table)


def load(path: Path, *, data: Path | None = None) -> Recipe:
    """Read a recipe file; ``data`` replaces the folder in which relative paths begin.

    Raises:
        InputNotFoundError: the file is not there.
        SettingsError: it is no TOML, or a key is unknown or missing; the message names the nearest known key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputNotFoundError(f"{path}: no such recipe") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: no valid TOML ({error})") from None
    unknown = set(content) - {"source", "phase", "training"}
    if unknown:
        raise SettingsError(f"{path}: unknown table {sorted(unknown)[0]}; known: training, source, phase")
    sources = tuple(_fill(SourceSettings, s, f"{path}, source {i}") for i, s in enumerate(content.get("source", []), 1))
    phases = tuple(_fill(PhaseSettings, p, f"{path}, phase {i}") for i, p in enumerate(content.get("phase", []), 1))
    if not sources:
        raise SettingsError(f"{path}: no [[source]]; a recipe names at least one")
    names = [source.name for source in sources]
    for phase in phases:
        for name in phase.weights:
            if name not in names:
                near = difflib.get_close_matches(name, names, 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
                raise SettingsError(f"{path}, phase {phase.name}: unknown source {name}; {hint}")
    if [p.until for p in phases] != sorted(p.until for p in phases):
        raise SettingsError(f"{path}: the phases must stand in the order of their until")
    return Recipe(
        sources, phases, _fill(TrainSettings, content.get("training", {}), f"{path}, training"), data or path.parent
    )
