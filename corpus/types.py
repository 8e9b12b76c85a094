"""What text is in Muwazi: articles, sentences, beads and pairs.

All types are immutable; normalised forms are derived where they are needed and never stored in place of the text as
read.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text came from."""

    uri: str
    """Path as the user gave it, or a URL."""
    sha256: str
    """Hex SHA-256 of the bytes read."""
    licence: str | None = None
    """SPDX identifier where one is stated."""
    date: str | None = None
    """ISO 8601 date, where one is stated."""


@dataclass(frozen=True, slots=True)
class Removed:
    """One piece of text that cleaning took out, and why."""

    text: str
    reason: str
    """Short machine-readable name, for example ``byline`` or ``related-link``."""
    line: int
    """Line (or block) number in the extracted text, from 1."""


@dataclass(frozen=True, slots=True)
class Article:
    """One document in one language."""

    id: str
    language: str
    """ISO 639-1 code."""
    title: str
    paragraphs: tuple[str, ...]
    """Paragraphs in reading order, the title (where there is one) first. A paragraph may hold several lines."""
    source: Source
    removed: tuple[Removed, ...] = ()
    notes: tuple[str, ...] = ()
    """What reading noticed: encoding detected, mojibake repaired, ..."""


@dataclass(frozen=True, slots=True)
class SegmentPair:
    """Two segments that a source (TSV, TMX, XLIFF, JSONL) already pairs. ``en`` is None where it has no translation."""

    id: str
    ar: str
    en: str | None
    article_id: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What the pipeline works on: an article with or without its reference, or segments that are paired already."""

    id: str
    source: Article | None = None
    reference: Article | None = None
    segments: tuple[SegmentPair, ...] = ()
    origin: Source | None = None
    """Of the file that the segments came from."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, as read."""

    article_id: str
    index: int
    """Position in the article, from 0."""
    text: str
    paragraph: int
    """Index of the paragraph in :attr:`Article.paragraphs`."""


@dataclass(frozen=True, slots=True)
class Bead:
    """A group of source sentences and the group of target sentences that renders it; either may be empty, not both.

    In an alignment every index of both sides stands in exactly one bead.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float = 0.0
    """Similarity of the two sides as the aligner measures it, about 0 to 1; 0 for a null bead."""
    confidence: float | None = None
    """Probability that the bead is right, 0 to 1, where the aligner estimates it."""
    flags: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> str:
        """``1-1``, ``1-2``, ``0-1``, ..."""
        return f"{len(self.source)}-{len(self.target)}"
