"""First step of a build: each document read, cleaned and split, and kept as a :class:`Prepared`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import muwazi
from muwazi.corpus.errors import InputError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.reading import DocumentFiles, load
from muwazi.corpus.splitting import split_article
from muwazi.corpus.types import Article, SegmentPair, Source
from muwazi.pipeline.cache import WorkCache, digest
from muwazi.pipeline.settings import ReadSettings


@dataclass(frozen=True)
class Prepared:
    """A document as sentences: what later steps need of it, and no more."""

    id: str
    origin: Source
    source: tuple[str, ...]
    """Arabic sentences, as read."""
    reference: tuple[str, ...] | None
    """English sentences; None where there is no reference."""
    segments: tuple[SegmentPair, ...]
    """Segments that the file pairs itself; then ``source`` is empty."""
    removed: tuple[tuple[str, str, str], ...]
    """What cleaning took: language, reason, text."""
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """For the build cache."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Prepared:
        """The opposite of :meth:`to_json`."""
        tree: dict[str, Any] = json.loads(text)
        return cls(
            id=tree["id"],
            origin=Source(**tree["origin"]),
            source=tuple(tree["source"]),
            reference=None if tree["reference"] is None else tuple(tree["reference"]),
            segments=tuple(SegmentPair(**segment) for segment in tree["segments"]),
            removed=tuple((language, reason, piece) for language, reason, piece in tree["removed"]),
            notes=tuple(tree["notes"]),
        )


@dataclass(frozen=True)
class Skipped:
    """A document that could not be read, under ``keep_going``."""

    id: str
    reason: str


def prepare_all(
    files: Sequence[DocumentFiles],
    settings: ReadSettings,
    cache: Callable[[], WorkCache],
    progress: Progress = SILENT,
) -> tuple[list[Prepared], list[Skipped]]:
    """Read, clean and split every document.

    ``cache`` is called with the first result, so that a build whose first article is bad opens none.

    Raises:
        InputError: a document cannot be read, unless ``settings.keep_going``.
    """
    prepared: list[Prepared] = []
    skipped: list[Skipped] = []
    progress.start("reading", len(files), "articles")
    try:
        for entry in files:
            try:
                prepared.append(_prepare(entry, settings, cache))
            except InputError as error:
                if not settings.keep_going:
                    raise
                skipped.append(Skipped(entry.id, " ".join(str(error).split())))
            progress.advance()
    finally:
        progress.finish()
    if files and not prepared:
        raise InputError(f"none of the {len(files)} articles could be read; the first: {skipped[0].reason}")
    return prepared, skipped


def _prepare(entry: DocumentFiles, settings: ReadSettings, cache: Callable[[], WorkCache]) -> Prepared:
    reading = settings.model_dump(include={"keep_all", "check_language", "licence"})
    key = digest(muwazi.__version__, entry.id, entry.sha256(), [str(path) for path in entry.paths()], reading)
    known = cache().get("prepared", key)
    if known is not None:
        return Prepared.from_json(known)
    document = load(entry, keep_all=settings.keep_all, check_language=settings.check_language)
    removed = tuple(
        (article.language, piece.reason, piece.text)
        for article in _articles(document.source, document.reference)
        for piece in article.removed
    )
    notes = [
        *document.notes,
        *(f"{a.language}: {note}" for a in _articles(document.source, document.reference) for note in a.notes),
    ]
    origin = document.source.source if document.source is not None else document.origin
    if origin is None:
        raise InputError(f"{entry.id}: nothing in it could be read as an article or as pairs")
    if origin.licence is None and settings.licence is not None:
        origin = Source(origin.uri, origin.sha256, settings.licence, origin.date)
    result = Prepared(
        id=document.id,
        origin=origin,
        source=_sentences(document.source),
        reference=None if document.reference is None else _sentences(document.reference),
        segments=document.segments,
        removed=removed,
        notes=tuple(notes),
    )
    if not result.source and not result.segments:
        raise InputError(
            f"{origin.uri}: no Arabic sentence is left after cleaning; "
            f"see what went with: muwazi split --removed {origin.uri}"
        )
    cache().put("prepared", [(key, result.to_json())])
    return result


def _articles(*articles: Article | None) -> Iterator[Article]:
    return (article for article in articles if article is not None)


def _sentences(article: Article | None) -> tuple[str, ...]:
    return () if article is None else tuple(sentence.text for sentence in split_article(article))
