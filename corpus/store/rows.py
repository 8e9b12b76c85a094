"""One row of the dataset, and the split that an article belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

SPLITS = ("train", "validation", "test")
"""Names of the splits, in the order in which they are written."""

TRAIN_SHARE, VALIDATION_SHARE = 80, 10
"""Percent of the articles in train and in validation; the rest is test."""

REFERENCE_KINDS = ("independent", "post-edited")


def split_of(article_id: str) -> str:
    """The split of an article: ``train`` (80 of 100 articles), ``validation`` (10) or ``test`` (10).

    Drawn from the SHA-256 of the id, so the answer depends on nothing else: an article stays in its split when others
    come and go, and on any machine.
    """
    percent = int.from_bytes(hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).digest()[:8], "big") % 100
    if percent < TRAIN_SHARE:
        return "train"
    return "validation" if percent < TRAIN_SHARE + VALIDATION_SHARE else "test"


@dataclass(frozen=True, slots=True)
class Row:
    """One segment of the dataset: the flat columns, in the order in which they stand in the Parquet files."""

    id: str
    """Unique in a version; the key by which versions are compared."""
    article_id: str
    index: int
    """Position in the article, from 0."""
    ar: str
    """The Arabic side, as read."""
    en: str | None = None
    """The reference; None where there is none."""
    mt: str | None = None
    """The machine translation; None where nothing was translated."""
    post_edit: str | None = None
    """The machine translation as a person corrected it; None until then."""
    alignment_type: str | None = None
    """``1-1``, ``2-1``, ... sentences of Arabic and English; None where nothing was aligned."""
    alignment_score: float | None = None
    """Similarity of the two sides, about 0 to 1; None where nothing was aligned."""
    confidence: float | None = None
    """Probability that the alignment is right, 0 to 1; None where the aligner gives none."""
    reference_kind: str | None = None
    """``independent`` or ``post-edited``; None without a reference."""
    flags: Sequence[str] = ()
    """What a guard or filter noticed."""
    split: str = ""
    """``train``, ``validation`` or ``test``; drawn by :func:`split_of` when left empty."""
    source_uri: str | None = None
    """Where the Arabic came from."""
    licence: str | None = None
    """SPDX identifier, where one is stated."""

    def __post_init__(self) -> None:
        if not self.split:
            object.__setattr__(self, "split", split_of(self.article_id))
        object.__setattr__(self, "flags", tuple(self.flags))

    def values(self) -> tuple[Any, ...]:
        """The values in column order."""
        values: tuple[Any, ...] = _VALUES(self)
        return values

    def as_dict(self) -> dict[str, Any]:
        """Column name to value; flags as a list."""
        return {**dict(zip(COLUMNS, self.values(), strict=True)), "flags": list(self.flags)}

    def digest(self) -> bytes:
        """16 bytes that two rows share only when all their columns are equal."""
        return hashlib.blake2b(_JSON.encode(_VALUES(self)).encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def problem(self) -> str | None:
        """Why the row cannot be stored, or None."""
        for name in TEXT_COLUMNS:
            value = getattr(self, name)
            if value is None and name in NULLABLE:
                continue
            if not isinstance(value, str):
                return f"column {name} is {type(value).__name__}, not text"
            try:
                value.encode()
            except UnicodeEncodeError:
                return f"column {name} holds half of a surrogate pair, which is no text"
        for name in ("alignment_score", "confidence"):
            number = getattr(self, name)
            if number is not None and not (isinstance(number, (int, float)) and float("-inf") < number < float("inf")):
                return f"column {name} is {number!r}, not a finite number"
        if not self.id or not self.article_id:
            return "it has no id or no article id"
        if isinstance(self.index, bool) or not isinstance(self.index, int) or not 0 <= self.index < 2**31:
            return f"column index is {self.index!r}, not a position from 0"
        if self.split not in SPLITS:
            return f"split is {self.split!r}, not one of {', '.join(SPLITS)}"
        if self.reference_kind not in (None, *REFERENCE_KINDS):
            return f"reference_kind is {self.reference_kind!r}, not one of {', '.join(REFERENCE_KINDS)}"
        if not all(isinstance(flag, str) and flag.isprintable() for flag in self.flags):
            return "its flags are not all printable text"
        return None

    @property
    def is_pair(self) -> bool:
        """Both sides stand there, so the row belongs to the ``translation`` config."""
        return bool(self.ar.strip()) and bool(self.en and self.en.strip())


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Row))
_VALUES = attrgetter(*COLUMNS)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
NULLABLE = frozenset(
    (
        "en",
        "mt",
        "post_edit",
        "alignment_type",
        "alignment_score",
        "confidence",
        "reference_kind",
        "source_uri",
        "licence",
    )
)
TEXT_COLUMNS = (
    "id",
    "article_id",
    "ar",
    "en",
    "mt",
    "post_edit",
    "alignment_type",
    "reference_kind",
    "split",
    "source_uri",
    "licence",
)
