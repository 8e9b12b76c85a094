"""BLEU (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation")."""

from __future__ import annotations

from sacrebleu.metrics.bleu import BLEU

from muwazi.eval.metrics.base import SegmentMetric


class Bleu(SegmentMetric):
    """sacreBLEU's defaults: tokeniser 13a, mixed case, exponential smoothing (of orders without a match).

    On a sentence, orders that the hypothesis is too short for are left out (effective order), as sacreBLEU advises.
    """

    name = "bleu"
    label = "BLEU"
    higher_is_better = True

    def __init__(self) -> None:
        # force: sacreBLEU's warning about tokenised text counts within one call; muwazi.eval counts over the corpus.
        super().__init__(BLEU(force=True), BLEU(force=True, effective_order=True))
