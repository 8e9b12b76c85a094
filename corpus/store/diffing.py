"""What differs between two versions, segment by segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from muwazi.corpus.store.index import RowIndex
from muwazi.corpus.store.rows import COLUMNS, Row
from muwazi.corpus.store.versions import Version

if TYPE_CHECKING:
    from muwazi.corpus.store.store import Store


@dataclass(frozen=True, slots=True)
class RowChange:
    """A segment that both versions have, with different columns."""

    before: Row
    after: Row

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """Column name to value before and after, for the columns that differ."""
        return {
            name: (getattr(self.before, name), getattr(self.after, name))
            for name in COLUMNS
            if getattr(self.before, name) != getattr(self.after, name)
        }


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from version ``old`` to version ``new``."""

    old: Version
    new: Version
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[RowChange, ...]
    metadata: dict[str, tuple[Any, Any]]
    """Key of the commit's metadata to value before and after."""
    columns: tuple[str, ...]
    """Columns whose type or presence differs."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.metadata or self.columns)

    def counts(self) -> dict[str, int]:
        """How many segments were added, removed and changed."""
        return {"added": len(self.added), "removed": len(self.removed), "changed": len(self.changed)}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "old": str(self.old),
            "new": str(self.new),
            "counts": self.counts(),
            "columns": list(self.columns),
            "metadata": {key: {"old": before, "new": after} for key, (before, after) in self.metadata.items()},
            "added": [row.as_dict() for row in self.added],
            "removed": [row.as_dict() for row in self.removed],
            "changed": [
                {
                    "id": change.after.id,
                    "fields": {key: {"old": before, "new": after} for key, (before, after) in change.fields.items()},
                }
                for change in self.changed
            ],
        }


def diff(store: Store, old: str | Version, new: str | Version | None = None) -> Diff:
    """Compare two versions of ``store`` by row id; memory grows with what differs, not with the versions.

    Raises:
        StoreError: no such version, or a damaged one.
    """
    first, second = store.resolve(old), store.resolve(new)
    before, after = store.manifest(first), store.manifest(second)
    index = RowIndex()
    try:
        # Files are checked when they are read for the first time, not again for the later passes.
        for row in store.rows(first):
            index.add(row)
        added: list[Row] = []
        changed: dict[str, Row] = {}
        for row in store.rows(second):
            relation = index.compare(row)
            if relation == "missing":
                added.append(row)
            elif relation == "changed":
                changed[row.id] = row
        removed: list[Row] = []
        originals: dict[str, Row] = {}
        if changed or index.unseen():
            for row in store.rows(first, check=False):
                if row.id in changed:
                    originals[row.id] = row
                elif index.is_unseen(row.id):
                    removed.append(row)
    finally:
        index.close()
    columns_before = {column.name: column for column in before.columns}
    columns_after = {column.name: column for column in after.columns}
    return Diff(
        old=first,
        new=second,
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(RowChange(originals[row_id], row) for row_id, row in changed.items()),
        metadata={
            key: (before.metadata.get(key), after.metadata.get(key))
            for key in sorted({*before.metadata, *after.metadata})
            if before.metadata.get(key) != after.metadata.get(key)
        },
        columns=tuple(
            name for name in {**columns_before, **columns_after} if columns_before.get(name) != columns_after.get(name)
        ),
    )
