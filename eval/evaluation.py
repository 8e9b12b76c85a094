"""Score hypotheses against references: corpus, articles, sentences, with signatures and confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from muwazi.corpus.errors import InputError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.eval.bootstrap import DEFAULT_SEED, bootstrap_scores, interval
from muwazi.eval.metrics import make_metrics
from muwazi.eval.metrics.base import SegmentMetric, Statistics
from muwazi.eval.types import ArticleScore, Evaluation, Score, SentenceScore

DEFAULT_METRICS = ("bleu", "chrf", "ter")
DEFAULT_BOOTSTRAP = 1000
# Segments scored between two reports of progress.
CHUNK = 200
# sacreBLEU's threshold for saying that the text looks tokenised.
TOKENISED_LINES = 100

References = Sequence[str] | Sequence[Sequence[str | None]]
"""One reference for each segment, or several such sequences (None where a segment has no further reference)."""


def evaluate(
    hypotheses: Sequence[str],
    references: References,
    *,
    articles: Sequence[str] | None = None,
    bootstrap: int = DEFAULT_BOOTSTRAP,
    seed: int = DEFAULT_SEED,
    metrics: Sequence[str] = DEFAULT_METRICS,
    progress: Progress = SILENT,
) -> Evaluation:
    """Score ``hypotheses`` against ``references`` with sacreBLEU.

    Args:
        hypotheses: one translation for each segment.
        references: one reference for each segment; or a sequence of such sequences, one for each reference, each as
            long as ``hypotheses``, with None where a segment lacks that reference.
        articles: the article id of each segment, for scores by article.
        bootstrap: resamples for the 95 % confidence interval of the corpus scores; 0 for none.
        seed: of the resampling; the same seed gives the same interval.
        metrics: names out of ``bleu``, ``chrf``, ``ter``.
        progress: told of segments scored.

    Returns:
        Scores between 0 and 100 (TER may exceed 100).

    Raises:
        InputError: nothing to score; lengths differ; a segment without any reference; an unknown metric.
    """
    streams = _checked(hypotheses, references, articles)
    if bootstrap < 0 or bootstrap == 1:
        raise InputError(f"bootstrap must be 0 (no interval) or at least 2 resamples, not {bootstrap}")
    chosen = make_metrics(metrics)
    counts = [segment_statistics(metric, hypotheses, streams, progress) for metric in chosen]
    nrefs = reference_count(streams)
    resampled = bootstrap_scores(chosen, counts, bootstrap, seed) if bootstrap else [None] * len(chosen)
    corpus = tuple(
        Score(
            metric=metric.name,
            label=metric.label,
            value=metric.corpus_score(table.sum(axis=0)),
            signature=metric.signature(nrefs, bootstrap=bootstrap, seed=seed),
            interval=interval(scores, seed) if scores is not None else None,
            higher_is_better=metric.higher_is_better,
            details=metric.corpus_details(table.sum(axis=0)),
        )
        for metric, table, scores in zip(chosen, counts, resampled, strict=True)
    )
    empty = sum(not text.strip() for text in hypotheses)
    return Evaluation(
        segments=len(hypotheses),
        references=nrefs,
        empty_hypotheses=empty,
        empty_references=sum(text is not None and not text.strip() for stream in streams for text in stream),
        corpus=corpus,
        articles=_article_scores(chosen, counts, articles),
        sentences=_sentence_scores(chosen, counts, articles),
        sentence_signatures={metric.name: metric.sentence_signature(nrefs) for metric in chosen},
        notes=_notes(hypotheses, empty),
    )


def segment_statistics(
    metric: SegmentMetric,
    hypotheses: Sequence[str],
    streams: Sequence[Sequence[str | None]],
    progress: Progress = SILENT,
) -> Statistics:
    """Counts of every segment, computed in chunks so that progress can be told. Lengths must have been checked."""
    progress.start(f"Scoring {metric.label}", len(hypotheses), "segments")
    parts = []
    for start in range(0, len(hypotheses), CHUNK):
        chunk = hypotheses[start : start + CHUNK]
        parts.append(metric.statistics(chunk, [stream[start : start + CHUNK] for stream in streams]))
        progress.advance(len(chunk))
    progress.finish()
    return np.concatenate(parts)


def reference_streams(hypotheses: Sequence[str], references: References) -> list[Sequence[str | None]]:
    """``references`` as a list of sequences, each checked to be as long as ``hypotheses``.

    Raises:
        InputError: nothing to score; lengths differ; a segment without any reference.
    """
    if isinstance(hypotheses, str) or isinstance(references, str):
        raise InputError("hypotheses and references must be sequences of segments, not one string")
    if not hypotheses:
        raise InputError("there are no hypotheses to score")
    if not references:
        raise InputError(f"there are {len(hypotheses)} hypotheses but no references")
    for index, text in enumerate(hypotheses):
        if not isinstance(text, str):
            raise InputError(f"hypothesis {index + 1} is {type(text).__name__}, not text: use '' where there is none")
    single = references[0] is None or isinstance(references[0], str)
    streams = [references] if single else list(references)
    checked = [cast(Sequence["str | None"], stream) for stream in streams]
    for number, stream in enumerate(checked, start=1):
        if len(stream) != len(hypotheses):
            which = "" if single else f" in reference {number}"
            raise InputError(
                f"{len(hypotheses)} hypotheses but {len(stream)} references{which}: each hypothesis needs its reference"
            )
    for index in range(len(hypotheses)):
        if all(stream[index] is None for stream in checked):
            raise InputError(f"segment {index + 1} has no reference: leave such segments out before scoring")
    return checked


def _checked(
    hypotheses: Sequence[str], references: References, articles: Sequence[str] | None
) -> list[Sequence[str | None]]:
    streams = reference_streams(hypotheses, references)
    if articles is not None and len(articles) != len(hypotheses):
        raise InputError(f"{len(hypotheses)} hypotheses but {len(articles)} article ids: each hypothesis needs one")
    return streams


def reference_count(streams: Sequence[Sequence[str | None]]) -> int:
    """References a segment has, or -1 where that varies (as sacreBLEU writes it into the signature)."""
    if all(text is not None for stream in streams for text in stream):
        return len(streams)
    numbers = {sum(text is not None for text in segment) for segment in zip(*streams, strict=True)}
    return numbers.pop() if len(numbers) == 1 else -1


def _article_scores(
    metrics: list[SegmentMetric], counts: list[Statistics], articles: Sequence[str] | None
) -> tuple[ArticleScore, ...]:
    if articles is None:
        return ()
    members: dict[str, list[int]] = {}
    for index, article in enumerate(articles):
        members.setdefault(article, []).append(index)
    return tuple(
        ArticleScore(
            article_id=article,
            segments=len(rows),
            scores={
                metric.name: metric.corpus_score(table[rows].sum(axis=0))
                for metric, table in zip(metrics, counts, strict=True)
            },
        )
        for article, rows in members.items()
    )


def _sentence_scores(
    metrics: list[SegmentMetric], counts: list[Statistics], articles: Sequence[str] | None
) -> tuple[SentenceScore, ...]:
    return tuple(
        SentenceScore(
            index=index,
            article_id=articles[index] if articles is not None else None,
            scores={
                metric.name: metric.sentence_score(table[index]) for metric, table in zip(metrics, counts, strict=True)
            },
        )
        for index in range(len(counts[0]))
    )


def _notes(hypotheses: Sequence[str], empty: int) -> tuple[str, ...]:
    notes = []
    if empty:
        notes.append(f"{empty} of {len(hypotheses)} hypotheses are empty; they are scored as empty")
    tokenised = sum(text.rstrip().endswith(" .") for text in hypotheses)
    if tokenised >= TOKENISED_LINES:
        notes.append(
            f"{tokenised} hypotheses end in a full stop set apart: the text looks tokenised, which lowers the scores"
        )
    return tuple(notes)
