"""What a huge pair of real documents costs with the built-in encoder.

``python -m benchmarks.align.large PAIRS.tsv.xz ... [--sentences 100000]``. The documents are the pairs one after
another; at random, a twentieth of the sentences of each side render two of the other, and a twentieth have no partner.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from muwazi.align import Aligner
from muwazi.align.encoder import load_encoder
from muwazi.translate.training.pairs import Pair, read_pairs

Gold = set[tuple[tuple[int, ...], tuple[int, ...]]]


def documents(pairs: Iterable[Pair], size: int, seed: int = 3) -> tuple[list[str], list[str], Gold]:
    """Both documents, of about ``size`` sentences or as many as the pairs give, and the beads with two sides."""
    drawn = random.Random(seed)
    source: list[str] = []
    target: list[str] = []
    gold: Gold = set()
    waiting = iter(pairs)
    for pair in waiting:
        if len(source) >= size:
            break
        kind, i, j = drawn.random(), len(source), len(target)
        other = next(waiting, None) if 0.85 <= kind < 0.95 else None
        if kind < 0.85 or (kind < 0.95 and other is None):
            source.append(pair.source)
            target.append(pair.target)
            gold.add(((i,), (j,)))
        elif kind < 0.9 and other is not None:
            source.append(f"{pair.source} {other.source}")
            target += [pair.target, other.target]
            gold.add(((i,), (j, j + 1)))
        elif other is not None:
            source += [pair.source, other.source]
            target.append(f"{pair.target} {other.target}")
            gold.add(((i, i + 1), (j,)))
        elif kind < 0.975:
            source.append(pair.source)
        else:
            target.append(pair.target)
    return source, target, gold


class Clock:
    """Processor seconds spent in some functions."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed."""

        def timed(*arguments: Any, **options: Any) -> Any:
            begun = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.process_time() - begun

        return timed


def main(argv: Sequence[str] | None = None) -> None:
    """Measure once and print a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sentences", type=int, default=100_000)
    options = parser.parse_args(argv)
    source, target, gold = documents((pair for path in options.files for pair in read_pairs(path)), options.sentences)
    encoder, reading = load_encoder(threads=1), Clock()
    encoder.embed = reading.around(encoder.embed)  # type: ignore[method-assign]
    encoder.spans = reading.around(encoder.spans)  # type: ignore[attr-defined]
    begun, busy = time.perf_counter(), time.process_time()
    beads = Aligner(encoder).align(source, target).beads
    busy, wall = time.process_time() - busy, time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = len(gold & {(bead.source, bead.target) for bead in beads}) / max(len(gold), 1)
    print(
        f"{len(source):,} x {len(target):,} sentences: {busy:.0f} CPU seconds, {reading.seconds:.0f} of them reading,"
    )
    print(f"{wall:.0f} wall seconds, peak {memory:,.0f} MB, {found:.4f} of the beads found")


if __name__ == "__main__":
    main()
