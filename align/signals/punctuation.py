"""Marks that translators keep: questions, and the end of a sentence that is none (a heading, a colon)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values

_QUESTION = "?؟"
_STOPS = (".", "!", "?", "؟", "…")
_AFTER = "\"»”’')] "
"""What may stand after a full stop."""


class Punctuation:
    """Marks of the two sides against each other.

    - ``question``: ``min(|questions on one side - on the other|, 2)``
    - ``unstopped``: 1 where one side ends without a full stop (as after a colon or in a heading) and the other does not
    """

    name = "punctuation"
    features = ("question", "unstopped")
    drop_features: tuple[str, ...] = ()

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        left, right = _marks(pair, pair.source), _marks(pair, pair.target)
        i, j = pair.grid.rows[places], pair.grid.columns[places]
        questions = np.abs(left.questions[i + a] - left.questions[i] - right.questions[j + b] + right.questions[j])
        return np.minimum(questions, 2), (left.stopped[i + a - 1] != right.stopped[j + b - 1]).astype(float)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        return ()


@dataclass(frozen=True)
class _Marks:
    questions: Values
    """Before each place, shape [sentences + 1]."""
    stopped: NDArray[np.bool_]
    """Whether each sentence ends with a full stop or its like."""


def _marks(pair: DocumentPair, side: Side) -> _Marks:
    key = ("marks", side is pair.source)
    if key not in pair.cache:
        counts = [sum(text.count(mark) for mark in _QUESTION) for text in side.sentences]
        stopped = [text.rstrip(_AFTER)[-1:] in _STOPS for text in side.sentences]
        pair.cache[key] = _Marks(np.concatenate([[0.0], np.cumsum(counts)]), np.array(stopped, dtype=bool))
    out: _Marks = pair.cache[key]
    return out
