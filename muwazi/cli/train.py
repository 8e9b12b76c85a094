"""``muwazi train``: a MarianMT model from pairs, from scratch or out of another model."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

from muwazi.cli.progress import progress_bar
from muwazi.corpus.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("train")(train)


def train(
    files: list[str] = typer.Argument(None, help="TSV (also .xz, .gz), Parquet, or a store.", show_default=False),
    output: Path = typer.Option(..., "--output", "-o", help="Folder of the model."),
    recipe: Path | None = typer.Option(None, "--recipe", help="Recipe file (TOML) in place of files."),
    data: Path | None = typer.Option(None, "--data", help="Folder in which the recipe's paths begin."),
    base: str | None = typer.Option(None, "--from", help="Train this model further: a folder, builtin or a Hub id."),
    lora: int | None = typer.Option(None, "--lora", help="Train LoRA matrices of this rank only (with --from)."),
    preset: str | None = typer.Option(None, "--preset", help="tiny, cpu, small or base (from scratch)."),
    dev: str | None = typer.Option(None, "--dev", help="Pairs to score on; else one pair in a hundred is held out."),
    max_minutes: float | None = typer.Option(None, "--max-minutes", help="End cleanly after so many minutes."),
    max_steps: int | None = typer.Option(None, "--max-steps", help="End after so many steps."),
    patience: int | None = typer.Option(None, "--patience", help="End after so many looks without a better BLEU."),
    learning_rate: float | None = typer.Option(None, "--learning-rate", help="Highest learning rate."),
    warmup: int | None = typer.Option(None, "--warmup", help="Steps until the highest rate."),
    batch_tokens: int | None = typer.Option(None, "--batch-tokens", help="Target pieces in a batch."),
    accumulate: int | None = typer.Option(None, "--accumulate", help="Batches to a step."),
    dropout: float | None = typer.Option(None, "--dropout", help="Dropout."),
    label_smoothing: float | None = typer.Option(None, "--label-smoothing", help="Label smoothing."),
    max_length: int | None = typer.Option(None, "--max-length", help="Longest sentence in pieces; longer ones go."),
    source_pieces: int | None = typer.Option(None, "--source-pieces", help="Size of the source vocabulary."),
    target_pieces: int | None = typer.Option(None, "--target-pieces", help="Size of the target vocabulary."),
    eval_every: int | None = typer.Option(None, "--eval-every", help="Steps between two looks at the dev set."),
    save_every: int | None = typer.Option(None, "--save-every", help="Steps between two checkpoints."),
    average: int | None = typer.Option(None, "--average", help="Best checkpoints to average at the end."),
    seed: int | None = typer.Option(None, "--seed", help="Seed."),
    device: str | None = typer.Option(None, "--device", help="auto, cpu or cuda."),
    precision: str | None = typer.Option(None, "--precision", help="auto, fp32, bf16 or fp16."),
    threads: int | None = typer.Option(None, "--threads", help="CPU threads of one process."),
    workers: int | None = typer.Option(None, "--workers", help="Processes of one thread each (CPU)."),
    source_lang: str | None = typer.Option(None, "--source-lang", help="ar (default) or en."),
    target_lang: str | None = typer.Option(None, "--target-lang", help="en (default) or ar."),
    filters: bool = typer.Option(True, "--filters/--no-filters", help="Filter the pairs first."),
    exclude_licence: list[str] = typer.Option([], "--exclude-licence", help="Leave out a recipe's sources under it."),
    resume: bool = typer.Option(False, "--resume", help="Go on from the last checkpoint."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace what stands at OUTPUT."),
    json_: bool = typer.Option(False, "--json", help="Print the outcome as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar and no notes."),
) -> None:
    """Train a MarianMT model from sentence pairs, or train one further on your own."""
    if output.exists() and not resume and not overwrite and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"{output}: something stands there already; name another folder, or add --overwrite")
    folder = output.with_name(output.name + ".run")
    if folder.exists() and not resume and not overwrite:
        raise InputError(f"{folder}: a run that was begun; add --resume to go on, or --overwrite to start anew")
    from muwazi.translate.training import chain, run, simple

    changes: dict[str, Any] = {
        "preset": preset,
        "dev": dev,
        "max_minutes": max_minutes,
        "max_steps": max_steps,
        "patience": patience,
        "learning_rate": learning_rate,
        "warmup": warmup,
        "batch_tokens": batch_tokens,
        "accumulate": accumulate,
        "dropout": dropout,
        "label_smoothing": label_smoothing,
        "max_length": max_length,
        "source_pieces": source_pieces,
        "target_pieces": target_pieces,
        "eval_every": eval_every,
        "save_every": save_every,
        "average": average,
        "seed": seed,
        "device": device,
        "precision": precision,
        "threads": threads,
        "workers": workers,
        "source_lang": source_lang,
        "target_lang": target_lang,
        "lora_rank": lora,
    }
    chosen = simple.compose(
        files or [],
        recipe=recipe,
        data=data,
        changes=changes,
        base=base is not None,
        filters=filters,
        exclude_licences=exclude_licence,
    )
    languages = chosen.training.source_lang, chosen.training.target_lang
    if sorted(languages) != ["ar", "en"]:
        raise InputError(f"--source-lang {languages[0]} --target-lang {languages[1]}: one must be ar, the other en")

    def note(text: str) -> None:
        if not quiet:
            print(text, file=sys.stderr, flush=True)

    outcome = run.train(
        chosen,
        output,
        base=base,
        resume=resume,
        chain=chain.corpus_filters(languages[0]) if filters and any(s.filters for s in chosen.sources) else None,
        progress=progress_bar(quiet),
        note=note,
    )
    if json_:
        print(json.dumps({"output": str(output), **vars(outcome)}, ensure_ascii=False))
    else:
        print(run.summary(outcome, output))
