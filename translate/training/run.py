"""One training run, from recipe to model folder: checks, data, network, steps, and the model written whole."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import torch

from muwazi.corpus.errors import InputError, ModelError, MuwaziError, SettingsError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.translate.training import export, marian, network, plot, prepare, scoring, stored
from muwazi.translate.training.devices import Team, choose_device, choose_precision, seed_everything
from muwazi.translate.training.pairs import Pair
from muwazi.translate.training.prepare import Filter, Prepared
from muwazi.translate.training.recipe import PhaseSettings, Recipe, SourceSettings, TrainSettings
from muwazi.translate.training.trainer import Outcome, Trainer

Note = Callable[[str], None]

MAY_CHANGE = {"max_steps", "max_minutes", "threads", "save_every", "log_every", "patience", "average"}
"""Settings that a resumed run may change without ceasing to be the same run."""


def _preset(settings: TrainSettings) -> network.Preset:
    if settings.preset not in network.PRESETS:
        raise SettingsError(f"preset {settings.preset}: unknown; choose {', '.join(network.PRESETS)}")
    return network.PRESETS[settings.preset]


def _check(recipe: Recipe, output: Path, base: str | None) -> None:
    settings = recipe.training
    choose_precision(settings.precision, choose_device(settings.device))
    _preset(settings)
    if not settings.max_steps and not settings.max_minutes and not settings.patience:
        raise SettingsError("nothing ends this run; give --max-minutes, --max-steps or --patience")
    if settings.workers > 1 and choose_device(settings.device).type != "cpu":
        raise SettingsError("--workers is for CPUs; a GPU trains in one process")
    if settings.lora_rank and base is None:
        raise SettingsError("--lora adapts a model; name it with --from")
    if output.is_file():
        raise InputError(f"{output}: a file stands where the model folder should go")


def _enough(prepared: Prepared, settings: TrainSettings) -> None:
    pieces = len(prepared.corpus.target)
    step = settings.batch_tokens * settings.accumulate * settings.workers
    if pieces < step:
        raise InputError(
            f"{len(prepared.corpus)} pairs hold {pieces} target pieces, fewer than one step of {step}; "
            "add pairs or lower --batch-tokens"
        )


def _fresh(recipe: Recipe, base: str | None, chain: Filter | None, progress: Progress) -> tuple[Any, Prepared]:
    settings = recipe.training
    preset = _preset(settings)
    if base is not None:
        model, words = marian.load(marian.locate(base), dropout=settings.dropout)
        prepared = prepare.prepare(
            recipe, source_pieces=0, target_pieces=0, known=words, align=False, chain=chain, progress=progress
        )
        _enough(prepared, settings)
        if settings.lora_rank:
            marian.add_lora(model, settings.lora_rank)
        return model, prepared
    wants_table = settings.lexical_start or settings.guide > 0 or any(p.guide > 0 for p in recipe.phases)
    prepared = prepare.prepare(
        recipe,
        source_pieces=settings.source_pieces or preset.source_pieces,
        target_pieces=settings.target_pieces or preset.target_pieces,
        align=wants_table,
        chain=chain,
        progress=progress,
    )
    _enough(prepared, settings)
    model = network.build(prepared.vocabulary, preset, dropout=settings.dropout, seed=settings.seed)
    if settings.lexical_start and prepared.table is not None:
        network.start_from_table(model, prepared.vocabulary, prepared.table)
    prepared.table = None
    export.forbid_source_pieces(model, prepared.vocabulary)
    return model, prepared


def again(recipe: Recipe, folder: Path) -> tuple[Any, Prepared]:
    """Network and data of a run that was begun; the weights come from its checkpoint."""
    from transformers import MarianConfig, MarianMTModel

    prepared = stored.load(folder / "data")
    model = MarianMTModel(MarianConfig.from_pretrained(folder / "network"))
    if recipe.training.lora_rank:
        marian.add_lora(model, recipe.training.lora_rank)
    return model, prepared


def describe(recipe: Recipe, base: str | None) -> dict[str, Any]:
    """The recipe as plain JSON, as it stands in the run's folder and in the model's ``muwazi.json``."""
    return {
        "from": base,
        "sources": [dataclasses.asdict(source) for source in recipe.sources],
        "phases": [dataclasses.asdict(phase) for phase in recipe.phases],
        "training": dataclasses.asdict(recipe.training),
        "data": str(recipe.base),
    }


def restore_recipe(folder: Path) -> tuple[Recipe, str | None]:
    """The recipe with which the run in ``folder`` was begun, and the model it went out from.

    Raises:
        ModelError: there is none.
    """
    try:
        content = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelError(f"{folder}: no run to resume; start without --resume") from None
    return (
        Recipe(
            tuple(SourceSettings(**s) for s in content["sources"]),
            tuple(PhaseSettings(**p) for p in content["phases"]),
            TrainSettings(**content["training"]),
            Path(content["data"]),
        ),
        content["from"],
    )


def _same(recipe: Recipe, base: str | None, folder: Path) -> None:
    begun, origin = restore_recipe(folder)
    before, now = describe(begun, origin), describe(recipe, base)
    for key in ("from", "sources", "phases", "data"):
        if before[key] != now[key]:
            raise SettingsError(f"{folder}: the run was begun with other {key}; resume with the same, or start anew")
    for key, value in now["training"].items():
        if key not in MAY_CHANGE and before["training"].get(key) != value:
            raise SettingsError(
                f"{folder}: the run was begun with {key} = {before['training'].get(key)!r}, not {value!r}; "
                "resume with the same settings, or start anew"
            )


@contextmanager
def _helpers(folder: Path, count: int, note: Note) -> Iterator[Team]:
    """Start ``count - 1`` processes that train on their share of every step."""
    if count == 1:
        yield Team()
        return
    import torch.distributed as dist

    meeting = folder / f".meeting.{os.getpid()}"
    meeting.unlink(missing_ok=True)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    command = [sys.executable, "-m", "muwazi.translate.training.helper", str(folder), str(meeting), str(count)]
    helpers = [
        subprocess.Popen([*command, str(rank)], env={**os.environ, "OMP_NUM_THREADS": "1"}) for rank in range(1, count)
    ]
    note(f"{count} processes of one thread each")
    try:
        dist.init_process_group(
            "gloo", init_method=f"file://{meeting}", rank=0, world_size=count, timeout=timedelta(minutes=10)
        )
        yield Team(0, count)
        dist.destroy_process_group()
    finally:
        for process in helpers:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
        meeting.unlink(missing_ok=True)


def hardware() -> str:
    """What the run ran on, in words."""
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} cores, {name}"


def train(
    recipe: Recipe,
    output: Path,
    *,
    base: str | None = None,
    folder: Path | None = None,
    resume: bool = False,
    chain: Filter | None = None,
    progress: Progress = SILENT,
    note: Note = lambda _text: None,
) -> Outcome:
    """Train and write ``output``, a MarianMT folder, whole or not at all.

    Args:
        recipe: data, phases and settings.
        output: where the model goes; a model that stands there is replaced at the end.
        base: train this model further: a Marian folder, ``builtin`` or a Hub id.
        folder: where log, checkpoints and prepared data go; default: ``output`` with ``.run`` added to its name.
        resume: go on from the folder's last checkpoint.
        chain: filters for the pairs.
        progress: told how it goes.
        note: given lines for the user.

    Raises:
        InputError: the data, the device or the disk; the message says which and what to do.
        SettingsError: an impossible setting.
        ModelError: ``base`` is no MarianMT model, or there is nothing to resume.
    """
    folder = folder or output.with_name(output.name + ".run")
    try:
        return _train(recipe, output, base, folder, resume, chain, progress, note)
    except OSError as error:
        if isinstance(error, MuwaziError) or error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
            raise
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); make room there or name another output"
        ) from None


def _train(
    recipe: Recipe,
    output: Path,
    base: str | None,
    folder: Path,
    resume: bool,
    chain: Filter | None,
    progress: Progress,
    note: Note,
) -> Outcome:
    settings = recipe.training
    _check(recipe, output, base)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    elif settings.workers > 1:
        torch.set_num_threads(1)
    seed_everything(settings.seed)
    if resume:
        _same(recipe, base, folder)
        model, prepared = again(recipe, folder)
    else:
        model, prepared = _fresh(recipe, base, chain, progress)
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        stored.save(prepared, folder / "data")
        model.config.save_pretrained(folder / "network")
    # A resumed run may have another end; its helper processes read it here.
    (folder / "recipe.json").write_text(json.dumps(describe(recipe, base), indent=1), encoding="utf-8")
    corpus = prepared.corpus
    note(
        f"{len(corpus)} pairs, {len(corpus.target)} target pieces, dev {len(prepared.dev)} pairs, "
        f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters, vocabulary {prepared.vocabulary.size}"
    )
    scorer = partial(_score, prepared)
    trainer = Trainer(model, prepared, recipe, folder, scorer=scorer, progress=progress)
    if resume:
        trainer.resume()
        note(f"resumed at step {trainer.step}")
    else:
        trainer.save()
    with _helpers(folder, settings.workers, note) as team:
        trainer.team = team
        outcome = trainer.run()
    trainer.save()  # so that a run can be made longer
    outcome.weights = trainer.finish()
    return _write(trainer, recipe, base, output, folder, outcome)


def _portable(description: dict[str, Any]) -> dict[str, Any]:
    """A description without paths of this machine, for a model that others will read."""
    sources = [s | {"path": Path(s["path"]).name if Path(s["path"]).is_absolute() else s["path"]}
               for s in description["sources"]]  # fmt: skip
    training = description["training"] | {"dev": Path(description["training"]["dev"]).name}
    base = description["from"]
    return {"from": Path(base).name if base and Path(base).is_absolute() else base, "sources": sources,
            "phases": description["phases"], "training": training}  # fmt: skip


def _score(prepared: Prepared, model: Any, dev: list[Pair]) -> dict[str, float]:
    return scoring.score(model, prepared.vocabulary, dev)


def _write(trainer: Trainer, recipe: Recipe, base: str | None, output: Path, folder: Path, outcome: Outcome) -> Outcome:
    settings = recipe.training
    model = trainer.model.cpu().eval()
    if settings.lora_rank:
        marian.merge_lora(model)
    final = scoring.score(model, trainer.vocabulary, trainer.prepared.dev[: settings.dev_sentences])
    outcome.final = final
    extra = {
        "name": output.name,
        "revision": time.strftime("%Y-%m-%d", time.gmtime()),
        "parameters": sum(p.numel() for p in model.parameters()),
        "max_source_tokens": max(8, settings.max_length),
        "scores": [
            {"set": "dev", "metric": metric, "score": value, "signature": "greedy search", "engine": "transformers"}
            for metric, value in final.items()
        ],
        "hardware": hardware(),
        "training": {
            "steps": outcome.steps,
            "target_pieces": outcome.tokens,
            "minutes": round(outcome.minutes, 1),
            "ended_by": outcome.reason,
            "weights": outcome.weights,
            "pairs": trainer.prepared.counts,
            "recipe": _portable(describe(recipe, base)),
        },
    }
    export.save_model(
        model,
        trainer.vocabulary,
        output,
        source_lang=settings.source_lang,
        target_lang=settings.target_lang,
        extra=extra,
        also={"training.jsonl": folder / "log.jsonl"},
        plot=plot.curve(folder / "log.jsonl"),
    )
    return outcome


def summary(outcome: Outcome, output: Path) -> str:
    """The last lines of the command."""
    speed = outcome.tokens / max(outcome.minutes * 60, 1e-9)
    scores = ", ".join(f"{name} {value:.2f}" for name, value in outcome.final.items()) or "no dev set"
    return (
        f"{outcome.steps} steps, {outcome.tokens} target pieces in {outcome.minutes:.1f} min "
        f"({speed:,.0f} a second), ended by {outcome.reason}\n"
        f"dev (greedy search, {outcome.weights}): {scores}\n"
        f"model: {output}"
    )
