"""How well translations are told from unrelated documents.

``python -m benchmarks.align.parallel --data FOLDER`` aligns every source document of a set with its own target and with
every other one and prints how often :attr:`~muwazi.align.aligner.Alignment.parallel` is wrong, by threshold.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.align.cached import CachedEncoder
from benchmarks.align.sets import load_sets
from muwazi.align import Aligner
from muwazi.align.encoder import load_encoder


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--set", default="ntrex-a")
    parser.add_argument("--each", type=int, default=61, help="other documents to compare each with")
    options = parser.parse_args()
    documents = load_sets(options.data, [options.set])
    aligner = Aligner(CachedEncoder(load_encoder()))
    true, false = [], []
    for k, document in enumerate(documents):
        for step in range(min(options.each + 1, len(documents))):
            other = documents[(k + step) % len(documents)]
            (false if step else true).append(aligner.align(document.source, other.target).score)
    own, others = np.array(true), np.array(false)
    print(f"{options.set}: {len(own)} pairs of translations, score {own.min():.3f} to {own.max():.3f};")
    print(f"{len(others)} mismatched pairs, {others.min():.3f} to {others.max():.3f}")
    print("| threshold | translations refused | others accepted |\n|---:|---:|---:|")
    for edge in np.arange(0.16, 0.44, 0.02):
        print(f"| {edge:.2f} | {(own < edge).mean():.4f} | {(others >= edge).mean():.4f} |")
    order = np.sort(others)[::-1][:5]
    print("highest of the mismatched:", " ".join(f"{value:.3f}" for value in order))


if __name__ == "__main__":
    main()
