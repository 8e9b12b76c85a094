"""What the filters drop from files of pairs, and how fast.

``python benchmarks/filters.py FILE... [--lines N] [--show N]``. A file is TSV (Arabic, English), plain or compressed
with xz. Prints a Markdown table, one row a file.
"""

from __future__ import annotations

import argparse
import lzma
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from muwazi.corpus.filters import FilterChain, FilterPair, default_filters


def read(path: Path, lines: int) -> list[FilterPair]:
    """The first ``lines`` pairs of a file (0: all)."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
        cells = (line.rstrip("\n").split("\t") for line in islice(file, lines or None))
        return [FilterPair(row[0], row[1]) for row in cells if len(row) > 1]


def main() -> None:
    """Filter each file on its own and print what went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--lines", type=int, default=3000, help="pairs of each file; 0 reads all")
    parser.add_argument("--show", type=int, default=0, help="dropped pairs to show for each filter")
    options = parser.parse_args()
    chain = FilterChain(default_filters())
    names = [each.name for each in chain.filters]
    whole: Counter[str] = Counter()
    pairs_seen, kept_seen, seconds = 0, 0, 0.0
    print(f"| source | pairs | kept | {' | '.join(names)} |\n|---|---:|---:|{'---:|' * len(names)}")
    for path in options.files:
        pairs = read(path, options.lines)
        began = time.process_time()
        result = chain.run(pairs)
        seconds += time.process_time() - began
        counts = result.counts()
        whole.update(counts)
        pairs_seen += len(pairs)
        kept_seen += len(result.kept)
        share = 100 * len(result.kept) / max(1, len(pairs))
        cells = " | ".join(str(counts[name]) for name in names)
        print(f"| {path.name.split('.')[0]} | {len(pairs)} | {share:.2f} % | {cells} |")
        for name, samples in result.samples(options.show).items():
            for pair, score in samples:
                print(f"    {name} {score}\n        {pair.ar}\n        {pair.en}")
    share = 100 * kept_seen / max(1, pairs_seen)
    print(f"| **all** | {pairs_seen} | {share:.2f} % | {' | '.join(str(whole[n]) for n in names)} |")
    print(f"\n{pairs_seen / max(seconds, 1e-9):,.0f} pairs/s of processor time, one process")


if __name__ == "__main__":
    main()
