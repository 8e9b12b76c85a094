"""``muwazi eval align``: strict and lax precision, recall and F1 of an alignment against gold beads."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from muwazi.corpus.errors import InputError, InputNotFoundError

if TYPE_CHECKING:
    from muwazi.eval.alignment import AlignmentScores, DocumentScores, Scores

# How many notes on one file are printed; --json has all of them.
SHOWN_NOTES = 8


def register(app: typer.Typer) -> None:
    """Add the command to ``app``, the sub-app of ``muwazi eval``."""
    app.command("align")(eval_align)


def eval_align(
    gold: Path = typer.Argument(..., metavar="GOLD", help="Gold beads: a file, or a folder of NAME.gold files."),
    hypothesis: Path = typer.Argument(
        ...,
        metavar="HYP",
        help="Beads to score (TSV, JSON Lines or Vecalign lines): a file, or a folder with NAME.tsv, NAME.jsonl,"
        " NAME.vecalign or NAME.gold.",
    ),
    allow_beyond_gold: bool = typer.Option(
        False,
        "--allow-beyond-gold",
        help="Score beads with indices greater than any in the gold, instead of refusing them.",
    ),
    as_json: bool = typer.Option(False, "--json", help="Print all figures and notes as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No notes on odd files."),
) -> None:
    """Score beads against gold beads: strict and lax precision, recall and F1, as Vecalign's scorer computes them."""
    from muwazi.eval.alignment import score_documents

    pairs, extra = find_pairs(gold, hypothesis)
    documents = [_score(name, *paths, allow_beyond_gold) for name, paths in pairs.items()]
    scores = score_documents(documents)
    if as_json:
        json.dump(as_dict(scores, extra), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return
    sys.stdout.write(render(scores))
    if not quiet:
        for document in documents:
            _print_notes(f"{document.name}: gold", document.odd_gold)
            _print_notes(f"{document.name}: hypothesis", document.odd_hypothesis)
        for name in extra:
            print(f"note: {name} has no gold and is not scored", file=sys.stderr)


def find_pairs(gold: Path, hypothesis: Path) -> tuple[dict[str, tuple[Path, Path]], list[str]]:
    """Pair gold and hypothesis files by name.

    Returns the pairs by document name, and the hypothesis files without gold.

    Raises:
        InputError: a path is missing, one is a file and the other a folder, the gold folder has no ``.gold`` file, or a
        document
            has no hypothesis or several.
    """
    for path in (gold, hypothesis):
        if not path.exists():
            raise InputNotFoundError(f"{path}: no such file or folder")
    if gold.is_dir() != hypothesis.is_dir():
        raise InputError(f"{gold} and {hypothesis}: give two files or two folders")
    if not gold.is_dir():
        return {gold.name.removesuffix(".gold"): (gold, hypothesis)}, []
    golds = {path.name.removesuffix(".gold"): path for path in sorted(gold.glob("*.gold")) if path.is_file()}
    if not golds:
        raise InputError(f"{gold}: no NAME.gold files in this folder")
    found: dict[str, list[Path]] = {}
    for path in sorted(hypothesis.iterdir()):
        if path.is_file() and path.suffix in (".tsv", ".jsonl", ".vecalign", ".gold"):
            found.setdefault(path.name.removesuffix(path.suffix), []).append(path)
    missing = [name for name in golds if name not in found]
    if missing:
        names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise InputError(
            f"{hypothesis}: no hypothesis for {len(missing)} of {len(golds)} gold documents ({names});"
            " expected NAME.tsv, NAME.jsonl or NAME.vecalign"
        )
    for name in golds:
        if len(found[name]) > 1:
            files = ", ".join(path.name for path in found[name])
            raise InputError(f"{hypothesis}: several hypotheses for {name} ({files}); leave one")
    extra = [path.name for name, paths in found.items() if name not in golds for path in paths]
    return {name: (path, found[name][0]) for name, path in golds.items()}, extra


def _score(name: str, gold_path: Path, hypothesis_path: Path, allow_beyond: bool) -> DocumentScores:
    from muwazi.align.beads_io import parse_beads
    from muwazi.eval.alignment import beyond, oddities, score_document

    gold, hypothesis = parse_beads(gold_path), parse_beads(hypothesis_path)
    odd = list(oddities(hypothesis.beads, hypothesis.lines))
    outside = beyond(gold.beads, hypothesis.beads)
    if outside:
        position, side, index, greatest = outside
        message = f"{side} index {index} is out of range, the greatest in {gold_path} is {greatest}"
        if not allow_beyond:
            raise InputError(
                f"{hypothesis_path}:{hypothesis.lines[position]}: {message};"
                " if the gold just stops early, add --allow-beyond-gold"
            )
        odd.append(message)
    return score_document(
        gold.beads, hypothesis.beads, name=name, odd_gold=oddities(gold.beads, gold.lines), odd_hypothesis=odd
    )


def as_dict(scores: AlignmentScores, unscored: list[str]) -> dict[str, Any]:
    """All figures and notes, for JSON."""
    return {
        "signature": scores.signature,
        "total": scores.total.as_dict(),
        "kinds": _kinds_dict(scores.by_kind),
        "documents": [
            {
                "name": document.name,
                **document.total.as_dict(),
                "kinds": _kinds_dict(document.by_kind),
                "odd_gold": list(document.odd_gold),
                "odd_hypothesis": list(document.odd_hypothesis),
            }
            for document in scores.documents
        ],
        "without_gold": unscored,
    }


def _kinds_dict(kinds: Mapping[str, Scores]) -> dict[str, Any]:
    return {kind: scores.as_dict() for kind, scores in kinds.items()}


def render(scores: AlignmentScores) -> str:
    """The figures as a text table: documents, total, kinds of beads."""
    names = [document.name for document in scores.documents]
    width = max(len("document"), *(len(name) for name in names)) if names else len("document")
    head = "  gold  pred   P strict R strict F1 strict     P lax    R lax   F1 lax"
    lines = [f"{'document':<{width}}{head}"]
    if len(names) > 1:
        lines += [f"{document.name:<{width}}{_figures(document.total)}" for document in scores.documents]
    label = "total" if len(names) > 1 else names[0]
    lines += [f"{label:<{width}}{_figures(scores.total)}", "", f"{'bead':<{width}}{head}"]
    for kind, kind_scores in scores.by_kind.items():
        lines.append(f"{kind:<{width}}{_figures(kind_scores)}")
    return "\n".join([*lines, "", scores.signature]) + "\n"


def _figures(scores: Scores) -> str:
    strict, lax = scores.strict, scores.lax
    columns = [f"{strict.gold:>6}{strict.predicted:>6}"]
    for part in (strict, lax):
        # A quotient of nothing is 0 in the sums, as in Vecalign's scorer, but a dash says more to a reader.
        precision = f"{part.precision:.3f}" if part.predicted else "-"
        recall = f"{part.recall:.3f}" if part.gold else "-"
        f1 = f"{part.f1:.3f}" if part.predicted and part.gold else "-"
        columns.append(
            f" {precision:>9}{recall:>9}{f1:>10}" if part is strict else f"{precision:>10}{recall:>9}{f1:>9}"
        )
    return "".join(columns)


def _print_notes(where: str, notes: tuple[str, ...]) -> None:
    for note in notes[:SHOWN_NOTES]:
        print(f"note: {where}: {note}", file=sys.stderr)
    if len(notes) > SHOWN_NOTES:
        print(f"note: {where}: {len(notes) - SHOWN_NOTES} more; --json lists all", file=sys.stderr)
