"""Rows into a file of an interchange format, all of it or nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from muwazi.corpus.errors import InputError
from muwazi.corpus.formats.segments import TARGETS, ExportReport, segments
from muwazi.corpus.output import replacing, write_text, writing
from muwazi.corpus.store.rows import Row

FORMATS = ("tsv", "jsonl", "moses", "tmx", "xliff", "xliff2")


def export(
    rows: Iterable[Row],
    format: str,
    output: str | Path | None = None,
    *,
    target: str = "best",
) -> ExportReport:
    """Write rows in an interchange format; streams, and replaces ``output`` in one step when all is written.

    ``jsonl`` holds every column of every row. The other formats hold pairs: ``target`` says which column is the
    English. TSV, Moses and TMX leave rows without a target out; XLIFF keeps them, as segments to translate. What is
    left out or changed is counted in the report.

    Args:
        rows: of a version, or any others.
        format: one of :data:`FORMATS`.
        output: a file; for ``moses`` the prefix of ``PREFIX.ar`` and ``PREFIX.en``; None writes to standard output.
        target: ``best``, ``reference``, ``mt`` or ``post-edit``.

    Raises:
        InputError: an unknown format or target, or an output that cannot be written; nothing is left behind then.
    """
    if format not in FORMATS:
        raise InputError(f"{format!r} is no format: choose {', '.join(FORMATS)}")
    if target not in TARGETS:
        raise InputError(f"{target!r} is no target: choose {', '.join(TARGETS)}")
    report = ExportReport()
    if format == "moses":
        if output is None:
            raise InputError("moses writes two files: name their common prefix with -o PREFIX")
        _export_moses(rows, Path(output), target, report)
        return report
    lines = _lines(rows, format, target, report)
    if output is None:
        for line in lines:
            sys.stdout.write(line)
    else:
        write_text(Path(output), lines)
        report.files.append(str(output))
    return report


def _lines(rows: Iterable[Row], format: str, target: str, report: ExportReport) -> Iterator[str]:
    from muwazi.corpus.formats import plain, tmx, xliff

    if format == "jsonl":
        return plain.jsonl(rows, report)
    items = segments(rows, target, need_target=format in ("tsv", "tmx"), report=report)
    if format == "tsv":
        return plain.tsv(items, report)
    if format == "tmx":
        return tmx.tmx(items, report, tool_version=_version())
    if format == "xliff":
        return xliff.xliff_1(items, report, tool_version=_version())
    return xliff.xliff_2(items, report)


def _export_moses(rows: Iterable[Row], prefix: Path, target: str, report: ExportReport) -> None:
    from muwazi.corpus.formats.plain import moses

    paths = [Path(f"{prefix}.ar"), Path(f"{prefix}.en")]
    items = segments(rows, target, need_target=True, report=report)
    with replacing(paths) as (arabic, english):
        for left, right in moses(items, report):
            with writing(prefix):
                arabic.write(left)
                english.write(right)
    report.files += [str(path) for path in paths]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("muwazi")
    except PackageNotFoundError:
        return "0"
