"""Files to articles and documents: decode, extract, check, clean."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading import language as language_check
from muwazi.corpus.reading import mojibake
from muwazi.corpus.reading.blocks import Block, Extracted
from muwazi.corpus.reading.encoding import decode
from muwazi.corpus.reading.files import ARTICLE_SUFFIXES, DocumentFiles, name_and_language
from muwazi.corpus.reading.limits import MAX_PAIRS_BYTES, check_length, check_lines, read_bytes
from muwazi.corpus.types import Article, Document, Removed, SegmentPair, Source


def load(files: DocumentFiles, *, keep_all: bool = False, check_language: bool = True) -> Document:
    """Read all sides of one document.

    Args:
        files: From :func:`~muwazi.corpus.reading.discover`.
        keep_all: Keep page furniture.
        check_language: Refuse a side that is in another language than its name says.

    Raises:
        InputError: a file cannot be used; for a pair the message says which side.
    """
    if files.pairs is not None:
        return load_pairs(
            files.pairs,
            document_id=files.id,
            source_lang=files.source_lang,
            target_lang=files.target_lang,
            check_language=check_language,
        )
    if files.source is None:
        raise InputError(f"{files.id}: has no article and no pairs")
    source = read_article(
        files.source, files.source_lang, article_id=files.id, keep_all=keep_all, check_language=check_language
    )
    reference = None
    if files.reference is not None:
        try:
            reference = read_article(
                files.reference,
                files.target_lang,
                article_id=files.id,
                keep_all=keep_all,
                check_language=check_language,
            )
        except InputError as error:
            raise InputError(f"{error} (the {files.source_lang} side of {files.id} is readable)") from None
    return Document(files.id, source, reference, origin=source.source)


def read_article(
    path: Path,
    language: str,
    *,
    article_id: str | None = None,
    keep_all: bool = False,
    check_language: bool = True,
) -> Article:
    """Read one file as an article: decode, extract its blocks, check its language, remove page furniture.

    Args:
        path: A text, Markdown, HTML or DOCX file; any other suffix is read as plain text.
        language: ISO 639-1 code that the text should be in.
        article_id: Default: the name of the file without language and suffix.
        keep_all: Keep page furniture.
        check_language: Refuse text in another language.

    Raises:
        InputNotFoundError: no such file.
        InputError: empty, binary, too large, broken, in another language, or nothing but furniture.
    """
    path = Path(path)
    data = read_bytes(path)
    suffix = path.suffix.lower() if path.suffix.lower() in ARTICLE_SUFFIXES else ".txt"
    source = Source(str(path), hashlib.sha256(data).hexdigest())
    name = article_id if article_id is not None else name_and_language(path)[0]
    return article_from_bytes(data, suffix, language, name, source, keep_all=keep_all, check_language=check_language)


def article_from_bytes(
    data: bytes,
    suffix: str,
    language: str,
    article_id: str,
    source: Source,
    *,
    keep_all: bool = False,
    check_language: bool = True,
) -> Article:
    """What :func:`read_article` does with the bytes of a file; ``suffix`` (``.txt``, ``.html``, ...) says the format.

    Raises:
        InputError: as :func:`read_article`.
    """
    from muwazi.corpus.cleaning import clean

    where = source.uri
    extracted, notes = _extract(data, suffix, where, keep_all)
    for block in extracted.blocks:
        check_length(block.text, where, f"block {block.line}")
    text = "\n".join(block.text for block in extracted.blocks)
    if not any(character.isalnum() for character in text):
        raise InputError(f"{where}: holds no text")
    if check_language:
        language_check.check(text, language, where)
    cleaned = clean(extracted.blocks, language, keep_all=keep_all)
    if not cleaned.blocks:
        raise InputError(f"{where}: nothing but page furniture; keep it with --keep-all")
    title = _title(extracted, [block.text for block in cleaned.blocks])
    if extracted.date:
        source = Source(source.uri, source.sha256, source.licence, extracted.date)
    paragraphs = tuple(block.text for block in cleaned.blocks)
    return Article(
        article_id,
        language,
        title,
        paragraphs,
        source,
        tuple(sorted((*_with_reasons(extracted.removed, language), *cleaned.removed), key=lambda piece: piece.line)),
        (*notes, *extracted.notes, *cleaned.notes),
    )


def _with_reasons(removed: tuple[Removed, ...], language: str) -> tuple[Removed, ...]:
    """Give what extraction left out the reason that the rules know for it."""
    from muwazi.corpus.cleaning import clean

    blocks = [Block(piece.text.replace("\n", " "), piece.line) for piece in removed]
    known = {(piece.line, piece.text): piece.reason for piece in clean(blocks, language).removed}
    return tuple(
        replace(piece, reason=known.get((piece.line, block.text), piece.reason))
        for piece, block in zip(removed, blocks, strict=True)
    )


def _title(extracted: Extracted, paragraphs: list[str]) -> str:
    if extracted.title and extracted.title in {line for text in paragraphs for line in text.split("\n")}:
        return extracted.title
    first = paragraphs[0].split("\n")[0]
    return first if extracted.title and len(first) <= 160 else ""


def _extract(data: bytes, suffix: str, where: str, keep_all: bool) -> tuple[Extracted, tuple[str, ...]]:
    """Blocks of a file, and what decoding noticed."""
    if suffix == ".docx":
        from muwazi.corpus.reading import docx

        return docx.extract(data, where), ()
    if suffix in (".html", ".htm", ".xhtml"):
        from muwazi.corpus.reading import html

        decoded = decode(data, where, declared=html.declared_encoding(data))
        text, notes = _repaired(decoded.text, decoded.notes)
        return html.extract(text, where, keep_all=keep_all), notes
    decoded = decode(data, where)
    text, notes = _repaired(decoded.text, decoded.notes)
    check_lines(text, where)
    if suffix in (".md", ".markdown"):
        from muwazi.corpus.reading import markdown

        return markdown.extract(text), notes
    from muwazi.corpus.reading import plain

    return plain.extract(text), notes


def _repaired(text: str, notes: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    text, lines = mojibake.repair(text)
    return text, (*notes, f"lines repaired from mojibake: {lines}") if lines else notes


def load_pairs(
    path: Path,
    *,
    document_id: str | None = None,
    source_lang: str = "ar",
    target_lang: str = "en",
    check_language: bool = True,
) -> Document:
    """Read a file of paired segments (TSV, CSV, JSONL, TMX, XLIFF) as one document.

    Raises:
        InputError: the file cannot be read, is malformed (the message gives the line), or holds no pair.
    """
    from muwazi.corpus.reading import pairs

    path = Path(path)
    name = document_id if document_id is not None else path.stem
    data = read_bytes(path, MAX_PAIRS_BYTES)
    source = Source(str(path), hashlib.sha256(data).hexdigest())
    read = pairs.read(data, path.suffix.lower(), str(path), name, source_lang, target_lang)
    if not read.segments:
        raise InputError(f"{path}: holds no segment with {language_check.NAMES.get(source_lang, source_lang)} text")
    if check_language:
        _check_pairs(read.segments, source_lang, target_lang, str(path))
    return Document(name, segments=read.segments, origin=source, notes=read.notes)


def _check_pairs(segments: tuple[SegmentPair, ...], source_lang: str, target_lang: str, where: str) -> None:
    # A sample from all over the file: corpora are often sorted by length, with numbers and names first.
    step = max(1, len(segments) // 500)
    sample = segments[::step]
    language_check.check("\n".join(segment.ar for segment in sample), source_lang, f"{where} (source side)")
    target = "\n".join(segment.en for segment in sample if segment.en)
    if target:
        language_check.check(target, target_lang, f"{where} (target side)")
