"""The scoring model: weighted signals, adapted to the document pair.

The score of an alignment is the sum of its beads' scores, each the weighted sum of the signals' features; its probability
is proportional to the exponential of that (a semi-Markov conditional random field). The weights maximise the likelihood
of gold alignments (``python -m benchmarks.align.fit``). Documents differ in how often their translator merged and left
out, so the costs of both are shifted to what a first pass expects for this pair:

    merging:  w_merge * (a + b - 2) * log((E + k mu) / (B + k) / mu)
    leaving:  w_leave * log((D + 2 k rho) / (n + m + 2 k) / rho)

with ``E`` the expected sum of ``a + b - 2``, ``B`` of beads and ``D`` of sentences without partner in the first pass, ``mu``
and ``rho`` the usual rates, and ``k`` how many beads of usual text the usual rates weigh.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import log
from typing import Any

import numpy as np

from muwazi.align.pair import DocumentPair
from muwazi.align.search import Posteriors, Scores
from muwazi.align.signals import SIGNALS, Signal


@dataclass(frozen=True)
class Weights:
    """Everything that was fitted; see :mod:`benchmarks.align.fit` for how."""

    features: Mapping[str, float]
    """Weight of each bead feature and, with ``drop:`` before it, of each feature of a sentence without partner."""
    adaptation: Mapping[str, float]
    """``merge``, ``leave`` (how far costs follow the document), ``merge_rate``, ``leave_rate`` and ``strength`` (``mu``,
    ``rho``, ``k``)."""
    confidence: Mapping[str, float]
    """``slope`` and ``offset`` on the log-odds of a bead's probability, ``null`` added for a bead with an empty side."""
    parallel: Mapping[str, float]
    """``threshold`` on :func:`muwazi.align.verdict.parallel_score`."""

    @classmethod
    def load(cls, text: str | None = None) -> Weights:
        """The weights that ship with the package, or those of a JSON text of the same shape."""
        tree: dict[str, Any] = json.loads(text) if text is not None else _shipped()
        return cls(tree["features"], tree["adaptation"], tree["confidence"], tree["parallel"])

    def without(self, names: Iterable[str]) -> Weights:
        """The same with the weights of some features set to 0, for ablation."""
        off = set(names)
        return replace(self, features={name: 0.0 if name in off else value for name, value in self.features.items()})


@cache
def _shipped() -> dict[str, Any]:
    tree: dict[str, Any] = json.loads((resources.files("muwazi.align") / "weights.json").read_text(encoding="utf-8"))
    return tree


def feature_names(signal: Signal) -> list[str]:
    """Names of a signal's weights."""
    return [*signal.features, *(f"drop:{name}" for name in signal.drop_features)]


def score(pair: DocumentPair, weights: Weights, signals: Iterable[Signal] = SIGNALS) -> Scores:
    """Score every bead of the grid."""
    grid = pair.grid
    beads = np.zeros((len(pair.types), grid.size), dtype=np.float32)
    drops = [np.zeros(grid.n), np.zeros(grid.m)]
    sides = (pair.source, pair.target)
    for signal in signals:
        wanted = [weights.features.get(name, 0.0) for name in feature_names(signal)]
        if not any(wanted):
            continue
        split = len(signal.features)
        for k, (a, b) in enumerate(pair.types):
            for weight, values in zip(wanted[:split], signal.beads(pair, a, b), strict=True):
                if weight:
                    beads[k] += weight * values
        for k in (0, 1):
            for weight, values in zip(wanted[split:], signal.drops(pair, sides[k], sides[1 - k]), strict=True):
                if weight:
                    drops[k] += weight * values
    return Scores(grid, pair.types, beads, drops[0], drops[1])


def adapt(scores: Scores, found: Posteriors, weights: Weights) -> Scores:
    """Shift the costs of merging and leaving out to what the first pass expects of this pair."""
    given = weights.adaptation
    strength = given["strength"]
    expected = found.beads.sum(axis=1, dtype=np.float64)
    extra = np.array([a + b - 2 for a, b in scores.types], dtype=np.float64)
    merged = (float(expected @ extra) + strength * given["merge_rate"]) / (float(expected.sum()) + strength)
    lost = float(found.drop_source.sum() + found.drop_target.sum()) + 2 * strength * given["leave_rate"]
    lost /= scores.grid.n + scores.grid.m + 2 * strength
    merge = given["merge"] * log(merged / given["merge_rate"])
    leave = given["leave"] * log(lost / given["leave_rate"])
    return Scores(
        scores.grid,
        scores.types,
        scores.beads + (merge * extra[:, None]).astype(np.float32),
        scores.drop_source + leave,
        scores.drop_target + leave,
    )
