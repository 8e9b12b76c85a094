"""Pairs that came before, exactly or nearly."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from muwazi.corpus.filters.contract import Filter, FilterPair, Score, single

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class DuplicateFilter(Filter):
    """Score: 1 when a pair with the same matching keys on both sides came before, else 0."""

    name = "duplicate"
    description = "the same pair came before"

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def reset(self) -> None:
        """Forget all pairs."""
        self._seen.clear()

    def score(self, pair: FilterPair) -> Score:
        """1 or 0; remembers the pair."""
        # 16 bytes for each pair, not its text: a million pairs take about 100 MB.
        key = hashlib.blake2b(_key(pair).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key in self._seen:
            return 1.0
        self._seen.add(key)
        return 0.0

    def accept(self, score: Score) -> bool:
        """It is the first of its kind."""
        return single(score) < 1.0


class NearDuplicateFilter(Filter):
    """Score: the Jaccard index of the pair's character 5-grams with those of the earlier pair most like it, 0 to 1.

    Candidates come from MinHash with locality-sensitive hashing (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of
    Massive Datasets, chapter 3); the index itself is computed, not estimated. The search ends at the first pair that
    reaches the threshold, and pairs far below it are mostly not looked up, so a low score may be 0. Pairs whose numbers
    differ are no duplicates of each other, however alike their words: a table of figures is many facts.
    """

    name = "near_duplicate"
    description = "nearly the same pair came before"

    GRAM = 5
    BANDS, BAND_ROWS = 9, 7
    """Of the signature: a pair at an index of .85 is looked up with probability 97 %, at .9 with 99.7 %."""
    MINIMUM_CHARACTERS = 40
    """Of both sides together: shorter ones differ by a word at once, and the exact filter sees to them."""

    def __init__(self, threshold: float = 0.85) -> None:
        """Refuse pairs whose index is ``threshold`` or more."""
        self.threshold = threshold
        self._index: Any = None
        self._template: Any = None
        self._keys: list[str] = []

    def reset(self) -> None:
        """Forget all pairs."""
        self._index = None
        self._keys = []

    def score(self, pair: FilterPair) -> Score:
        """The index; remembers the pair when it stays."""
        key = _key(pair)
        if len(key) < self.MINIMUM_CHARACTERS:
            return 0.0
        if self._index is None:
            from datasketch import MinHash, MinHashLSH

            permutations = self.BANDS * self.BAND_ROWS
            self._index = MinHashLSH(num_perm=permutations, params=(self.BANDS, self.BAND_ROWS))
            # The grams are hashed already. One sketch is copied for each pair: to draw the permutations costs ten times
            # as much as to use them.
            self._template = MinHash(num_perm=permutations, hashfunc=int)
        grams = _grams(key, self.GRAM)
        sketch = self._template.copy()
        sketch.update_batch(grams.tolist())
        numbers = _digits(key)
        best = 0.0
        for position in self._index.query(sketch):
            other = self._keys[position]
            if _digits(other) == numbers:
                best = max(best, _jaccard(grams, _grams(other, self.GRAM)))
            if not self.accept(best):
                return best
        self._index.insert(len(self._keys), sketch, check_duplication=False)
        self._keys.append(key)
        return best

    def accept(self, score: Score) -> bool:
        """Below the threshold."""
        return single(score) < self.threshold


@lru_cache(maxsize=1)  # both filters ask for the key of the same pair, one after the other
def _key(pair: FilterPair) -> str:
    from muwazi.corpus.normalise import matching_key

    return f"{matching_key(pair.ar)}\t{matching_key(pair.en)}"


def _digits(key: str) -> list[str]:
    return re.findall("[0-9]+", key)


def _grams(text: str, size: int) -> NDArray[np.uint64]:
    """Hashes of the distinct character n-grams of a text, ascending; 32 bits each."""
    import numpy as np

    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(letters, min(size, len(letters)))
    # A polynomial over the letters, mixed by a multiplication (Knuth's constant) so that all letters have a say in all
    # bits.
    powers = np.array([1_000_003**place % 2**64 for place in range(windows.shape[1])], dtype=np.uint64)
    mixed = (windows * powers).sum(axis=1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique(mixed >> np.uint64(32))


def _jaccard(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> float:
    import numpy as np

    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / (len(left) + len(right) - common)
