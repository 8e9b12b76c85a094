"""TER (Snover et al. 2006, "A Study of Translation Edit Rate with Targeted Human Annotation")."""

from __future__ import annotations

from sacrebleu.metrics.ter import TER

from muwazi.eval.metrics.base import SegmentMetric


class Ter(SegmentMetric):
    """sacreBLEU's defaults, those of Tercom: lower-cased, punctuation left on its words. Lower is better."""

    name = "ter"
    label = "TER"
    higher_is_better = False

    def __init__(self) -> None:
        metric = TER()
        super().__init__(metric, metric)
