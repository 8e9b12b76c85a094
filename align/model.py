"""The scoring model: weighted signals, adapted to the document pair.

The score of an alignment is the sum of its beads' scores, each the weighted sum of the signals' features; its
probability is proportional to the exponential of that (a semi-Markov conditional random field). The weights maximise
the likelihood of gold alignments (``python -m benchmarks.align.fit``).

There are two looks. The first has the cheap signals, and weights of its own; beads that it leaves with a probability of
at least :data:`COMPETES` go on, usually fewer than one a sentence. The second adds the costly signals
(:data:`muwazi.align.signals.CLOSE`) where beads still compete, and decides.

Documents differ in how often their translator merged and left out, so in both looks the costs of both are shifted to
what a first pass expects for this pair:

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

from muwazi.align.lattice import Doubles, Ints, Lattice
from muwazi.align.near import competing
from muwazi.align.pair import DocumentPair
from muwazi.align.signals import CLOSE, SIGNALS, Signal

COMPETES = 0.02
"""Least probability, after the first look, of a bead that gets a second one."""


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
    first: Mapping[str, Mapping[str, float]]
    """``features`` and ``adaptation`` (``merge`` and ``leave`` alone) of the first look."""

    @classmethod
    def load(cls, text: str | None = None) -> Weights:
        """The weights that ship with the package, or those of a JSON text of the same shape."""
        tree: dict[str, Any] = json.loads(text) if text is not None else _shipped()
        return cls(tree["features"], tree["adaptation"], tree["confidence"], tree["parallel"], tree["first"])

    def without(self, names: Iterable[str]) -> Weights:
        """The same with the weights of some features set to 0, for ablation."""
        off = set(names)

        def muted(weights: Mapping[str, float]) -> dict[str, float]:
            return {name: 0.0 if name in off else value for name, value in weights.items()}

        first = {**self.first, "features": muted(self.first["features"])}
        return replace(self, features=muted(self.features), first=first)


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
    beads = np.flatnonzero((lattice.a > 0) & (lattice.b > 0))
    a, b = lattice.a[beads], lattice.b[beads]
    lone = (
        (np.flatnonzero(lattice.b == 0), lattice.rows, (pair.source, pair.target)),
        (np.flatnonzero(lattice.a == 0), lattice.columns, (pair.target, pair.source)),
    )
    out: dict[str, Doubles] = {}
    for signal in signals:
        for name in feature_names(signal):
            out[name] = np.zeros(lattice.size)
        for name, value in zip(signal.features, signal.beads(pair, a, b, places[beads]), strict=True):
            out[name][beads] = value
        for arcs, which, sides in lone if signal.drop_features else ():
            for name, values in zip(signal.drop_features, signal.drops(pair, *sides), strict=True):
                out[f"drop:{name}"][arcs] = values[which[arcs]] if isinstance(values, np.ndarray) else values
    return out


@dataclass(frozen=True)
class Judged:
    """The beads that competed to the end."""

    lattice: Lattice
    scores: Doubles
    """Shape [arcs]."""
    probabilities: Doubles
    """Shape [arcs]."""


def judge(
    pair: DocumentPair, lattice: Lattice, weights: Weights, signals: Iterable[Signal] = SIGNALS, *, adaptive: bool
) -> Judged:
    """Both looks. Without a costly signal among ``signals`` the first one decides."""
    used = tuple(signals)
    plain = [signal for signal in used if signal.name not in CLOSE]
    close = [signal for signal in used if signal.name in CLOSE]
    features = arc_features(pair, lattice, plain)
    first = Judged(lattice, *_look(lattice, features, weights, weights.first, adaptive))
    if not close:
        return first
    lattice, kept = survivors(first, pair.grid.n, pair.grid.m)
    pair.near = competing(lattice, pair.grid.n, pair.grid.m)
    features = {name: values[kept] for name, values in features.items()}
    if lattice.open.any():
        features |= arc_features(pair, lattice, close)
    scores, found = _look(lattice, features, weights, {"features": weights.features}, adaptive)
    return Judged(lattice, scores, found * retained(lattice, first.probabilities[kept]))


def retained(lattice: Lattice, first: Doubles) -> Doubles:
    """For each arc, the probability with which the first look left what it competes with, itself included.

    The least over its sentences of the summed probability of the arcs that hold the sentence, shape [arcs]. A bead that
    is alone in the second look is as sure as the first one was.
    """
    out = np.ones(lattice.size)
    for start, count in ((lattice.rows, lattice.a), (lattice.columns, lattice.b)):
        held = np.zeros(int((start + count).max(initial=0)) + 1)
        for k in range(int(count.max(initial=0))):
            here = np.flatnonzero(count > k)
            np.add.at(held, start[here] + k, first[here])
        for k in range(int(count.max(initial=0))):
            here = np.flatnonzero(count > k)
            out[here] = np.minimum(out[here], held[start[here] + k])
    return out


def survivors(first: Judged, n: int, m: int) -> tuple[Lattice, Ints]:
    """The arcs that get a second look, and their numbers in the lattice of the first."""
    keep = first.probabilities >= COMPETES
    keep[first.lattice.best(first.scores)] = True  # so that there is a way
    return first.lattice.only(keep, n, m)


def _look(
    lattice: Lattice,
    features: Mapping[str, Doubles],
    weights: Weights,
    which: Mapping[str, Mapping[str, float]],
    adaptive: bool,
) -> tuple[Doubles, Doubles]:
    """Scores and probabilities of the arcs."""
    scores = np.zeros(lattice.size)
    for name, values in features.items():
        scores += which["features"].get(name, 0.0) * values
    found = lattice.probabilities(scores)
    if adaptive:
        scores = adapt(lattice, scores, found, {**weights.adaptation, **which.get("adaptation", {})})
        found = lattice.probabilities(scores)
    return scores, found


def adapt(lattice: Lattice, scores: Doubles, found: Doubles, given: Mapping[str, float]) -> Doubles:
    """Scores with the costs of merging and leaving out shifted to what the first pass expects of this pair.

    :param found: probability of each arc.
    :param given: see :attr:`Weights.adaptation`.
    """
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
