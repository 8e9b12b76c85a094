"""chrF2 (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation"; beta 2 from Popović 2016)."""

from __future__ import annotations

from sacrebleu.metrics.chrf import CHRF

from muwazi.eval.metrics.base import SegmentMetric


class ChrF(SegmentMetric):
    """sacreBLEU's defaults: character n-grams up to 6, no word n-grams, beta 2."""

    name = "chrf"
    label = "chrF2"
    higher_is_better = True

    def __init__(self) -> None:
        metric = CHRF()
        super().__init__(metric, metric)
