"""The contract of a metric, and the one place that touches sacreBLEU's inner interface.

A corpus metric is a function of sums: each segment gives a row of counts (matched n-grams, edits, lengths), the rows
are added up, and the score is computed from the sum. So one pass over the texts serves the corpus score, the score of
every article and sentence, every bootstrap resample and every significance test. sacreBLEU works that way inside, but
its public functions start from the texts each time, which for TER (the slow one) would triple the time. The tests hold
every number of ours against sacreBLEU's public functions.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sacrebleu.metrics.base import Metric, Score

Statistics = npt.NDArray[np.float64]
"""One row of counts for each segment."""


class SegmentMetric(ABC):
    """A metric that is computed from counts which add up over segments."""

    name: ClassVar[str]
    """What users type."""
    label: ClassVar[str]
    """What tables print."""
    higher_is_better: ClassVar[bool]

    def __init__(self, corpus: Metric, sentence: Metric) -> None:
        self._corpus = corpus
        self._sentence = sentence

    def statistics(self, hypotheses: Sequence[str], references: Sequence[Sequence[str | None]]) -> Statistics:
        """Counts of each segment: an array of shape (segments, counts).

        ``references`` holds one sequence for each reference, every one as long as ``hypotheses``: the caller has
        checked this, because sacreBLEU would cut to the shortest without a word.
        """
        # Its stubs say str where the code takes None for a missing reference.
        streams: Any = [list(stream) for stream in references]
        return np.asarray(self._corpus._extract_corpus_statistics(list(hypotheses), streams), dtype=np.float64)

    def corpus_score(self, total: npt.NDArray[np.float64]) -> float:
        """The score of a corpus (or article, or resample) whose counts add up to ``total``."""
        return float(self._full(total).score)

    def corpus_details(self, total: npt.NDArray[np.float64]) -> str:
        """What the metric says beside the number, or nothing."""
        return str(getattr(self._full(total), "_verbose", "") or "")

    def sentence_score(self, counts: npt.NDArray[np.float64]) -> float:
        """The score of one segment."""
        return float(self._sentence._compute_score_from_stats(counts.tolist()).score)

    def signature(self, references: int, *, bootstrap: int = 0, randomisation: int = 0, seed: int = 0) -> str:
        """SacreBLEU's signature of a corpus score. ``references`` is -1 where their number varies."""
        return self._signature(self._corpus, references, bootstrap, randomisation, seed)

    def sentence_signature(self, references: int) -> str:
        """SacreBLEU's signature of a sentence score."""
        return self._signature(self._sentence, references, 0, 0, 0)

    def _full(self, total: npt.NDArray[np.float64]) -> Score:
        score: Score = self._corpus._compute_score_from_stats(total.tolist())
        return score

    @staticmethod
    def _signature(metric: Metric, references: int, bootstrap: int, randomisation: int, seed: int) -> str:
        metric.num_refs = references
        signature = metric.get_signature()
        if bootstrap:
            signature.update("bs", bootstrap)
        if randomisation:
            signature.update("ar", randomisation)
        if bootstrap or randomisation:
            signature.update("seed", seed)
        return signature.format()
