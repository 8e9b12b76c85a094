"""Numbers, names and other words that stand in both texts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.signals.contract import Values

_TOKEN = re.compile(r"\d+(?:[.,\u066b\u066c:/]\d+)*|[^\W\d_]+")
_SEPARATORS = re.compile(r"[.,\u066b\u066c]")


class Anchors:
    """Tokens that both documents contain, in the same form after digits are mapped: numbers, Latin names, loan words.

    Each has the weight ``1 / sqrt(c)``, c its greater count in the two documents, and none where it is frequent.

    - ``anchor``: weight of the anchors that both sides of the bead share, at most 3
    - ``anchor_lone``: weight of the anchors of one side that the other side lacks, at most 3
    - ``drop_anchor`` (of a sentence without partner): weight of its anchors, at most 3
    """

    name = "anchors"
    features = ("anchor", "anchor_lone")
    drop_features = ("drop_anchor",)

    def beads(self, pair: DocumentPair, a: Ints, b: Ints, places: Ints) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        (left, right), matched = _prepared(pair)
        if matched is None:
            return 0.0, 0.0
        shared = np.zeros(len(places))
        for k in range(int(a.max(initial=0))):
            for m in range(int(b.max(initial=0))):
                here = np.flatnonzero((a > k) & (b > m))
                shared[here] += matched[pair.shift(places[here], k, m)]
        i, j = pair.grid.rows[places], pair.grid.columns[places]
        total = left[i + a] - left[i] + right[j + b] - right[j]
        return np.minimum(shared, 3), np.clip(total - 2 * shared, 0, 3)

    def drops(self, pair: DocumentPair, side: Side, other: Side) -> Sequence[Values | float]:
        """See :class:`muwazi.align.signals.contract.Signal`."""
        running = _prepared(pair)[0][0 if side is pair.source else 1]
        return (np.minimum(np.diff(running), 3),)


def tokens(text: str) -> list[str]:
    """Anchor candidates of a sentence: numbers with ASCII digits and without separators, words in lower case."""
    found = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        if token[0].isdigit():
            digits = token
            if not token.isascii():
                digits = "".join(str(unicodedata.digit(c, 0)) if c.isdigit() else c for c in token)
            found.append(_SEPARATORS.sub("", digits))
        elif len(token) > 1:
            found.append(token.casefold())
    return found


def _prepared(pair: DocumentPair) -> tuple[tuple[Values, Values], Values | None]:
    """Running anchor weight of each side, and for each place the weight that its two sentences share."""
    if "anchors" not in pair.cache:
        counted = [[Counter(tokens(text)) for text in side.sentences] for side in (pair.source, pair.target)]
        totals = [Counter(word for one in side for word in one.elements()) for side in counted]
        limit = max(4, min(pair.source.size, pair.target.size) // 20)
        weight = {
            word: most**-0.5
            for word in totals[0].keys() & totals[1].keys()
            if (most := max(totals[0][word], totals[1][word])) <= limit
        }
        running = []
        for side in counted:
            each = [sum(weight.get(word, 0.0) * count for word, count in one.items()) for one in side]
            running.append(np.concatenate([[0.0], np.cumsum(each)]))
        places: dict[str, list[tuple[int, int]]] = {}
        for j, one in enumerate(counted[1]):
            for word, count in one.items():
                if word in weight:
                    places.setdefault(word, []).append((j, count))
        grid = pair.grid
        matched = np.zeros(grid.size + 1)
        for i, one in enumerate(counted[0]):
            for word, count in one.items():
                for j, times in places.get(word, ()):
                    if grid.low[i] <= j <= grid.high[i]:
                        matched[grid.offset[i] + j - grid.low[i]] += weight[word] * min(count, times)
        pair.cache["anchors"] = (running[0], running[1]), (matched if weight else None)
    out: Any = pair.cache["anchors"]
    return out[0], out[1]
