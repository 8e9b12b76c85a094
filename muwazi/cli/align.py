"""``muwazi align``: which sentence renders which, for a pair of files, a folder of pairs, or folders to match."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from muwazi.corpus.errors import InputError, InputNotFoundError, MuwaziError

if TYPE_CHECKING:
    from muwazi.cli.align_run import AlignOptions


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("align")(align)


def align(
    paths: list[Path] = typer.Argument(
        ...,
        metavar="SOURCE TARGET | FOLDER",
        help="Two files, or a folder of NAME.ar and NAME.en. With --match: folders.",
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="File to write; for a folder of pairs, the folder to write into. [default: stdout]"
    ),
    format: str | None = typer.Option(
        None, "--format", "-f", help="tsv, jsonl, tmx or vecalign. [default: by the suffix of -o, else tsv]"
    ),
    presplit: bool = typer.Option(
        False, "--presplit", help="Files have one sentence a line; take the lines as they are."
    ),
    source_lang: str = typer.Option("ar", "--source-lang", help="ISO 639 code of the first side."),
    target_lang: str = typer.Option("en", "--target-lang", help="ISO 639 code of the second side."),
    max_merge: int = typer.Option(10, "--max-merge", help="Most sentences in one bead, both sides together."),
    encoder: str = typer.Option("builtin", "--encoder", help="builtin, or a sentence-transformers model."),
    with_mt: str | None = typer.Option(
        None, "--with-mt", metavar="MODEL", help="Also compare the target with a translation of the source by MODEL."
    ),
    min_confidence: float | None = typer.Option(
        None, "--min-confidence", help="Leave out pairs less sure than this, 0 to 1."
    ),
    show: bool = typer.Option(False, "--show", help="Print the beads side by side, instead of a bead file on stdout."),
    html: Path | None = typer.Option(
        None, "--html", help="Also draw the alignment as a page; for a folder of pairs, a folder."
    ),
    force: bool = typer.Option(False, "--force", help="Align even what does not look like a translation."),
    match: bool = typer.Option(False, "--match", help="Find which document of one side translates which of the other."),
    min_match: float | None = typer.Option(None, "--min-match", help="With --match: least score. [default: 0.22]"),
    align_into: Path | None = typer.Option(
        None, "--align", metavar="DIR", help="With --match: also align the matches, into this folder."
    ),
    keep_all: bool = typer.Option(False, "--keep-all", help="Keep page furniture of articles."),
    check_language: bool = typer.Option(
        True, "--check-language/--no-check-language", help="Refuse a side that is in another language."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the summary (folders) or the matches as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar and no notes."),
) -> None:
    """Align sentences: beads of a pair of files, of a folder of pairs, or of documents matched by what they say.

    Exit code 3 where documents are no translations of each other.
    """
    from muwazi.cli.align_files import ReadOptions, check_languages
    from muwazi.cli.align_run import AlignOptions

    source_lang, target_lang = source_lang.lower(), target_lang.lower()
    check_languages(source_lang, target_lang, encoder)
    if max_merge < 2:
        raise InputError(f"--max-merge {max_merge}: a bead joins at least one sentence of each side, so 2 or more")
    for option, value in (("--min-confidence", min_confidence), ("--min-match", min_match)):
        if value is not None and not 0 <= value <= 1:
            raise InputError(f"{option} {value}: expected a number from 0 to 1")
    if output is not None and str(output) == "-":
        output = None
    folder = len(paths) == 1
    options = AlignOptions(
        source_lang=source_lang,
        target_lang=target_lang,
        encoder=encoder,
        max_merge=max_merge,
        min_confidence=min_confidence,
        with_mt=with_mt,
        force=force,
        format=_format(format, None if folder or match else output),
        read=ReadOptions(presplit=presplit, keep_all=keep_all, check_language=check_language),
    )
    if match:
        from muwazi.cli.align_match import MatchOptions, run_match

        if len(paths) > 2:
            raise InputError(f"--match takes one folder or two, got {len(paths)} paths")
        if show or html is not None:
            raise InputError("--show and --html draw one pair or a folder of pairs, not the matches of --match")
        matching = MatchOptions(min_match=min_match, align_into=align_into, as_json=as_json, quiet=quiet)
        run_match(paths, output, options, matching)
        return
    for option, given in (("--min-match", min_match is not None), ("--align", align_into is not None)):
        if given:
            raise InputError(f"{option} goes with --match")
    if folder:
        if show:
            raise InputError("--show draws one pair of files; for a folder use --html DIR")
        if output is None:
            raise InputError("a folder of pairs needs -o DIR, the folder that the bead files go into")
        _folder(paths[0], output, html, options, as_json, quiet)
    elif len(paths) == 2:
        if as_json:
            raise InputError("--json goes with a folder or --match; for beads as JSON use --format jsonl")
        _pair(paths[0], paths[1], output, html, options, show, quiet)
    else:
        raise InputError(f"expected two files, or one folder of pairs; got {len(paths)} paths")


def _format(name: str | None, output: Path | None) -> str:
    from muwazi.align.beads_io import FORMATS, SUFFIXES

    if name is None:
        return SUFFIXES.get(output.suffix.lower(), "tsv") if output is not None else "tsv"
    if name not in FORMATS:
        raise InputError(f"--format {name!r}: expected one of {', '.join(FORMATS)}")
    return name


def _pair(
    source: Path, target: Path, output: Path | None, html: Path | None, options: AlignOptions, show: bool, quiet: bool
) -> None:
    from muwazi.cli.align_run import PairAligner, describe
    from muwazi.cli.output import say
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.output import check_output, write_text

    for path in (source, target):
        if not path.exists():
            raise InputNotFoundError(f"{path}: no such file")
        if path.is_dir():
            raise InputError(f"{path}: is a folder; give two files, one folder of pairs, or two folders with --match")
    if output is not None and html is not None and output.absolute() == html.absolute():
        raise InputError(f"{output}: -o and --html name the same file")
    for written in (output, html):
        if written is not None:
            check_output(written, (source, target))
    pairs = PairAligner(options)
    progress = progress_bar(quiet)
    try:
        aligned = pairs.align(source, target, progress)
    finally:
        progress.finish()
    if output is not None:
        write_text(output, pairs.format(aligned), inputs=(source, target))
    if html is not None:
        write_text(html, [pairs.picture(aligned)], inputs=(source, target))
    if show:
        pairs.show(aligned)
    elif output is None:
        sys.stdout.writelines(pairs.format(aligned))
    for line in describe(aligned, options):
        say(line, quiet=quiet)


def _folder(folder: Path, output: Path, html: Path | None, options: AlignOptions, as_json: bool, quiet: bool) -> None:
    from muwazi.cli.align_files import find_pairs
    from muwazi.cli.output import say

    pairs, aside = find_pairs(folder, options.source_lang, options.target_lang)
    for path, reason in aside:
        say(f"note: {path.name} left aside: {reason}", quiet=quiet)
    code = align_all(pairs, output, html, options, as_json=as_json, quiet=quiet)
    if code:
        raise typer.Exit(code)


def align_all(
    pairs: dict[str, tuple[Path, Path]],
    output: Path,
    html: Path | None,
    options: AlignOptions,
    *,
    as_json: bool = False,
    quiet: bool = False,
    to_stdout: bool = True,
) -> int:
    """Align pairs of files into a folder, one file each, and print a summary.

    A pair that cannot be read or is not parallel is told on stderr, and the others go on.

    Returns the exit code: 2 where a pair could not be read, else 3 where one is not parallel, else 0.
    """
    from muwazi.cli.align_run import PairAligner
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.output import make_folder, write_text

    suffix = f".{options.format}"
    for path in (output, html):
        if path is not None:
            make_folder(path)
    aligner = PairAligner(options)
    progress = progress_bar(quiet)
    summaries: list[dict[str, Any]] = []
    code = 0
    progress.start("aligning", len(pairs), "pairs")
    try:
        for name, (source, target) in pairs.items():
            try:
                aligned = aligner.align(source, target)
                write_text(output / f"{name}{suffix}", aligner.format(aligned), inputs=(source, target))
                if html is not None:
                    write_text(html / f"{name}.html", [aligner.picture(aligned)], inputs=(source, target))
                summaries.append({"name": name, "status": "aligned", **aligned.summary()})
            except MuwaziError as error:
                reason = " ".join(str(error).split())
                print(f"muwazi: {reason}", file=sys.stderr)
                status = "not parallel" if error.exit_code == 3 else "error"
                code = 2 if error.exit_code != 3 or code == 2 else 3
                summaries.append({"name": name, "status": status, "reason": reason})
            progress.advance()
    finally:
        progress.finish()
    if as_json:
        text = json.dumps({"output": str(output), "documents": summaries}, ensure_ascii=False, indent=2) + "\n"
    else:
        text = _table(summaries)
    (sys.stdout if to_stdout else sys.stderr).write(text)
    return code


def _table(summaries: list[dict[str, Any]]) -> str:
    width = max(len("document"), *(len(summary["name"]) for summary in summaries))
    lines = [
        f"{'document':<{width}}  source  target   beads     1-1   other  no partner  flagged  left out  confidence"
    ]
    totals = [0] * 8
    done = [summary for summary in summaries if summary["status"] == "aligned"]
    for summary in summaries:
        if summary["status"] != "aligned":
            lines.append(f"{summary['name']:<{width}}  {summary['status']}")
            continue
        kinds = summary["kinds"]
        nulls = sum(count for kind, count in kinds.items() if kind.startswith("0-") or kind.endswith("-0"))
        ones = kinds.get("1-1", 0)
        figures = [summary["source_sentences"], summary["target_sentences"], summary["beads"], ones]
        figures += [summary["beads"] - ones - nulls, nulls, summary["flagged"], summary["left_out"]]
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        confidence = summary["mean_confidence"]
        lines.append(f"{summary['name']:<{width}}{_figures(figures)}" + (f"{confidence:>12.2f}" if confidence else ""))
    lines.append(f"{'total':<{width}}{_figures(totals)}")
    lines.append(f"{len(done)} of {len(summaries)} pairs aligned")
    return "\n".join(lines) + "\n"


def _figures(figures: list[int]) -> str:
    return "".join(f"{figure:>{w}}" for figure, w in zip(figures, (8, 8, 8, 8, 8, 12, 9, 10), strict=True))
