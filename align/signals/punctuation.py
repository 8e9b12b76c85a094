"""Marks that translators keep: questions, exclamations, quotations, colons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from muwazi.align.pair import DocumentPair, Side
from muwazi.align.signals.contract import Values

_QUESTION = "?؟"
_EXCLAMATION = "!"
_OPENING = "\"«“„‘'—–-"
_CLOSING = "\"»”’'"
_STOP = ".!?؟…"


class Punctuation:
    """Marks of the two sides against each other.

    - ``question``: ``min(|questions on one side - on the other|, 2)``
    - ``exclamation``: the same with exclamation marks
    - ``speech``: 1 where one side begins with a quotation mark or a dash and the other does not
    - ``speech_end``: 1 where one side ends with a closing quotation mark and the other does not
    - ``unstopped``: 1 where one side ends without a full stop (as after a colon or in a heading) and the other does not
    """

    name = "punctuation"
    features = ("question", "exclamation", "speech", "speech_end", "unstopped")
    drop_features: tuple[str, ...] = ()

    def beads(self, pair: DocumentPair, a: int, b: int) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        left, right = _marks(pair, pair.source), _marks(pair, pair.target)
        grid = pair.grid
        i, j = grid.rows, grid.columns
        k, m = np.minimum(i + a, grid.n), np.minimum(j + b, grid.m)
        counts = np.abs((left["counts"][k] - left["counts"][i]) - (right["counts"][m] - right["counts"][j]))
        counts = np.minimum(counts, 2)
        opens = left["opens"][np.minimum(i, grid.n - 1)] != right["opens"][np.minimum(j, grid.m - 1)]
        closes = left["closes"][np.maximum(k - 1, 0)] != right["closes"][np.maximum(m - 1, 0)]
        stops = left["stops"][np.maximum(k - 1, 0)] != right["stops"][np.maximum(m - 1, 0)]
        return counts[:, 0], counts[:, 1], opens.astype(float), closes.astype(float), stops.astype(float)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


def _marks(pair: DocumentPair, side: Side) -> dict[str, Any]:
    key = ("marks", side is pair.source)
    if key not in pair.cache:
        texts = [text.strip() for text in side.sentences]
        counts = np.array(
            [[sum(c in _QUESTION for c in text), sum(c in _EXCLAMATION for c in text)] for text in texts], dtype=float
        ).reshape(-1, 2)
        pair.cache[key] = {
            "counts": np.concatenate([np.zeros((1, 2)), np.cumsum(counts, axis=0)]),
            "opens": np.array([text[:1] in _OPENING and text != "" for text in texts], dtype=bool),
            "closes": np.array([text.rstrip(_STOP)[-1:] in _CLOSING and text != "" for text in texts], dtype=bool),
            "stops": np.array(
                [text.rstrip(_CLOSING + " )]")[-1:] in _STOP and text != "" for text in texts], dtype=bool
            ),
        }
    out: dict[str, Any] = pair.cache[key]
    return out
