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

    Candidates come from MinHash signatures, looked up band by band (Broder 1997; Leskovec, Rajaraman and Ullman, Mining
    of Massive Datasets, chapter 3); the index itself is computed, not estimated. The search ends at the first pair that
    reaches the threshold, and pairs far below it are mostly not looked up, so a low score may be 0. Pairs whose numbers
    differ are no duplicates of each other, however alike their words: a table of figures is many facts.

    A pair takes about 1.5 kB of memory until :meth:`reset`.
    """

    name = "near_duplicate"
    description = "nearly the same pair came before"

    GRAM = 5
    PERMUTATIONS = 63
    MINIMUM_CHARACTERS = 40
    """Of both sides together: shorter ones differ by a word at once, and the exact filter sees to them."""
    BUCKET = 32
    """Pairs kept under one key of a band, so that texts which resemble each other below the threshold, by the thousand,
    do not make the search quadratic."""

    def __init__(self, threshold: float = 0.85) -> None:
        """Refuse pairs whose index is ``threshold`` or more."""
        self.threshold = threshold
        # The most rows a band can have so that pairs at the threshold are still looked up with probability .95.
        self.rows = next(
            (rows for rows in range(9, 1, -1) if 1 - (1 - threshold**rows) ** (self.PERMUTATIONS // rows) >= 0.95), 1
        )
        self._template: Any = None
        self._buckets: dict[int, int | list[int]] = {}
        self._keys: list[bytes] = []

    def reset(self) -> None:
        """Forget all pairs."""
        self._buckets = {}
        self._keys = []

    def score(self, pair: FilterPair) -> Score:
        """The index; remembers the pair when it stays."""
        key = _key(pair)
        if len(key) < self.MINIMUM_CHARACTERS:
            return 0.0
        grams = _grams(key, self.GRAM)
        bands = self._bands(grams, key)
        best = 0.0
        for position in self._candidates(bands):
            other = self._keys[position].decode("utf-8", "surrogatepass")
            best = max(best, _jaccard(grams, _grams(other, self.GRAM)))
            if not self.accept(best):
                return best
        self._remember(bands, key)
        return best

    def accept(self, score: Score) -> bool:
        """Below the threshold."""
        return single(score) < self.threshold

    def _bands(self, grams: NDArray[np.uint64], key: str) -> list[int]:
        """What the pair is looked up by: a hash of each band of its signature together with its numbers."""
        if self._template is None:
            from datasketch import MinHash

            # The grams are hashed already. One sketch is copied for each pair: to draw the permutations costs ten times
            # as much as to use them.
            self._template = MinHash(num_perm=self.PERMUTATIONS, hashfunc=int)
        sketch = self._template.copy()
        sketch.update_batch(grams.tolist())
        numbers = " ".join(re.findall("[0-9]+", key)).encode()
        bands = []
        for band in range(self.PERMUTATIONS // self.rows):
            values = sketch.hashvalues[band * self.rows : (band + 1) * self.rows].tobytes()
            digest = hashlib.blake2b(values + b"%d " % band + numbers, digest_size=8).digest()
            bands.append(int.from_bytes(digest, "little"))
        return bands

    def _candidates(self, bands: list[int]) -> list[int]:
        found: dict[int, None] = {}
        for band in bands:
            bucket = self._buckets.get(band)
            if bucket is not None:
                found.update(dict.fromkeys([bucket] if isinstance(bucket, int) else bucket))
        return list(found)

    def _remember(self, bands: list[int], key: str) -> None:
        position = len(self._keys)
        self._keys.append(key.encode("utf-8", "surrogatepass"))
        for band in bands:
            bucket = self._buckets.get(band)
            # Nearly every bucket holds one pair: a bare number takes a tenth of what a set would.
            if bucket is None:
                self._buckets[band] = position
            elif isinstance(bucket, int):
                self._buckets[band] = [bucket, position]
            elif len(bucket) < self.BUCKET:
                bucket.append(position)


@lru_cache(maxsize=1)  # both filters ask for the key of the same pair, one after the other
def _key(pair: FilterPair) -> str:
    from muwazi.corpus.normalise import matching_key

    return f"{matching_key(pair.ar)}\t{matching_key(pair.en)}"


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
