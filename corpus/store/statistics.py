"""What can be counted over the rows of a version while they pass by."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import Any

from muwazi.corpus.store.rows import SPLITS, Row


class RowStatistics:
    """Counts rows, sides, characters, words, flags and licences."""

    def __init__(self) -> None:
        self.rows = 0
        self._splits: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()
        self._words: Counter[str] = Counter()
        self._types: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._flags: Counter[str] = Counter()
        self._licences: Counter[str] = Counter()
        self._scores: list[float] = []
        self._score_rows = 0

    def add(self, row: Row) -> None:
        """Count one row."""
        self.rows += 1
        self._splits[row.split] += 1
        for name in ("ar", "en", "mt", "post_edit"):
            text = getattr(row, name)
            if text is not None:
                self._filled[name] += 1
                self._characters[name] += len(text)
                self._words[name] += len(text.split())
        self._filled["pairs"] += row.is_pair
        if row.alignment_type is not None:
            self._types[row.alignment_type] += 1
        if row.reference_kind is not None:
            self._kinds[row.reference_kind] += 1
        self._flags.update(row.flags)
        self._licences[row.licence or "none stated"] += 1
        if row.alignment_score is not None:
            self._score_rows += 1
            self._scores.append(row.alignment_score)
            if len(self._scores) > 4096:  # constant memory
                self._scores = [fsum(self._scores)]

    def result(self, articles: Counter[str]) -> dict[str, Any]:
        """Everything counted, in JSON types and a fixed order; ``articles`` is articles by split."""
        return {
            "rows": self.rows,
            "articles": articles.total(),
            "splits": {
                name: {"rows": self._splits[name], "articles": articles[name]} for name in SPLITS if self._splits[name]
            },
            "pairs": self._filled["pairs"],
            "columns": {
                name: {
                    "rows": self._filled[name],
                    "characters": self._characters[name],
                    "words": self._words[name],
                }
                for name in ("ar", "en", "mt", "post_edit")
            },
            "alignment_types": _by_count(self._types),
            "mean_alignment_score": round(fsum(self._scores) / self._score_rows, 6) if self._score_rows else None,
            "reference_kinds": _by_count(self._kinds),
            "flags": _by_count(self._flags),
            "licences": _by_count(self._licences),
        }


def _by_count(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
