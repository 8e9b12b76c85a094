"""Alignment by length alone, as a baseline.

Gale and Church, "A program for aligning sentences in bilingual corpora", Computational Linguistics 19 (1993): beads
1-1, 1-0, 0-1, 2-1, 1-2 and 2-2 with the prior probabilities of their table 5, and the two-sided tail of the normal
distribution for the deviation of the lengths (mean ratio from the pair, variance 6.8 a character).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, inf, log, sqrt

from muwazi.corpus.types import Bead

_PRIOR = {(1, 1): 0.89, (1, 0): 0.00495, (0, 1): 0.00495, (2, 1): 0.0445, (1, 2): 0.0445, (2, 2): 0.011}


def align_lengths(source: Sequence[str], target: Sequence[str]) -> list[Bead]:
    """The least costly beads."""
    x, y = [len(text) for text in source], [len(text) for text in target]
    ratio = sum(y) / max(sum(x), 1)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(x) + 1):
        for j in range(len(y) + 1):
            if i == j == 0:
                continue
            found = (inf, (0, 0))
            for (a, b), prior in _PRIOR.items():
                if a > i or b > j:
                    continue
                left, right = sum(x[i - a : i]), sum(y[j - b : j])
                mean = (left + right / max(ratio, 1e-9)) / 2
                deviation = abs(right - left * ratio) / sqrt(max(mean, 1) * 6.8)
                cost = best[i - a, j - b][0] - log(prior) - log(max(erfc(deviation / sqrt(2)), 1e-300))
                found = min(found, (cost, (a, b)))
            best[i, j] = found
    beads = []
    i, j = len(x), len(y)
    while i or j:
        a, b = best[i, j][1]
        beads.append(Bead(tuple(range(i - a, i)), tuple(range(j - b, j))))
        i, j = i - a, j - b
    return beads[::-1]
