"""Fit the aligner's weights on gold alignments.

``python -m benchmarks.align.fit --data FOLDER [--write]`` maximises the likelihood of the gold beads (with a quadratic
penalty), reports strict F1 and the bits lost by leave-one-kind-out cross-validation, fits the calibration of
confidences on the predictions of the cross-validation, and with ``--write`` replaces ``align/weights.json``.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.align.cached import CachedEncoder
from benchmarks.align.sets import GoldDocument, load_sets
from benchmarks.align.variants import joined
from muwazi.align.coarse import rough_path
from muwazi.align.encoder import load_encoder
from muwazi.align.grid import band_around, full_grid
from muwazi.align.lattice import Lattice
from muwazi.align.model import COMPETES, arc_features, feature_names, retained
from muwazi.align.near import competing
from muwazi.align.pair import DocumentPair, Side
from muwazi.align.propose import propose
from muwazi.align.signals import CLOSE, SIGNALS
from muwazi.align.spans import make_spans
from muwazi.corpus.types import Bead
from muwazi.eval.alignment import Scores, score_document

Doubles = NDArray[np.float64]
WEIGHTS = Path(__file__).resolve().parents[2] / "align" / "weights.json"
CHEAP = [signal for signal in SIGNALS if signal.name not in CLOSE]
COSTLY = [signal for signal in SIGNALS if signal.name in CLOSE]
NAMES = [name for signal in SIGNALS for name in feature_names(signal)]
ADAPTED = ("merge", "leave")
COSTLY_NAMES = {name for signal in COSTLY for name in feature_names(signal)}
MERGE_RATE, LEAVE_RATE, STRENGTH = 0.35, 0.04, 15.0
"""Extra sentences a bead and sentences without partner, in the natural sets together; and how many beads they weigh."""
LEARNT_FROM = 0.004
"""Least probability of a bead that the second look learns from: more, and easier, ones than it will have to judge."""
SHARE = {"ntrex-a": 0.5, "joined": 0.2}
"""The synthetic sets count less: their merges are drawn by lot."""
JOINED = (0.5, 1.0)
"""Share of drawn beads in the variants, in turn."""


@dataclass
class Fitted:
    """A document as the fit sees it."""

    gold: GoldDocument
    lattice: Lattice
    features: Doubles
    """Shape [features, arcs]; the last two rows are those of the adaptation."""
    way: NDArray[np.int64]
    """Arcs of the gold alignment."""
    pair: DocumentPair
    sure: Doubles | float = 1.0
    """Factor on the probability of each arc: what a first look left."""
    target: Doubles = field(init=False)

    def __post_init__(self) -> None:
        self.target = self.features[:, self.way].sum(axis=1)

    def second(self, weights: Doubles, *, learn: bool) -> Fitted:
        """What the second look sees after a first one with these weights.

        To learn from, that has more beads, and the gold ones are always among them.
        """
        n, m = len(self.gold.source), len(self.gold.target)
        scores = weights @ self.features
        probabilities = self.lattice.probabilities(scores)
        keep = probabilities >= (LEARNT_FROM if learn else COMPETES)
        keep[self.lattice.best(scores)] = True
        keep[self.way] |= learn
        lattice, kept = self.lattice.only(keep, n, m)
        pair = replace(self.pair, near=competing(lattice, n, m), cache={})
        found = arc_features(pair, lattice, COSTLY)
        features = self.features[:, kept].copy()
        for k, name in enumerate(NAMES):
            if name in found:
                features[k] = found[name]
        way = np.searchsorted(kept, self.way[np.isin(self.way, kept)])
        return Fitted(self.gold, lattice, features, way, pair, retained(lattice, probabilities[kept]))


def prepare(gold: GoldDocument, encoder: CachedEncoder) -> Fitted:
    """Features of the beads that the search would look at, and of the gold ones."""
    sides = [
        Side(text, language, make_spans(encoder, text), encoder.embed)
        for text, language in zip((gold.source, gold.target), gold.languages, strict=True)
    ]
    n, m = len(gold.source), len(gold.target)
    steps = gold_way(gold.beads, n, m)
    grid = full_grid(n, m)
    if grid.size > 40_000:
        corners = np.array([(0, 0), *((i + a, j + b) for i, j, a, b in steps)])
        near = [band_around(way, n, m, 16) for way in (rough_path(*sides), corners)]
        grid = type(grid)(n, m, np.minimum(near[0].low, near[1].low), np.maximum(near[0].high, near[1].high))
    pair = DocumentPair(sides[0], sides[1], grid, 10)
    found = propose(pair)
    table = np.unique(
        np.concatenate([np.column_stack([found.rows, found.columns, found.a, found.b]), np.array(steps)]), axis=0
    )
    lattice = Lattice(*(np.ascontiguousarray(table[:, k]) for k in range(4)))
    features = arc_features(pair, lattice, CHEAP)
    index = {tuple(row): k for k, row in enumerate(table.tolist())}
    rows = [features.get(name, np.zeros(lattice.size)) for name in NAMES] + [np.zeros(lattice.size)] * len(ADAPTED)
    return Fitted(gold, lattice, np.array(rows), np.array([index[step] for step in steps], dtype=np.int64), pair)


def gold_way(beads: Iterable[Bead], n: int, m: int, most: int = 10) -> list[tuple[int, int, int, int]]:
    """Gold beads as a gapless way (i, j, a, b).

    That is the longest monotone series of those that a search could find, and
    everything else without partner. Gold files have beads out of order, with holes, or of more than ten sentences.
    """
    whole = sorted(
        (bead.source[0], bead.target[0], len(bead.source), len(bead.target))
        for bead in beads
        if bead.source
        and bead.target
        and len(bead.source) + len(bead.target) <= most
        and all(side == tuple(range(side[0], side[-1] + 1)) for side in (bead.source, bead.target))
    )
    length, before = [1] * len(whole), [-1] * len(whole)
    for k, (i, j, _, _) in enumerate(whole):
        for h in range(max(0, k - 40), k):
            x, y, a, b = whole[h]
            if x + a <= i and y + b <= j and length[h] + 1 > length[k]:
                length[k], before[k] = length[h] + 1, h
    series: list[tuple[int, int, int, int]] = [(n, m, 0, 0)]
    k = int(np.argmax(length)) if whole else -1
    while k >= 0:
        series.append(whole[k])
        k = before[k]
    way = []
    i = j = 0
    for x, y, a, b in reversed(series):
        way += [(row, j, 1, 0) for row in range(i, x)] + [(x, column, 0, 1) for column in range(j, y)]
        if a:
            way.append((x, y, a, b))
        i, j = x + a, y + b
    return way


def fit(documents: Sequence[Fitted], start: Doubles, penalty: float, free: Doubles) -> Doubles:
    """Weights of the greatest penalised likelihood; ``free`` is 0 for those that stay 0."""
    spread = np.mean([document.features.std(axis=1) for document in documents], axis=0)
    scale = np.minimum(1 / np.maximum(spread, 1e-3), 5) * free

    def loss(values: Doubles) -> tuple[float, Doubles]:
        weights = values * scale
        total, slope = 0.5 * penalty * float(values @ values), np.zeros(len(values))
        for document in documents:
            share = SHARE.get(document.gold.set, 1.0)
            scores = weights @ document.features
            found, partition = document.lattice.probabilities(scores), document.lattice.log_partition(scores)
            total += share * (partition - float(weights @ document.target))
            slope += share * (document.features @ found - document.target)
        return total, slope * scale + penalty * values

    start = np.divide(start, scale, out=np.zeros_like(start), where=scale > 0)
    done = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80})
    return np.asarray(done.x) * scale


def set_adaptation(documents: Sequence[Fitted], weights: Doubles) -> None:
    """Fill in the two features whose weights say how far costs follow the document, from a first pass without them."""
    plain = weights.copy()
    plain[-len(ADAPTED) :] = 0
    for document in documents:
        lattice = document.lattice
        found = lattice.probabilities(plain @ document.features)
        bead = (lattice.a > 0) & (lattice.b > 0)
        extra = np.where(bead, lattice.a + lattice.b - 2, 0)
        merged = (float(found @ extra) + STRENGTH * MERGE_RATE) / (float(found[bead].sum()) + STRENGTH)
        size = len(document.gold.source) + len(document.gold.target) + 2 * STRENGTH
        lost = (float(found[~bead].sum()) + 2 * STRENGTH * LEAVE_RATE) / size
        document.features[-2] = extra * log(merged / MERGE_RATE)
        document.features[-1] = ~bead * log(lost / LEAVE_RATE)
        document.__post_init__()


def train(documents: Sequence[Fitted], start: Doubles, penalty: float, free: Doubles, adaptive: bool) -> Doubles:
    """Fit without adaptation, then twice with it."""
    still = free.copy()
    still[-len(ADAPTED) :] = 0
    weights = fit(documents, start, penalty, still)
    for _ in range(2 if adaptive else 0):
        set_adaptation(documents, weights)
        weights = fit(documents, weights, penalty, free)
    if adaptive:
        set_adaptation(documents, weights)
    return weights


def predict(document: Fitted, weights: Doubles) -> tuple[list[Bead], list[float]]:
    """Beads of the best alignment, and their probabilities."""
    lattice, scores = document.lattice, weights @ document.features
    found = lattice.probabilities(scores) * document.sure
    beads, sure = [], []
    for arc in lattice.best(scores):
        i, j, a, b = (int(x[arc]) for x in (lattice.rows, lattice.columns, lattice.a, lattice.b))
        beads.append(Bead(tuple(range(i, i + a)), tuple(range(j, j + b))))
        sure.append(float(found[arc]))
    return beads, sure


def calibrate(rows: Sequence[tuple[float, bool, bool]]) -> dict[str, float]:
    """Logistic regression of "is right" on the log-odds of a probability, for beads with and without an empty side."""
    p, empty, right = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    odds = np.log(np.clip(p, 1e-6, 1 - 1e-6) / (1 - np.clip(p, 1e-6, 1 - 1e-6)))
    inputs = np.stack([odds, np.ones_like(odds), empty])

    def loss(values: Doubles) -> float:
        z = values @ inputs
        return float((np.logaddexp(0, z) - right * z).sum() + 0.5 * float((values - [1, 0, 0]) @ (values - [1, 0, 0])))

    slope, offset, null = (round(float(x), 3) for x in minimize(loss, np.array([1.0, 0.0, 0.0])).x)
    return {"slope": slope, "offset": offset, "null": null}


def report(title: str, results: Sequence[tuple[Fitted, list[Bead], list[float]]]) -> None:
    """One line for each set and kind: strict F1, lax F1."""
    totals: dict[str, Scores] = {}
    for document, beads, _ in results:
        got = score_document(document.gold.beads, beads).total
        gold = document.gold
        for key in {f"joined: {gold.kind.split('/')[0]}"} if gold.variant_of else {gold.kind, gold.set, "all"}:
            totals[key] = totals[key] + got if key in totals else got
    print(f"| {title} | strict F1 | lax F1 |\n|---|---:|---:|")
    for key, total in sorted(totals.items()):
        print(f"| {key} | {total.strict.f1:.4f} | {total.lax.f1:.4f} |")


def main() -> None:
    """Fit, cross-validate, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--penalty", type=float, default=5.0, help="on the weights of the first look")
    parser.add_argument("--second-penalty", type=float, default=8.0)
    parser.add_argument("--without", nargs="*", default=[], help="weights that stay 0")
    parser.add_argument("--no-adaptation", action="store_true")
    parser.add_argument("--no-joined", action="store_true", help="do not learn from variants with joined sentences")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    encoder = CachedEncoder(load_encoder())
    golds = load_sets(options.data)
    natural = [gold for gold in golds if gold.set in ("authored", "examples")]
    golds += (
        []
        if options.no_joined
        else [
            joined(gold, gold_way(gold.beads, len(gold.source), len(gold.target)), JOINED[k % len(JOINED)], seed=7)
            for k, gold in enumerate(natural)
        ]
    )
    documents = [prepare(gold, encoder) for gold in golds]
    free = np.array([float(name not in options.without) for name in [*NAMES, *ADAPTED]])
    start = np.array([{"q_root": 8.0, "extra": -1.0, "length": -0.4, "drop:drop": -1.0}.get(n, 0.0) for n in NAMES])
    start = np.concatenate([start, np.zeros(len(ADAPTED))]) * free
    adaptive = not options.no_adaptation
    cheap = free * np.array([float(name not in COSTLY_NAMES) for name in [*NAMES, *ADAPTED]])
    held_out, first_out = [], []
    for kind in sorted({document.gold.kind for document in documents}):
        rest = [document for document in documents if document.gold.kind != kind]
        out = [document for document in documents if document.gold.kind == kind]
        first = train(rest, start, options.penalty, cheap, adaptive)
        if adaptive:
            set_adaptation(out, first)
        first_out += [(document, *predict(document, first)) for document in out]
        rest, out = [d.second(first, learn=True) for d in rest], [d.second(first, learn=False) for d in out]
        weights = train(rest, first, options.second_penalty, free, adaptive)
        if adaptive:
            set_adaptation(out, weights)
        held_out += [(document, *predict(document, weights)) for document in out]
    report("left out, first look alone", first_out)
    report("left out", held_out)
    first = train(documents, start, options.penalty, cheap, adaptive)
    seconds = [document.second(first, learn=True) for document in documents]
    weights = train(seconds, first, options.second_penalty, free, adaptive)
    seconds = [document.second(first, learn=False) for document in documents]
    if adaptive:
        set_adaptation(seconds, weights)
    report("fitted", [(document, *predict(document, weights)) for document in seconds])
    rows = [
        (p, not (bead.source and bead.target), _is_gold(bead, document.gold))
        for document, beads, sure in held_out
        for bead, p in zip(beads, sure, strict=True)
        if document.gold.set not in SHARE
    ]
    calibration = calibrate(rows)
    bins(rows, calibration)
    values, first_values = (
        {name: round(float(w), 4) for name, w in zip([*NAMES, *ADAPTED], found, strict=True)}
        for found in (weights, first)
    )
    print(values)
    if options.write:
        old = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        adaptation = {name: values.pop(name) for name in ADAPTED}
        adaptation |= {"merge_rate": MERGE_RATE, "leave_rate": LEAVE_RATE, "strength": STRENGTH}
        first_adaptation = {name: first_values.pop(name) for name in ADAPTED}
        values["mt"] = first_values["mt"] = old["features"]["mt"]  # no gold set has translations
        old |= {"features": values, "adaptation": adaptation, "confidence": calibration}
        first_values = {name: value for name, value in first_values.items() if name not in COSTLY_NAMES}
        old["first"] = {"features": first_values, "adaptation": first_adaptation}
        WEIGHTS.write_text(json.dumps(old, indent=2) + "\n", encoding="utf-8")


def _is_gold(bead: Bead, gold: GoldDocument) -> bool:
    return any((bead.source, bead.target) == (right.source, right.target) for right in gold.beads)


def bins(rows: Sequence[tuple[float, bool, bool]], calibration: dict[str, float]) -> None:
    """How many of the beads said to be so sure are right."""
    found: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for p, empty, right in rows:
        p = min(max(p, 1e-6), 1 - 1e-6)
        z = calibration["slope"] * log(p / (1 - p)) + calibration["offset"] + calibration["null"] * empty
        sure = 1 / (1 + np.exp(-z))
        edges = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
        found[sum(sure >= edge for edge in edges)].append((float(sure), right))
    print("| confidence | beads | mean | right |\n|---|---:|---:|---:|")
    for key, values in sorted(found.items()):
        label = ("< .5", ".5-.7", ".7-.8", ".8-.9", ".9-.95", ".95-.99", ">= .99")[key]
        mean, share = np.mean([v for v, _ in values]), np.mean([r for _, r in values])
        print(f"| {label} | {len(values)} | {mean:.3f} | {share:.3f} |")


if __name__ == "__main__":
    main()
