"""``muwazi dataset``: look at, compare, check and export the versions of a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from muwazi.corpus.store import Diff, Manifest, Row

dataset = typer.Typer(
    no_args_is_help=True,
    help="Versions of a store: log, show, diff, verify, export.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_STORE = typer.Argument(..., help="Folder that `muwazi build --store` made.", show_default=False)
_REVISION = typer.Option(
    None, "--revision", "-r", help="Version, as in 1.0.0. [default: the newest]", show_default=False
)
_JSON = typer.Option(False, "--json", help="Print JSON.")


# Columns that say how a row was measured, not what it says.
_MEASURED = {"alignment_score": None, "confidence": None}.keys()


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.add_typer(dataset, name="dataset")


@dataset.command()
def log(store: Path = _STORE, as_json: bool = _JSON) -> None:
    """List the versions, the newest first."""
    from muwazi.corpus.store import Store

    manifests = Store.open(store).log()
    if as_json:
        _print_json([_summary(manifest) for manifest in manifests])
        return
    for manifest in manifests:
        print(f"{manifest.version}  {manifest.created}  {manifest.rows:,} rows  {_change(manifest)}")
        if manifest.message:
            print(f"    {' '.join(manifest.message.split())}")
    if not manifests:
        print(f"{store} has no version yet")


@dataset.command()
def show(
    store: Path = _STORE,
    revision: str | None = _REVISION,
    rows: int = typer.Option(3, "--rows", "-n", min=0, help="How many rows to show."),
    split: str | None = typer.Option(None, "--split", help="Show rows of this split.", show_default=False),
    as_json: bool = _JSON,
) -> None:
    """Show a version: statistics, scores, what was dropped, and its first rows."""
    from itertools import islice

    from muwazi.corpus.store import Store

    opened = Store.open(store)
    manifest = opened.manifest(revision)
    sample = list(islice(opened.rows(manifest.version, split=split), rows)) if rows else []
    if as_json:
        _print_json({"manifest": manifest.model_dump(mode="json"), "rows": [row.as_dict() for row in sample]})
        return
    for line in _described(manifest):
        print(line)
    for row in sample:
        print()
        for line in _row_lines(row):
            print(line)


@dataset.command()
def diff(
    store: Path = _STORE,
    old: str = typer.Argument(..., help="Version, as in 1.0.0.", show_default=False),
    new: str | None = typer.Argument(None, help="Version to compare with. [default: the newest]", show_default=False),
    limit: int = typer.Option(20, "--limit", "-n", min=0, help="Segments shown of each kind; 0 shows all."),
    as_json: bool = _JSON,
) -> None:
    """Tell which segments were added, removed and changed from one version to another."""
    from muwazi.corpus.store import Store

    found = Store.open(store).diff(old, new)
    if as_json:
        _print_json(found.as_dict())
        return
    for line in _diff_lines(found, limit):
        print(line)


@dataset.command()
def verify(
    store: Path = _STORE,
    revision: str | None = typer.Option(
        None, "--revision", "-r", help="Check this version only. [default: all]", show_default=False
    ),
    as_json: bool = _JSON,
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar."),
) -> None:
    """Compare every file of the versions with what was committed. Exit code 2 when something differs."""
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.store import Store

    results = Store.open(store).verify(revision, progress=progress_bar(quiet))
    if as_json:
        _print_json(
            [
                {"version": str(each.version), "files": each.files, "bytes": each.bytes, "rows": each.rows}
                for each in results
            ]
        )
        return
    for each in results:
        print(f"{each.version}  ok  {each.files} files, {each.bytes:,} bytes, {each.rows:,} rows")
    if not results:
        print(f"{store} has no version yet")


@dataset.command()
def export(
    store: Path = _STORE,
    format: str = typer.Option(
        ..., "--format", "-f", help="tsv, jsonl, moses, tmx, xliff (1.2) or xliff2 (2.1).", show_default=False
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="File, or prefix for moses. [default: standard output]", show_default=False
    ),
    revision: str | None = _REVISION,
    split: str | None = typer.Option(
        None, "--split", help="train, validation or test. [default: all]", show_default=False
    ),
    target: str = typer.Option(
        "best", "--target", help="The English: reference, mt, post-edit, or best of what is there."
    ),
) -> None:
    """Write a version in an interchange format.

    "best" is the post-edited text, else the reference, else the machine translation. Rows without a target are left out
    and counted, but for xliff (segments to translate) and jsonl (all columns of all rows).
    """
    from muwazi.corpus.formats import export as write
    from muwazi.corpus.store import Store

    opened = Store.open(store)
    version = opened.resolve(revision)
    report = write(opened.rows(version, split=split), format, output, target=target)
    where = f" to {' and '.join(report.files)}" if report.files else ""
    typer.echo(f"version {version}: {report.written:,} segments written{where}", err=True)
    for note in report.notes():
        typer.echo(note, err=True)


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def _summary(manifest: Manifest) -> dict[str, Any]:
    keys = {"version", "parent", "created", "message", "change", "changes", "rows", "splits", "command"}
    return {**manifest.model_dump(mode="json", include=keys), "scores": manifest.metadata.get("scores", [])}


def _change(manifest: Manifest) -> str:
    if manifest.changes is None:
        return "first version"
    counts = ", ".join(f"{count:,} {name}" for name, count in manifest.changes.items() if count)
    return counts or ("other metadata" if manifest.change == "metadata" else "other schema")


def _described(manifest: Manifest) -> list[str]:
    counted = manifest.statistics
    lines = [
        f"version     {manifest.version}" + (f" (after {manifest.parent})" if manifest.parent else ""),
        f"created     {manifest.created}",
        *([f"message     {' '.join(manifest.message.split())}"] if manifest.message.strip() else []),
        f"change      {_change(manifest)}",
        f"articles    {counted['articles']:,}",
        f"rows        {counted['rows']:,}, {counted['pairs']:,} with both sides",
    ]
    for split, numbers in counted["splits"].items():
        lines.append(f"  {split:<11} {numbers['rows']:,} rows, {numbers['articles']:,} articles")
    for name, numbers in counted["columns"].items():
        if numbers["rows"]:
            lines.append(f"column      {name}: {numbers['rows']:,} rows, {numbers['words']:,} words")
    for title, key in (("alignment", "alignment_types"), ("flags", "flags"), ("licences", "licences")):
        if counted[key]:
            lines.append(f"{title:12}" + ", ".join(f"{name} {number:,}" for name, number in counted[key].items()))
    model = manifest.metadata.get("model")
    if model:
        revision = f" revision {model['revision']}" if model.get("revision") else ""
        weights = f", weights {model['sha256'][:16]}…" if model.get("sha256") else ""
        lines.append(f"model       {model['id']}{revision}{weights}")
    for score in manifest.metadata.get("scores", []):
        interval = f" [{score['low']:.2f}, {score['high']:.2f}]" if score.get("low") is not None else ""
        lines.append(
            f"score       {score['name']} {score['value']:.2f}{interval} on {score['scope']}  {score['signature']}"
        )
    drops = {reason: count for reason, count in manifest.metadata.get("drops", {}).items() if count}
    if drops:
        lines.append("dropped     " + ", ".join(f"{reason} {count:,}" for reason, count in drops.items()))
    return lines


def _row_lines(row: Row) -> list[str]:
    lines = [f"{row.id}  ({row.split}{', ' + row.alignment_type if row.alignment_type else ''})"]
    for name in ("ar", "en", "mt", "post_edit"):
        value = getattr(row, name)
        if value is not None:
            lines.append(f"  {name:10}{' '.join(value.split())}")
    if row.flags:
        lines.append(f"  flags     {', '.join(row.flags)}")
    return lines


def _diff_lines(found: Diff, limit: int) -> list[str]:
    counts = found.counts()
    lines = [f"{found.old} -> {found.new}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items())]
    if found.columns:
        lines.append(f"schema      {', '.join(found.columns)}")
    if found.metadata:
        lines.append(f"metadata    {', '.join(found.metadata)}")
    lines += _score_changes(*found.metadata.get("scores", ([], [])))

    def shown(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return items[:limit] if limit else items

    for sign, rows in (("+", found.added), ("-", found.removed)):
        for row in shown(rows):
            lines.append(f"{sign} {row.id}")
            lines += [
                f"{sign}   {name}: {_short(getattr(row, name))}" for name in ("ar", "en", "mt") if getattr(row, name)
            ]
        lines += _more(len(rows) - len(shown(rows)))
    # Scores move a little all over an article when one of its sentences changes: counted, unless all is asked for.
    measured = [change for change in found.changed if limit and change.fields.keys() <= _MEASURED]
    changed = tuple(change for change in found.changed if change not in measured)
    for change in shown(changed):
        lines.append(f"~ {change.after.id}")
        for name, (before, after) in change.fields.items():
            lines += [f"-   {name}: {_short(before)}", f"+   {name}: {_short(after)}"]
    lines += _more(len(changed) - len(shown(changed)))
    if measured:
        lines.append(f"~ {len(measured):,} segments in {' and '.join(_MEASURED)} only (--limit 0 shows all)")
    return lines


def _score_changes(old: list[dict[str, Any]] | None, new: list[dict[str, Any]] | None) -> list[str]:
    """Scores before and after; two whose signatures differ do not compare, and are shown with them."""
    before = {(score["name"], score["scope"]): score for score in old or []}
    after = {(score["name"], score["scope"]): score for score in new or []}
    lines = []
    for key in {**before, **after}:
        first, second = before.get(key), after.get(key)
        values = " -> ".join("(none)" if score is None else f"{score['value']:.2f}" for score in (first, second))
        signatures = dict.fromkeys(score["signature"] for score in (first, second) if score is not None)
        lines.append(f"score       {key[0]} on {key[1]}: {values}  {' -> '.join(signatures)}")
    return lines


def _more(count: int) -> list[str]:
    return [f"  ... and {count:,} more (--limit 0 shows all)"] if count > 0 else []


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "(none)"
    return "(none)" if value is None else " ".join(str(value).split())
