"""What aligning costs against the size of the documents, embedding apart.

``python -m benchmarks.align.cost [--sizes 1000 10000 100000] [--plot docs/alignment-cost.svg]``. Each size runs in a
process of its own, so that its peak memory is its own. Sentences are synthetic: merges, splits and omissions of known
place, with random vectors of the built-in encoder's size for their words.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muwazi.align import Aligner
from muwazi.align.encoder import Vectors
from muwazi.align.spans import MeanSpans
from muwazi.corpus.progress import SILENT, Progress

_DIMENSIONS = 512
_KINDS = ((0.85, (1, 1)), (0.9, (1, 2)), (0.95, (2, 1)), (0.975, (1, 0)), (1.0, (0, 1)))
"""Cumulative shares of the bead sizes."""


def _spread(words: NDArray[np.int64], salt: int) -> NDArray[np.int64]:
    """Rows of the table for words; neighbouring numbers get rows far apart, and no two stretches of text the same."""
    mixed = (words + salt * 1_000_003) * 2_654_435_761 % 2**32
    return (mixed ^ (mixed >> 15)) * 40_503 % 2**32 % 8192


class SyntheticEncoder:
    """A word is a number; both languages share most of its vector."""

    name = "synthetic"

    def __init__(self) -> None:
        self.seconds = 0.0
        self.busy = 0.0

    @cached_property
    def _table(self) -> Vectors:
        return np.random.default_rng(5).standard_normal((8192, _DIMENSIONS), dtype=np.float32)

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:  # noqa: ARG002
        """See :class:`muwazi.align.encoder.Encoder`."""
        begun, busy = time.perf_counter(), time.process_time()
        out = np.empty((len(sentences), _DIMENSIONS), dtype=np.float32)
        for row, sentence in zip(out, sentences, strict=True):
            words = np.array([int(word[1:]) for word in sentence.split()], dtype=np.int64)
            row[:] = self._table[_spread(words, 1)].sum(axis=0) + self._table[_spread(words, 2)].sum(axis=0)
            row += 0.8 * self._table[_spread(words, ord(sentence[0]))].sum(axis=0)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        self.seconds += time.perf_counter() - begun
        self.busy += time.process_time() - busy
        return out

    def spans(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> SyntheticSpans:
        """See :class:`muwazi.align.encoder.SpanEncoder`."""
        return SyntheticSpans(MeanSpans(self, sentences, progress))


class SyntheticSpans:
    """Runs as means, taken for exact."""

    def __init__(self, inner: MeanSpans) -> None:
        self._inner = inner
        self.size = inner.size
        self.dimensions = inner.dimensions

    def embed_runs(self, first: int, last: int, length: int) -> Vectors:
        """See :class:`muwazi.align.spans.Spans`."""
        return self._inner.embed_runs(first, last, length)

    def part(self, first: int, last: int) -> SyntheticSpans:
        """See :class:`muwazi.align.spans.Spans`."""
        return SyntheticSpans(self._inner.part(first, last))


Gold = set[tuple[tuple[int, ...], tuple[int, ...]]]


def documents(size: int, seed: int = 1) -> tuple[list[str], list[str], Gold]:
    """Source, target and the gold beads with two sides: 85 % 1-1, 5 % 1-2, 5 % 2-1, 5 % without partner."""
    random = np.random.default_rng(seed)
    sides: tuple[list[str], list[str]] = ([], [])
    gold: Gold = set()
    word = 1
    while len(sides[0]) < size:
        kind, length = random.random(), int(random.integers(4, 12))
        a, b = next(size for edge, size in _KINDS if kind < edge)
        words = list(range(word, word + length * max(a, b)))
        word += len(words)
        before = [len(side) for side in sides]
        for side, count, letter in zip(sides, (a, b), "st", strict=True):
            for k in range(count):
                part = words[k * len(words) // count : (k + 1) * len(words) // count]
                side.append(" ".join(f"{letter}{number}" for number in part))
        if a and b:
            gold.add((tuple(range(before[0], len(sides[0]))), tuple(range(before[1], len(sides[1])))))
    return sides[0], sides[1], gold


def one(size: int) -> None:
    """Measure one size and print a row: sentences, CPU and wall seconds without embedding, embedding, MB, recall."""
    source, target, gold = documents(size)
    encoder = SyntheticEncoder()
    begun, busy = time.perf_counter(), time.process_time()
    beads = Aligner(encoder).align(source, target).beads
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    found = {(bead.source, bead.target) for bead in beads}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells = (f"{size:,} x {len(target):,}", busy - encoder.busy, seconds - encoder.seconds, encoder.seconds, memory)
    share = len(gold & found) / len(gold)
    print("| {} | {:.1f} | {:.1f} | {:.1f} | {:.0f} |".format(*cells), f"{share:.4f} |", flush=True)


def main() -> None:
    """Print the table, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", type=int, default=[1000, 3000, 10_000, 30_000, 100_000])
    parser.add_argument("--plot", type=Path, default=None)
    parser.add_argument("--one", type=int, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        one(options.one)
        return
    print("| sentences | CPU seconds | wall seconds | embedding, wall | peak MB | gold beads found |")
    print("|---|---:|---:|---:|---:|---:|", flush=True)
    points = []
    for size in options.sizes:
        command = [sys.executable, "-m", "benchmarks.align.cost", "--one", str(size)]
        row = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        print(row, flush=True)
        cells = row.split("|")
        points.append((size, float(cells[2]), float(cells[5])))
    if options.plot is not None:
        draw(points, options.plot)


def draw(points: Sequence[tuple[int, float, float]], path: Path) -> None:
    """Seconds and memory against size."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for axis, column, title in ((axes[0], 1, "CPU seconds, embedding apart"), (axes[1], 2, "peak memory, MB")):
        axis.loglog([point[0] for point in points], [point[column] for point in points], marker="o")
        axis.set_xlabel("sentences on each side")
        axis.set_title(title, fontsize=10)
        axis.grid(True, which="major", alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
