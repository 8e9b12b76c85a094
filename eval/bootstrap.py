"""Confidence intervals by bootstrap resampling of segments.

Source: Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation".

sacreBLEU has a bootstrap, but it builds an array of resamples x segments x counts: over 7 GB for BLEU on 100,000
segments. Here each resample is a vector of how often a segment was drawn, multiplied by the counts: memory stays at one
such vector. Seed, generator and order of the draws are sacreBLEU's, so the resamples are the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from muwazi.eval.metrics.base import SegmentMetric, Statistics
from muwazi.eval.types import Interval

LEVEL = 0.95
DEFAULT_SEED = 12345
"""sacreBLEU's, so that intervals agree with its command line."""


def draws(segments: int, resamples: int, seed: int) -> Iterator[npt.NDArray[np.float64]]:
    """How often each segment stands in each resample: ``resamples`` vectors of length ``segments``."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = generator.choice(segments, size=segments, replace=True)
        yield np.bincount(drawn, minlength=segments).astype(np.float64)


def bootstrap_scores(
    metrics: list[SegmentMetric], statistics: list[Statistics], resamples: int, seed: int
) -> list[npt.NDArray[np.float64]]:
    """Scores of every resample, an array of length ``resamples`` for each metric; all see the same resamples."""
    scores = [np.empty(resamples) for _ in metrics]
    for trial, weights in enumerate(draws(len(statistics[0]), resamples, seed)):
        for position, metric in enumerate(metrics):
            scores[position][trial] = metric.corpus_score(weights @ statistics[position])
    return scores


def interval(scores: npt.NDArray[np.float64], seed: int) -> Interval:
    """The 95 % percentile interval of resampled ``scores``, with sacreBLEU's bounds (1/40 off each end)."""
    ordered = np.sort(scores)
    cut = len(ordered) // 40
    return Interval(
        mean=float(ordered.mean()),
        low=float(ordered[cut]),
        high=float(ordered[len(ordered) - cut - 1]),
        level=LEVEL,
        resamples=len(ordered),
        seed=seed,
    )
