"""``muwazi models``: what there is to translate with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from muwazi.translate.models.card import Score
    from muwazi.translate.models.listing import ListedModel


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("models")(models)


def models(
    model: str | None = typer.Argument(
        None, help="Show one model (builtin, a folder, or a Hub id) instead of the list."
    ),
    as_json: bool = typer.Option(False, "--json", help="JSON for machines."),
    clear: bool = typer.Option(False, "--clear-converted", help="Delete converted models; they are made again on use."),
) -> None:
    """List the models on this machine: built-in, from the Hub, converted; with size, revision and scores."""
    from muwazi.translate.models.listing import clear_conversions, installed

    if clear:
        count, size = clear_conversions()
        typer.echo(f"deleted {count} converted models ({_bytes(size)})")
        return
    if model is not None:
        _show(model, as_json)
        return
    found = installed()
    if as_json:
        typer.echo(json.dumps([_record(entry) for entry in found], ensure_ascii=False, indent=2))
        return
    rows = [("MODEL", "KIND", "REVISION", "SIZE", "SCORES")]
    rows += [
        (entry.id, _kind(entry), (entry.revision or "-")[:12], _bytes(entry.size), _scores(entry.scores))
        for entry in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not any(entry.kind == "builtin" for entry in found):
        typer.echo("builtin: not part of this installation", err=True)


def _show(name: str, as_json: bool) -> None:
    from muwazi.translate.models.resolution import resolve

    model = resolve(name, note=lambda text: typer.echo(text, err=True))
    source, target = model.languages
    record: dict[str, Any] = {
        "model": model.id,
        "path": str(model.path),
        "format": model.format,
        "revision": model.revision,
        "sha256": model.sha256,
        "source_lang": source,
        "target_lang": target,
        "vocabulary": len(model.vocabulary.target_pieces),
        "positions": model.max_positions,
        "beam": model.generation.num_beams,
        "target_tokens": list(model.vocabulary.language_tokens),
        "card": model.card.model_dump() if model.card else None,
    }
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    for key, value in record.items():
        if key == "card":
            continue
        if value not in (None, []):
            typer.echo(f"{key.replace('_', ' '):14} {' '.join(value) if isinstance(value, list) else value}")
    if model.card is not None:
        card = model.card
        typer.echo(f"{'name':14} {card.name}")
        if card.parameters:
            typer.echo(f"{'parameters':14} {card.parameters:,}")
        for score in card.scores:
            typer.echo(
                f"{'score':14} {score.set} {score.metric} {score.score} {score.engine} {score.signature}".rstrip()
            )


def _record(entry: ListedModel) -> dict[str, Any]:
    return {
        "model": entry.id,
        "kind": entry.kind,
        "path": str(entry.path),
        "revision": entry.revision,
        "bytes": entry.size,
        "parameters": entry.parameters,
        "detail": entry.detail,
        "scores": [score.model_dump() for score in entry.scores],
    }


def _kind(entry: ListedModel) -> str:
    return f"{entry.kind} ({entry.detail})" if entry.detail else entry.kind


def _scores(scores: tuple[Score, ...]) -> str:
    shown = [f"{score.set} {score.metric} {score.score:g}" for score in scores if score.metric.upper() == "BLEU"]
    return ", ".join(shown) or "-"


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
