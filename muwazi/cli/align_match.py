"""``muwazi align --match``: find which document of one side translates which of the other."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from muwazi.cli.align_files import Sentences, find_sides, name_and_language, read_sentences
from muwazi.cli.align_run import AlignOptions
from muwazi.corpus.errors import InputError, MuwaziError
from muwazi.corpus.progress import Progress

if TYPE_CHECKING:
    from muwazi.align.matching import Matching, Unmatched

COLUMNS = ("status", "source", "target", "score", "margin", "similarity")


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """What the user asked of matching."""

    min_match: float | None = None
    align_into: Path | None = None
    as_json: bool = False
    quiet: bool = False


def run_match(paths: Sequence[Path], output: Path | None, options: AlignOptions, matching: MatchOptions) -> None:
    """Match, report, and align the matches where that was asked for.

    Raises:
        InputError: a folder is missing or holds nothing to match.
        typer.Exit: with code 2 where a file could not be read (the others were matched), or as aligning the matches
        says.
    """
    from muwazi.align.encoder import load_encoder
    from muwazi.align.matching import MIN_MATCH, match_documents
    from muwazi.cli.output import say
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.output import check_output, write_text

    files = find_sides(paths, options.source_lang, options.target_lang)
    if output is not None:
        check_output(output, [*files[0], *files[1]])
    progress = progress_bar(matching.quiet)
    try:
        code, sides = _read(files, options, progress)
        result = match_documents(
            [document.texts for document in sides[0]],
            [document.texts for document in sides[1]],
            load_encoder(options.encoder),
            min_match=MIN_MATCH if matching.min_match is None else matching.min_match,
            progress=progress,
        )
    finally:
        progress.finish()
    source, target = ([document.path for document in side] for side in sides)
    if matching.as_json or (output is not None and output.suffix.lower() == ".json"):
        text = json.dumps(_as_dict(result, source, target), ensure_ascii=False, indent=2) + "\n"
    else:
        text = _as_tsv(result, source, target)
    if output is not None:
        write_text(output, [text], inputs=[*files[0], *files[1]])
    else:
        sys.stdout.write(text)
    say(
        f"note: {len(result.matches)} matched, {len(result.unmatched_source)} of {len(source)} source and "
        f"{len(result.unmatched_target)} of {len(target)} target documents left unmatched",
        quiet=matching.quiet,
    )
    if matching.align_into is not None and result.matches:
        from muwazi.cli.align import align_all

        pairs = {_name(source[m.source], source): (source[m.source], target[m.target]) for m in result.matches}
        # The matches have stdout already.
        aligned = align_all(pairs, matching.align_into, None, options, quiet=matching.quiet, to_stdout=False)
        code = code or aligned
    if code:
        raise typer.Exit(code)


def _read(
    files: tuple[list[Path], list[Path]], options: AlignOptions, progress: Progress
) -> tuple[int, tuple[list[Sentences], list[Sentences]]]:
    """Read both sides; what cannot be read is told and left out, and makes the first result 2."""
    code = 0
    sides: tuple[list[Sentences], list[Sentences]] = ([], [])
    progress.start("reading", sum(map(len, files)), "articles")
    for paths, language, side in zip(files, (options.source_lang, options.target_lang), sides, strict=True):
        for path in paths:
            try:
                side.append(read_sentences(path, language, options.read))
            except MuwaziError as error:
                print(f"muwazi: {' '.join(str(error).split())}", file=sys.stderr)
                code = 2
            progress.advance()
        if not side:
            raise InputError(f"{paths[0].parent}: none of its {len(paths)} {language} files could be read")
    progress.finish()
    return code, sides


def _name(path: Path, paths: Sequence[Path]) -> str:
    """Name of the bead file: that of the source file without language, or with it where two would be the same."""
    name = name_and_language(path)[0]
    same = sum(name_and_language(other)[0] == name for other in paths)
    return name if same == 1 else path.name


def _as_dict(result: Matching, source: Sequence[Path], target: Sequence[Path]) -> dict[str, Any]:
    def rest(unmatched: Sequence[Unmatched], own: Sequence[Path], others: Sequence[Path]) -> list[dict[str, Any]]:
        return [
            {
                "path": str(own[item.index]),
                "nearest": None if item.best is None else str(others[item.best]),
                "score": round(item.score, 4),
            }
            for item in unmatched
        ]

    return {
        "matches": [
            {
                "source": str(source[match.source]),
                "target": str(target[match.target]),
                "score": round(match.score, 4),
                "margin": round(match.margin, 4),
                "similarity": round(match.similarity, 4),
            }
            for match in result.matches
        ],
        "unmatched_source": rest(result.unmatched_source, source, target),
        "unmatched_target": rest(result.unmatched_target, target, source),
    }


def _as_tsv(result: Matching, source: Sequence[Path], target: Sequence[Path]) -> str:
    text = io.StringIO()
    text.write("\t".join(COLUMNS) + "\n")
    for match in result.matches:
        figures = f"{match.score:.4f}\t{match.margin:.4f}\t{match.similarity:.4f}"
        text.write(f"matched\t{_cell(source[match.source])}\t{_cell(target[match.target])}\t{figures}\n")
    for item in result.unmatched_source:
        text.write(f"unmatched\t{_cell(source[item.index])}\t\t{item.score:.4f}\t\t\n")
    for item in result.unmatched_target:
        text.write(f"unmatched\t\t{_cell(target[item.index])}\t{item.score:.4f}\t\t\n")
    return text.getvalue()


def _cell(path: Path) -> str:
    # A tab or line feed in a file name would break the table.
    return str(path).replace("\t", "\\t").replace("\n", "\\n")
