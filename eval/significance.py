"""Is the difference between two systems more than chance? Paired tests on the segments both translated.

Two tests, computed as sacreBLEU computes them, with its generator and seed, so that p-values are the same:

* ``bootstrap``: paired bootstrap resampling (Koehn 2004, "Statistical Significance Tests for Machine Translation
  Evaluation"), 1,000 resamples;
* ``randomisation``: paired approximate randomisation (Riezler and Maxwell 2005, "On Some Pitfalls in Automatic
  Evaluation and Significance Testing for MT"), 10,000 trials.

sacreBLEU holds all trials in memory at once, which is gigabytes for 100,000 segments; here they pass in small groups.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from muwazi.corpus.errors import InputError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.eval.bootstrap import DEFAULT_SEED, bootstrap_scores
from muwazi.eval.evaluation import DEFAULT_METRICS, References, reference_count, reference_streams, segment_statistics
from muwazi.eval.metrics import make_metrics
from muwazi.eval.metrics.base import SegmentMetric, Statistics

Test = Literal["bootstrap", "randomisation"]
TRIALS: dict[Test, int] = {"bootstrap": 1000, "randomisation": 10_000}
"""sacreBLEU's defaults."""
# Trials drawn at once. A multiple of 32: numpy takes coins from 32-bit words and throws the rest of the last one away,
# so that groups of other sizes would give other coins than sacreBLEU's single draw.
GROUP = 32


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One system under one metric."""

    system: str
    score: float
    difference: float | None
    """Score less the baseline's; None for the baseline."""
    p_value: float | None
    """Probability of a difference at least this large by chance; None for the baseline."""


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """All systems under one metric, the baseline first."""

    metric: str
    label: str
    higher_is_better: bool
    signature: str
    systems: tuple[SystemResult, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems compared with a baseline. P-values are for one comparison each, not corrected for their number."""

    test: Test
    trials: int
    seed: int
    segments: int
    metrics: tuple[MetricComparison, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and strings."""
        return asdict(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """:meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)


def named_test(name: str) -> Test:
    """The test called ``name``.

    Raises:
        InputError: there is no such test.
    """
    for test in TRIALS:
        if test == name:
            return test
    raise InputError(f"no test is called {name!r}: choose from {', '.join(TRIALS)}")


def compare(
    systems: Mapping[str, Sequence[str]],
    references: References,
    *,
    test: Test = "bootstrap",
    trials: int | None = None,
    seed: int = DEFAULT_SEED,
    metrics: Sequence[str] = DEFAULT_METRICS,
    progress: Progress = SILENT,
) -> Comparison:
    """Compare each system with the first one.

    Args:
        systems: name to hypotheses, the baseline first; all as long as the references.
        references: as for :func:`muwazi.eval.evaluate`.
        test: ``bootstrap`` or ``randomisation``.
        trials: resamples or shuffles; the test's usual number where None.
        seed: of the test; the same seed gives the same p-values.
        metrics: names out of ``bleu``, ``chrf``, ``ter``.
        progress: told of segments scored.

    Raises:
        InputError: fewer than two systems, lengths that differ, an unknown metric or test.
    """
    if len(systems) < 2:
        raise InputError("a comparison needs a baseline and at least one other system")
    test = named_test(test)
    count = TRIALS[test] if trials is None else trials
    if count < 1:
        raise InputError(f"a test needs at least one trial, not {count}")
    streams = []
    for name, hypotheses in systems.items():
        try:
            streams = reference_streams(hypotheses, references)
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
    chosen = make_metrics(metrics)
    tables = {
        name: [segment_statistics(metric, hypotheses, streams, progress) for metric in chosen]
        for name, hypotheses in systems.items()
    }
    baseline, *others = systems
    p_values: dict[str, list[float]] = {}
    if test == "bootstrap":
        resampled = {name: bootstrap_scores(chosen, tables[name], count, seed) for name in systems}
    for name in others:
        p_values[name] = (
            [
                _bootstrap_p_value(ours, theirs, _difference(metric, left, right))
                for metric, ours, theirs, left, right in zip(
                    chosen, resampled[name], resampled[baseline], tables[name], tables[baseline], strict=True
                )
            ]
            if test == "bootstrap"
            else _randomisation_p_values(chosen, tables[baseline], tables[name], count, seed)
        )
    return Comparison(
        test=test,
        trials=count,
        seed=seed,
        segments=len(tables[baseline][0]),
        metrics=tuple(
            MetricComparison(
                metric=metric.name,
                label=metric.label,
                higher_is_better=metric.higher_is_better,
                signature=metric.signature(
                    reference_count(streams),
                    bootstrap=count if test == "bootstrap" else 0,
                    randomisation=count if test == "randomisation" else 0,
                    seed=seed,
                ),
                systems=_results(metric, place, tables, p_values),
            )
            for place, metric in enumerate(chosen)
        ),
    )


def _results(
    metric: SegmentMetric, place: int, tables: Mapping[str, list[Statistics]], p_values: Mapping[str, list[float]]
) -> tuple[SystemResult, ...]:
    scores = {name: metric.corpus_score(table[place].sum(axis=0)) for name, table in tables.items()}
    baseline = next(iter(scores.values()))
    return tuple(
        SystemResult(name, score, score - baseline, p_values[name][place])
        if name in p_values
        else SystemResult(name, score, None, None)
        for name, score in scores.items()
    )


def _difference(metric: SegmentMetric, left: Statistics, right: Statistics) -> float:
    return abs(metric.corpus_score(left.sum(axis=0)) - metric.corpus_score(right.sum(axis=0)))


def _bootstrap_p_value(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64], difference: float) -> float:
    """How often the resampled difference, centred on no difference, exceeds the one that was found."""
    found = np.abs(ours - theirs)
    return _p_value(found - found.mean(), difference)


def _randomisation_p_values(
    metrics: list[SegmentMetric], baseline: list[Statistics], system: list[Statistics], trials: int, seed: int
) -> list[float]:
    """How often two systems made by swapping segments at random differ by more than the two real ones."""
    generator = np.random.default_rng(seed)
    segments = len(baseline[0])
    found = [np.empty(trials) for _ in metrics]
    for start in range(0, trials, GROUP):
        size = min(GROUP, trials - start)
        coins = generator.integers(2, size=(size, segments), dtype=bool).astype(np.float64)
        for place, metric in enumerate(metrics):
            # Where the coin says 1 the first of the two takes the baseline's segment, else the system's.
            swapped = coins @ (baseline[place] - system[place])
            first = swapped + system[place].sum(axis=0)
            second = baseline[place].sum(axis=0) - swapped
            for row in range(size):
                found[place][start + row] = abs(metric.corpus_score(first[row]) - metric.corpus_score(second[row]))
    return [
        _p_value(differences, _difference(metric, left, right))
        for metric, differences, left, right in zip(metrics, found, baseline, system, strict=True)
    ]


def _p_value(differences: npt.NDArray[np.float64], real: float) -> float:
    """Share of trials above ``real``, with 1 added to both counts so that it never is 0.

    "Above", not "at least": a system compared with itself then gets the smallest p-value only by chance, as in
    sacreBLEU and in Clark et al. 2011 (multeval).
    """
    return (int((differences > real).sum()) + 1) / (len(differences) + 1)
