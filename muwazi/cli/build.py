"""``muwazi build``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("build")(build)


def build(
    articles: Path = typer.Argument(
        ..., help="Folder of NAME.ar.* with optional NAME.en.*, or a file of pairs.", show_default=False
    ),
    store: Path = typer.Option(
        ..., "--store", help="Folder of the dataset; made where there is none.", show_default=False
    ),
    model: str | None = typer.Option(
        None,
        "--model",
        "-m",
        help="Hub id, local MarianMT folder, builtin, or none. [default: Helsinki-NLP/opus-mt-ar-en]",
        show_default=False,
    ),
    message: str = typer.Option("", "--message", help="What this version is about."),
    settings: Path | None = typer.Option(None, "--settings", help="TOML or YAML file.", show_default=False),
    assignments: list[str] = typer.Option(
        [], "--set", help="KEY=VALUE over the settings, for example align.max_merge=8.", show_default=False
    ),
    report: Path | None = typer.Option(
        None, "--report", help="Where the HTML report goes. [default: STORE/reports/VERSION.html]", show_default=False
    ),
    engine: str | None = typer.Option(None, "--engine", help="auto, ctranslate2 or transformers.", show_default=False),
    device: str | None = typer.Option(None, "--device", help="auto, cpu or cuda.", show_default=False),
    beam: int | None = typer.Option(None, "--beam", help="Beam size.", show_default=False),
    licence: str | None = typer.Option(
        None, "--licence", help="SPDX identifier for articles that state none.", show_default=False
    ),
    keep_all: bool = typer.Option(False, "--keep-all", help="Keep page furniture."),
    keep_going: bool = typer.Option(False, "--keep-going", help="Leave out what cannot be read instead of stopping."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Read and split, say what would be done, write nothing."),
    as_json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar."),
) -> None:
    """Turn articles into a new version of a scored parallel corpus.

    A run that changes nothing makes no version. A run that was killed is taken up again where it stopped.
    """
    from muwazi.cli.progress import progress_bar
    from muwazi.pipeline.build import run_build
    from muwazi.pipeline.settings import load_settings, parse_assignment

    overrides: dict[str, Any] = dict(parse_assignment(text) for text in assignments)
    flags: dict[str, Any] = {
        "translate.model": model,
        "translate.engine": engine,
        "translate.device": device,
        "translate.beam": beam,
        "read.licence": licence,
        "read.keep_all": keep_all or None,
        "read.keep_going": keep_going or None,
    }
    overrides.update({key: value for key, value in flags.items() if value is not None})
    outcome = run_build(
        articles,
        store=store,
        settings=load_settings(settings, overrides),
        message=message,
        report=report,
        dry_run=dry_run,
        progress=progress_bar(quiet),
        note=lambda text: typer.echo(f"muwazi: {text}", err=True),
    )
    if as_json:
        typer.echo(outcome.to_json())
    else:
        from muwazi.pipeline.summary import render

        typer.echo(render(outcome), nl=False)
