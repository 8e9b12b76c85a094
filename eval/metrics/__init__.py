"""The metrics: one contract (:class:`~muwazi.eval.metrics.base.SegmentMetric`), one file for each implementation.

Importing this package imports sacreBLEU; :mod:`muwazi.eval` imports it only when something is scored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from muwazi.corpus.errors import InputError
from muwazi.eval.metrics.base import SegmentMetric
from muwazi.eval.metrics.bleu import Bleu
from muwazi.eval.metrics.chrf import ChrF
from muwazi.eval.metrics.ter import Ter

METRICS: dict[str, Callable[[], SegmentMetric]] = {Bleu.name: Bleu, ChrF.name: ChrF, Ter.name: Ter}


def make_metrics(names: Sequence[str]) -> list[SegmentMetric]:
    """The metrics called ``names``, in that order, each once.

    Raises:
        InputError: a name that is no metric, or no name at all.
    """
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise InputError(f"no metric is called {unknown[0]!r}: choose from {', '.join(METRICS)}")
    if not names:
        raise InputError(f"no metric was named: choose from {', '.join(METRICS)}")
    return [METRICS[name]() for name in dict.fromkeys(names)]


__all__ = ["METRICS", "Bleu", "ChrF", "SegmentMetric", "Ter", "make_metrics"]
