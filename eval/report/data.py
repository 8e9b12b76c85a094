"""What a report is made of: plain data that whoever has a corpus fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muwazi.corpus.types import Bead
from muwazi.eval.types import Evaluation


@dataclass(frozen=True, slots=True)
class ReportArticle:
    """One aligned article, for the picture of its alignment."""

    id: str
    title: str
    source: Sequence[str]
    """Sentences of the source, in order; beads point into it."""
    target: Sequence[str]
    """Sentences of the reference, in order; beads point into it."""
    beads: Sequence[Bead]
    source_language: str = "ar"
    target_language: str = "en"
    notes: Sequence[str] = ()
    """What the aligner said: not parallel, passages out of order, ..."""


@dataclass(frozen=True, slots=True)
class ReportSegment:
    """One row of the dataset. ``scores`` is None where there is nothing to score it against."""

    id: str
    article_id: str
    source: str
    reference: str | None
    mt: str | None
    scores: Mapping[str, float] | None = None
    """Metric name to value, as in :attr:`~muwazi.eval.types.SentenceScore.scores`."""
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DroppedSample:
    """One pair that a filter took out."""

    source: str
    target: str
    score: str
    """What the filter measured, ready to print."""


@dataclass(frozen=True, slots=True)
class DroppedGroup:
    """What one filter took out."""

    name: str
    description: str
    count: int
    samples: Sequence[DroppedSample] = ()


@dataclass(frozen=True, slots=True)
class RemovedSample:
    """One piece of page furniture."""

    text: str
    article_id: str
    language: str = "ar"


@dataclass(frozen=True, slots=True)
class RemovedGroup:
    """Page furniture of one kind that cleaning took out."""

    reason: str
    count: int
    samples: Sequence[RemovedSample] = ()


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that a report shows. Parts that are empty are left out of the page, or it says why they are."""

    title: str
    version: str
    """Empty where the report is on no version of a store."""
    created: str
    """Date and time to print, ISO 8601."""
    model: Mapping[str, str] = field(default_factory=dict)
    """Facts about the model: label to text. Empty where nothing was translated."""
    evaluation: Evaluation | None = None
    """None where there are no references (or no translations): the report says so."""
    segments: Sequence[ReportSegment] = ()
    """Every row, in corpus order."""
    articles: Sequence[ReportArticle] = ()
    dropped: Sequence[DroppedGroup] = ()
    removed: Sequence[RemovedGroup] = ()
    flags: Mapping[str, int] = field(default_factory=dict)
    """Flag to the number of rows that carry it."""
    statistics: Mapping[str, int | float | str] = field(default_factory=dict)
    """Figures to print: label to value (articles, sentences, beads by type, ...)."""
    notes: Sequence[str] = ()
    command: str = ""
    """The command that made this version."""
    source_language: str = "ar"
    target_language: str = "en"


def segments_with_scores(
    segments: Sequence[ReportSegment], evaluation: Evaluation | None, scored: Sequence[int]
) -> tuple[ReportSegment, ...]:
    """``segments`` with the sentence scores of ``evaluation`` filled in.

    Args:
        segments: every row.
        evaluation: of the rows whose positions are ``scored``; None leaves the rows as they are.
        scored: for each sentence of ``evaluation``, the position of its row in ``segments``.

    Raises:
        ValueError: ``scored`` is not as long as the evaluation.
    """
    if evaluation is None:
        return tuple(segments)
    if len(scored) != len(evaluation.sentences):
        raise ValueError(f"{len(evaluation.sentences)} sentence scores but {len(scored)} positions")
    filled = list(segments)
    for position, sentence in zip(scored, evaluation.sentences, strict=True):
        row = segments[position]
        filled[position] = ReportSegment(
            row.id, row.article_id, row.source, row.reference, row.mt, sentence.scores, row.flags
        )
    return tuple(filled)
