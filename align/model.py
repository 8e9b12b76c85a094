"""The scoring model: weighted signals, adapted to the document pair.

The score of an alignment is the sum of its beads' scores, each the weighted sum of the signals' features; its
probability is proportional to the exponential of that (a semi-Markov conditional random field). The weights maximise
the likelihood of gold alignments (``python -m benchmarks.align.fit``). Documents differ in how often their translator
merged and left out, so the costs of both are shifted to what a first pass expects for this pair:

    merging:  w_merge * (a + b - 2) * log((E + k mu) / (B + k) / mu)
    leaving:  w_leave * log((D + 2 k rho) / (n + m + 2 k) / rho)

with ``E`` the expected sum of ``a + b - 2``, ``B`` of beads and ``D`` of sentences without partner in the first pass,
``mu`` and ``rho`` the usual rates, and ``k`` how many beads of usual text the usual rates weigh.
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

from muwazi.align.lattice import Doubles, Lattice
from muwazi.align.pair import DocumentPair
from muwazi.align.signals import SIGNALS, Signal


@dataclass(frozen=True)
class Weights:
    """Everything that was fitted; see :mod:`benchmarks.align.fit` for how."""

    features: Mapping[str, float]
    """Weight of each bead feature and, with ``drop:`` before it, of each feature of a sentence without partner."""
    adaptation: Mapping[str, float]
    """``merge``, ``leave`` (how far costs follow the document), ``merge_rate``, ``leave_rate`` and ``strength``
    (``mu``, ``rho``, ``k``)."""
    confidence: Mapping[str, float]
    """``slope`` and ``offset`` on the log-odds of a probability, ``null`` added for a bead with an empty side."""
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


def arc_features(pair: DocumentPair, lattice: Lattice, signals: Iterable[Signal] = SIGNALS) -> dict[str, Doubles]:
    """Every feature of every arc, by the name of its weight; 0 for arcs of the other kind. Each of shape [arcs]."""
    grid = pair.grid
    places = grid.offset[lattice.rows] + lattice.columns - grid.low[lattice.rows]
    groups = [
        (a, b, np.flatnonzero((lattice.a == a) & (lattice.b == b)))
        for a, b in sorted(set(zip(lattice.a.tolist(), lattice.b.tolist(), strict=True)))
    ]
    out: dict[str, Doubles] = {}
    for signal in signals:
        for name in feature_names(signal):
            out[name] = np.zeros(lattice.size)
        for a, b, arcs in groups:
            if a and b:
                for name, value in zip(signal.features, signal.beads(pair, a, b, places[arcs]), strict=True):
                    out[name][arcs] = value
                continue
            sides = (pair.source, pair.target) if a else (pair.target, pair.source)
            which = (lattice.rows if a else lattice.columns)[arcs]
            for name, values in zip(signal.drop_features, signal.drops(pair, *sides), strict=True):
                out[f"drop:{name}"][arcs] = values[which] if isinstance(values, np.ndarray) else values
    return out


def score(pair: DocumentPair, lattice: Lattice, weights: Weights, signals: Iterable[Signal] = SIGNALS) -> Doubles:
    """Score of each arc, shape [arcs]."""
    used = [signal for signal in signals if any(weights.features.get(name) for name in feature_names(signal))]
    total = np.zeros(lattice.size)
    for name, values in arc_features(pair, lattice, used).items():
        total += weights.features.get(name, 0.0) * values
    return total


def adapt(lattice: Lattice, scores: Doubles, found: Doubles, weights: Weights) -> Doubles:
    """Scores with the costs of merging and leaving out shifted to what the first pass expects of this pair.

    :param found: probability of each arc.
    """
    given = weights.adaptation
    strength = given["strength"]
    bead = (lattice.a > 0) & (lattice.b > 0)
    extra = np.where(bead, lattice.a + lattice.b - 2, 0)
    merged = (float(found @ extra) + strength * given["merge_rate"]) / (float(found[bead].sum()) + strength)
    size = float(found @ (lattice.a + lattice.b))
    lost = (float(found[~bead].sum()) + 2 * strength * given["leave_rate"]) / (size + 2 * strength)
    merge = given["merge"] * log(merged / given["merge_rate"])
    leave = given["leave"] * log(lost / given["leave_rate"])
    out: Doubles = scores + merge * extra + leave * ~bead
    return out
