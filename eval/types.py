"""What an evaluation says: scores with their signatures, for the corpus, each article and each sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval from bootstrap resampling of the segments."""

    mean: float
    """Mean score of the resamples (not the score itself)."""
    low: float
    high: float
    level: float
    """0.95 for a 95 % interval."""
    resamples: int
    seed: int

    @property
    def half_width(self) -> float:
        """Half of the interval's width: the number after the ± in sacreBLEU's output."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over the whole corpus."""

    metric: str
    """``bleu``, ``chrf`` or ``ter``: the name to ask for."""
    label: str
    """``BLEU``, ``chrF2`` or ``TER``: the name to print."""
    value: float
    """0 to 100; TER has no upper bound."""
    signature: str
    """Settings and version, as sacreBLEU writes them; two scores compare only where these agree."""
    interval: Interval | None
    higher_is_better: bool
    details: str
    """What the metric adds to its number (BLEU: n-gram precisions and brevity penalty), else empty."""

    def __str__(self) -> str:
        spread = f" ± {self.interval.half_width:.1f}" if self.interval else ""
        return f"{self.label} {self.value:.1f}{spread}"


@dataclass(frozen=True, slots=True)
class ArticleScore:
    """Every metric over the segments of one article, computed as for a corpus (not a mean of sentence scores)."""

    article_id: str
    segments: int
    scores: Mapping[str, float]
    """Metric name to value."""


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """Every metric on one segment."""

    index: int
    """Position in the hypotheses, from 0."""
    article_id: str | None
    scores: Mapping[str, float]
    """Metric name to value."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of one system's output against its references."""

    segments: int
    references: int
    """How many references a segment has; -1 where the number varies."""
    empty_hypotheses: int
    empty_references: int
    corpus: tuple[Score, ...]
    articles: tuple[ArticleScore, ...]
    """In order of first appearance; empty where no articles were given."""
    sentences: tuple[SentenceScore, ...]
    sentence_signatures: Mapping[str, str]
    """Metric name to the signature of its sentence scores (BLEU: effective order)."""
    notes: tuple[str, ...] = ()
    """What looks wrong with the input without being an error: tokenised text, empty hypotheses."""

    def score(self, metric: str) -> Score:
        """The corpus score of ``metric`` (``bleu``, ``chrf``, ``ter``).

        Raises:
            KeyError: the metric was not computed.
        """
        for score in self.corpus:
            if score.metric == metric:
                return score
        raise KeyError(metric)

    def to_dict(self, *, sentences: bool = True) -> dict[str, Any]:
        """Plain dicts, lists, numbers and strings; without the sentence scores where ``sentences`` is false."""
        plain: dict[str, Any] = asdict(self)
        if not sentences:
            del plain["sentences"]
        return plain

    def to_json(self, *, sentences: bool = True, indent: int | None = None) -> str:
        """:meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(sentences=sentences), ensure_ascii=False, indent=indent)
