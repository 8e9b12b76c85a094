"""How well documents with hidden names find each other: the table in ``docs/commands/align.md``.

python benchmarks/align/matching.py FOLDER   (of NAME.ar and NAME.en, one sentence a line)
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from muwazi.align.encoder import load_encoder
from muwazi.align.matching import SentenceEncoder, match_documents

DRAWS = 5


class Remembering:
    """Embeds every sentence once, so that the draws cost next to nothing."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, np.ndarray] = {}

    def embed(self, sentences: Sequence[str], /) -> np.ndarray:
        """Unit rows, as the encoder gives them."""
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.embed(new), strict=True))
        return np.array([self._known[sentence] for sentence in sentences])


def run(folder: Path) -> None:
    """Print the table for one folder."""
    names = sorted(path.name[:-3] for path in folder.glob("*.ar"))
    texts = {
        side: {n: (folder / f"{n}.{side}").read_text(encoding="utf-8").split("\n")[:-1] for n in names}
        for side in ("ar", "en")
    }
    encoder = Remembering(load_encoder())
    third = len(names) // 3
    print(f"{'removed':>8} {'sentences':>9} {'pairs':>6} {'found':>6} {'wrong':>6}")
    for removed, draws in ((0, 1), (third, DRAWS), (len(names) // 2, DRAWS)):
        for first in (None, 6, 3):
            pairs = found = wrong = 0
            for seed in range(draws):
                drawn = random.Random(seed).sample(names, len(names))
                left, right = drawn[removed:], [name for name in drawn if name not in drawn[removed : 2 * removed]]
                random.Random(seed).shuffle(right)
                result = match_documents(
                    [texts["ar"][name][:first] for name in left], [texts["en"][name] for name in right], encoder
                )
                right_ones = sum(left[match.source] == right[match.target] for match in result.matches)
                pairs += len(set(left) & set(right))
                found += right_ones
                wrong += len(result.matches) - right_ones
            print(f"{removed:>8} {first or 'all':>9} {pairs:>6} {found:>6} {wrong:>6}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run(Path(sys.argv[1]))
