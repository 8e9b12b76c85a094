"""``muwazi split``: articles to sentences, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from muwazi.corpus.progress import Progress
    from muwazi.corpus.types import Article, Document


class Side(StrEnum):
    """Which side of a document."""

    source = "source"
    reference = "reference"
    both = "both"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("split")(split)


def split(
    inputs: list[str] = typer.Argument(
        ..., metavar="FILE|FOLDER|-", help="Articles (.txt .md .html .docx), folders of them, or - for text on stdin."
    ),
    source_lang: str | None = typer.Option(
        None,
        "--source-lang",
        help="Language of the articles. Default: the one in the file name (NAME.en.txt), else ar.",
    ),
    target_lang: str = typer.Option("en", "--target-lang", help="Language of the references in a folder."),
    side: Side = typer.Option(Side.source, "--side", help="In folders: the articles, their references, or both."),
    jsonl: bool = typer.Option(False, "--jsonl", help="One JSON object for each sentence: article, index, paragraph."),
    removed: bool = typer.Option(False, "--removed", help="Print what cleaning took out and why, not the sentences."),
    keep_all: bool = typer.Option(False, "--keep-all", help="Keep page furniture."),
    check_language: bool = typer.Option(
        True, "--check-language/--no-check-language", help="Refuse text in another language than expected."
    ),
    output: Path | None = typer.Option(
        None, "--output", "-o", metavar="FOLDER", help="Write one file for each article, NAME.LANG, instead of stdout."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress, no notes."),
) -> None:
    """Clean articles and split them into sentences, one a line.

    Lines first, then the marks that end a sentence. What cleaning took out (bylines, related links, share bars, ...) is
    listed with --removed and kept with --keep-all. Nothing is printed before all inputs have been read.
    """
    from muwazi.cli.progress import progress_bar
    from muwazi.corpus.errors import InputError

    if output is not None and removed:
        raise InputError("--output and --removed: choose one")
    documents = list(_documents(inputs, source_lang, target_lang, keep_all, check_language, quiet, progress_bar(quiet)))
    if removed:
        _print(_removed_lines(_articles(documents, side), jsonl))
        return
    results = [(name, language, list(rows)) for name, language, rows in _sentences(documents, side, target_lang)]
    if output is None:
        _print(line for name, language, rows in results for line in _lines(name, language, rows, jsonl))
        return
    names = [f"{name}.{language}{'.jsonl' if jsonl else ''}" for name, language, _ in results]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two inputs would both be written to {output / double}; give them one at a time")
    for file_name, (name, language, rows) in zip(names, results, strict=True):
        _write(output / file_name, _lines(name, language, rows, jsonl))


Row = tuple[int, int, str]
"""Index, paragraph, text."""


def _documents(
    inputs: Sequence[str],
    source_lang: str | None,
    target_lang: str,
    keep_all: bool,
    check_language: bool,
    quiet: bool,
    progress: Progress,
) -> Iterator[Document]:
    from muwazi.corpus.reading import DocumentFiles, discover, load
    from muwazi.corpus.reading.files import ARTICLE_SUFFIXES, name_and_language

    found: list[DocumentFiles | None] = []
    for argument in inputs:
        path = Path(argument)
        if argument == "-":
            found.append(None)
            continue
        if path.is_dir():
            listing = discover(path, source_lang=source_lang or "ar", target_lang=target_lang)
            _note(listing.notes, quiet)
            found.extend(listing)
        elif path.suffix.lower() in ARTICLE_SUFFIXES or not path.suffix:
            name, language = name_and_language(path)
            found.append(
                DocumentFiles(name, path, source_lang=source_lang or language or "ar", target_lang=target_lang)
            )
        else:
            found.extend(discover(path, source_lang=source_lang or "ar", target_lang=target_lang))
    progress.start("reading", len(found), "articles")
    try:
        for files in found:
            document = (
                _stdin(source_lang or "ar", keep_all, check_language)
                if files is None
                else load(files, keep_all=keep_all, check_language=check_language)
            )
            for article in (document.source, document.reference):
                if article is not None:
                    _note([f"{article.source.uri}: {note}" for note in article.notes], quiet)
            _note([f"{document.id}: {note}" for note in document.notes], quiet)
            yield document
            progress.advance()
    finally:
        progress.finish()


def _stdin(language: str, keep_all: bool, check_language: bool) -> Document:
    import hashlib

    from muwazi.corpus.errors import InputError
    from muwazi.corpus.reading.documents import article_from_bytes
    from muwazi.corpus.reading.limits import MAX_ARTICLE_BYTES
    from muwazi.corpus.types import Document, Source

    data = sys.stdin.buffer.read(MAX_ARTICLE_BYTES + 1)
    if not data:
        raise InputError("standard input: is empty")
    if len(data) > MAX_ARTICLE_BYTES:
        raise InputError(f"standard input: is larger than {MAX_ARTICLE_BYTES // 1048576} MiB; split it into articles")
    source = Source("standard input", hashlib.sha256(data).hexdigest())
    article = article_from_bytes(
        data, ".txt", language, "stdin", source, keep_all=keep_all, check_language=check_language
    )
    return Document("stdin", article)


def _note(notes: Sequence[str], quiet: bool) -> None:
    if not quiet:
        for note in notes:
            print(f"muwazi: note: {note}", file=sys.stderr)


def _articles(documents: Sequence[Document], side: Side) -> Iterator[Article]:
    for document in documents:
        if document.source is not None and side is not Side.reference:
            yield document.source
        if document.reference is not None and side is not Side.source:
            yield document.reference


def _sentences(documents: Sequence[Document], side: Side, target_lang: str) -> Iterator[tuple[str, str, Iterator[Row]]]:
    from muwazi.corpus.splitting import split_article

    for document in documents:
        for article in _articles([document], side):
            rows = ((sentence.index, sentence.paragraph, sentence.text) for sentence in split_article(article))
            yield article.id, article.language, rows
        if document.segments and side is not Side.reference:
            yield document.id, "ar", ((i, i, segment.ar) for i, segment in enumerate(document.segments))
        if document.segments and side is not Side.source:
            yield document.id, target_lang, ((i, i, segment.en or "") for i, segment in enumerate(document.segments))


def _lines(name: str, language: str, rows: Sequence[Row], jsonl: bool) -> Iterator[str]:
    for index, paragraph, text in rows:
        if jsonl:
            record = {"article": name, "language": language, "index": index, "paragraph": paragraph, "text": text}
            yield json.dumps(record, ensure_ascii=False)
        else:
            yield text


def _removed_lines(articles: Iterator[Article], jsonl: bool) -> Iterator[str]:
    for article in articles:
        for piece in article.removed:
            text = " ".join(piece.text.split())
            if jsonl:
                record = {"article": article.id, "language": article.language, "line": piece.line}
                yield json.dumps({**record, "reason": piece.reason, "text": text}, ensure_ascii=False)
            else:
                yield f"{article.id}\t{article.language}\t{piece.line}\t{piece.reason}\t{text}"


def _print(lines: Iterator[str]) -> None:
    stream = sys.stdout.buffer
    for line in lines:
        stream.write(line.encode("utf-8") + b"\n")
    stream.flush()


def _write(path: Path, lines: Iterator[str]) -> None:
    """Write a file as a whole or not at all, and the folder that it goes into."""
    from muwazi.corpus.errors import InputError
    from muwazi.corpus.output import write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    write_text(path, (f"{line}\n" for line in lines))
