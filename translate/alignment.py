"""From attention over pieces to pairs of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STRONG = 0.3
"""A source word with this much of a target word's attention is linked beside the strongest one."""


def word_pairs(
    attention: NDArray[np.float32], source_words: Sequence[int], target_words: Sequence[int | None]
) -> tuple[tuple[int, int], ...]:
    """Links (source word, target word), sorted by target word.

    ``attention``: ``[target pieces, source pieces]``, rows of weights; ``source_words`` and ``target_words`` name the
    word of each piece (None: of none). The attention of a target word is the mean over its pieces, that to a source
    word the sum over its pieces; each target word is linked to the source word with most of it, and to any other with
    0.3 or more.
    """
    import numpy as np

    sources = max(source_words, default=-1) + 1
    targets = max((word for word in target_words if word is not None), default=-1) + 1
    if not sources or not targets:
        return ()
    table = np.zeros((targets, sources), dtype=np.float64)
    pieces = np.zeros(targets, dtype=np.int64)
    columns = np.asarray(source_words)
    for row, word in zip(attention, target_words, strict=True):
        if word is not None:
            np.add.at(table[word], columns, row)
            pieces[word] += 1
    table /= np.maximum(pieces, 1)[:, None]
    best = table.argmax(axis=1)
    pairs = []
    for target in range(targets):
        linked = set(np.flatnonzero(table[target] >= _STRONG).tolist()) | {int(best[target])}
        pairs += [(source, target) for source in sorted(linked)]
    return tuple(pairs)
