"""Files that pair their segments already: which reader, and what all of them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading.limits import check_length
from muwazi.corpus.types import SegmentPair


@dataclass(frozen=True, slots=True)
class RawPair:
    """One pair as its file has it."""

    source: str
    target: str | None
    line: int | None
    """Line in the file, from 1."""
    id: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class ReadPairs:
    """Segments of a file, and what reading noticed."""

    segments: tuple[SegmentPair, ...]
    notes: tuple[str, ...] = ()


class Notes:
    """Counts what was noticed, for one line each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.lines: list[str] = []

    def count(self, what: str) -> None:
        """One more of ``what``."""
        self.counts[what] += 1

    def all(self) -> tuple[str, ...]:
        """Notes in a fixed order."""
        return (*self.lines, *(f"{what}: {number}" for what, number in sorted(self.counts.items())))


def read(data: bytes, suffix: str, where: str, document_id: str, source_lang: str, target_lang: str) -> ReadPairs:
    """Read a file of pairs; ``suffix`` says the format.

    Raises:
        InputError: the file is malformed (the message gives the line), or the suffix is not known.
    """
    notes = Notes()
    if suffix == ".tmx":
        from muwazi.corpus.reading import tmx

        raw = tmx.read(data, where, source_lang, target_lang, notes)
    elif suffix in (".xlf", ".xliff"):
        from muwazi.corpus.reading import xliff

        raw = xliff.read(data, where, source_lang, target_lang, notes)
    elif suffix in (".tsv", ".csv"):
        from muwazi.corpus.reading import tabular

        raw = tabular.read_table(data, suffix, where, source_lang, target_lang, notes)
    elif suffix in (".jsonl", ".ndjson"):
        from muwazi.corpus.reading import tabular

        raw = tabular.read_json_lines(data, where, source_lang, target_lang, notes)
    else:
        raise InputError(f"{where}: files of the kind {suffix or '(no suffix)'} are no source of pairs")
    return ReadPairs(tuple(_segments(raw, where, document_id, notes)), notes.all())


def _segments(raw: Iterable[RawPair], where: str, document_id: str, notes: Notes) -> Iterable[SegmentPair]:
    seen: set[str] = set()
    for number, pair in enumerate(raw, start=1):
        source = " ".join(pair.source.split())
        target = " ".join((pair.target or "").split()) or None
        what = f"line {pair.line}" if pair.line else f"segment {number}"
        check_length(source, where, what)
        check_length(target or "", where, what)
        if not source:
            notes.count("pairs without source text, left out")
            continue
        if target is None:
            notes.count("segments without a translation")
        identity = f"{document_id}/{pair.id or number}"
        if identity in seen:
            if pair.id:
                notes.count("repeated segment ids, numbered instead")
            identity = f"{document_id}/#{number}"
        seen.add(identity)
        yield SegmentPair(identity, source, target, pair.article or document_id, pair.line)
