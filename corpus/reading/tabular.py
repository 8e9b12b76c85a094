"""TSV, CSV and JSON Lines as sources of pairs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading.encoding import decode
from muwazi.corpus.reading.language import SCRIPT_OF, share_of_script
from muwazi.corpus.reading.limits import check_lines
from muwazi.corpus.reading.pairs import Notes, RawPair

_SOURCE_NAMES = ("source", "src", "source_text", "original")
_TARGET_NAMES = ("target", "tgt", "trg", "reference", "ref", "target_text", "translation")
_ARTICLE_NAMES = ("article_id", "article", "document", "document_id", "doc", "docid", "doc_id")
_ID_NAMES = ("id", "segment_id", "sid", "key")
_LANGUAGE_NAMES = {"ar": ("arabic",), "en": ("english",)}


def read_table(
    data: bytes, suffix: str, where: str, source_lang: str, target_lang: str, notes: Notes
) -> Iterator[RawPair]:
    """Rows of a TSV (no quoting, as corpora write it) or CSV (RFC 4180) file.

    A first row of known names is a header; without one the first column is the source, the second the target, and the
    two are exchanged, with a note, where their scripts say so.

    Raises:
        InputError: a row with another number of columns, or broken quoting; with its line.
    """
    decoded = decode(data, where)
    notes.lines.extend(decoded.notes)
    check_lines(decoded.text, where)
    rows = list(_rows(decoded.text, suffix, where))
    if not rows:
        return
    header = _header(rows[0][1], source_lang, target_lang)
    body = rows[1:] if header else rows
    width = len(rows[0][1])
    if header:
        source, target, article, identity = header
    else:
        source, target, article, identity = 0, 1 if width > 1 else None, None, None
        if width > 2:
            raise InputError(
                f"{where}: line {rows[0][0]} has {width} columns and no header; name the columns in the first line "
                f"({source_lang}, {target_lang}, id, article_id)"
            )
        if target is not None and _exchanged([row for _, row in body], source_lang, target_lang):
            source, target = 1, 0
            notes.lines.append(f"the columns are {target_lang}, {source_lang}: exchanged")
    for line, row in body:
        if len(row) != width:
            raise InputError(f"{where}: line {line} has {len(row)} columns where the first has {width}")
        yield RawPair(
            row[source],
            None if target is None else row[target],
            line,
            row[identity].strip() or None if identity is not None else None,
            row[article].strip() or None if article is not None else None,
        )


def _rows(text: str, suffix: str, where: str) -> Iterator[tuple[int, list[str]]]:
    if suffix == ".tsv":
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield number, line.split("\t")
        return
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        raise InputError(f"{where}: line {before + 1}: {error}; quote cells as RFC 4180 says") from None


def _header(
    row: Sequence[str], source_lang: str, target_lang: str
) -> tuple[int, int | None, int | None, int | None] | None:
    names = [cell.strip().strip('"').lower() for cell in row]

    def find(candidates: Sequence[str]) -> int | None:
        return next((names.index(name) for name in candidates if name in names), None)

    source = find((source_lang, *_LANGUAGE_NAMES.get(source_lang, ()), *_SOURCE_NAMES))
    if source is None:
        return None
    target = find((target_lang, *_LANGUAGE_NAMES.get(target_lang, ()), *_TARGET_NAMES))
    return source, target, find(_ARTICLE_NAMES), find(_ID_NAMES)


def _exchanged(rows: Sequence[Sequence[str]], source_lang: str, target_lang: str) -> bool:
    scripts = SCRIPT_OF.get(source_lang), SCRIPT_OF.get(target_lang)
    if None in scripts or scripts[0] == scripts[1]:
        return False
    sample = [row for row in rows[:: max(1, len(rows) // 500)] if len(row) == 2]
    first, second = "\n".join(row[0] for row in sample), "\n".join(row[1] for row in sample)
    return share_of_script(first, target_lang) > 0.5 and share_of_script(second, source_lang) > 0.5


def read_json_lines(data: bytes, where: str, source_lang: str, target_lang: str, notes: Notes) -> Iterator[RawPair]:
    """Objects of a JSON Lines file: ``{"ar": ..., "en": ...}``, optionally ``id`` and ``article_id``.

    Also taken: ``source``/``target`` and the like, and ``{"translation": {"ar": ..., "en": ...}}`` as Hugging Face
    datasets write it.

    Raises:
        InputError: a line is no JSON object, has no source, or has a value that is no text; with its line.
    """
    decoded = decode(data, where)
    notes.lines.extend(decoded.notes)
    for number, line in enumerate(decoded.text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError(f"{where}: line {number} is no JSON: {error}") from None
        if not isinstance(record, dict):
            raise InputError(f"{where}: line {number} is no JSON object")
        nested = record.get("translation")
        fields = {**record, **nested} if isinstance(nested, dict) else record
        source = _text(fields, (source_lang, *_SOURCE_NAMES), where, number)
        if source is None:
            raise InputError(f'{where}: line {number} has no "{source_lang}" (or "source"); its keys: {_keys(fields)}')
        targets = _TARGET_NAMES if not isinstance(nested, dict) else _TARGET_NAMES[:-1]
        yield RawPair(
            source,
            _text(fields, (target_lang, *targets), where, number),
            number,
            _text(fields, _ID_NAMES, where, number),
            _text(fields, _ARTICLE_NAMES, where, number),
        )


def _keys(record: dict[str, object]) -> str:
    return " ".join(", ".join(sorted(record)[:8]).split())[:200] or "none"


def _text(record: dict[str, object], names: Sequence[str], where: str, line: int) -> str | None:
    for name in names:
        value = record.get(name)
        if value is None:
            continue
        if isinstance(value, int) and not isinstance(value, bool) and name in _ID_NAMES + _ARTICLE_NAMES:
            return str(value)
        if not isinstance(value, str):
            raise InputError(f'{where}: line {line}: "{name}" is no text')
        return value
    return None
