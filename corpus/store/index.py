"""Which rows a version has, by id, for comparing versions and finding an id that comes twice.

Kept in a private SQLite file that the system removes when the process ends, however it ends: memory stays the same for
ten rows and ten million.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store.rows import Row


@contextmanager
def _database() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"cannot keep the index of rows in the temporary folder ({error}): free some space there, "
            "or set SQLITE_TMPDIR to a folder that has some"
        ) from error


class RowIndex:
    """Row ids with a digest of the row, in the order in which they were added."""

    def __init__(self) -> None:
        # The empty name is SQLite's private temporary database: in memory while small, on disk when it grows.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, digest BLOB, seen INTEGER DEFAULT 0) WITHOUT ROWID")
        self._db.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, split TEXT) WITHOUT ROWID")
        self._article: tuple[str, str] | None = None

    def add(self, row: Row) -> None:
        """Add a row.

        Raises:
            StoreError: its id was added before, or its article stands in another split already.
        """
        with _database():
            try:
                self._db.execute("INSERT INTO rows (id, digest) VALUES (?, ?)", (row.id, row.digest()))
            except sqlite3.IntegrityError:
                raise StoreError(
                    f"row id {row.id!r} comes twice: every row of a version needs an id of its own"
                ) from None
            # Rows of an article mostly come together, so this asks the table once an article.
            if self._article == (row.article_id, row.split):
                return
            self._db.execute("INSERT OR IGNORE INTO articles VALUES (?, ?)", (row.article_id, row.split))
            (split,) = self._db.execute("SELECT split FROM articles WHERE id = ?", (row.article_id,)).fetchone()
        if split != row.split:
            raise StoreError(
                f"row {row.id!r} is in split {row.split!r} but its article {row.article_id!r} is in {split!r}: "
                "an article stays in one split (see split_of)"
            )
        self._article = (row.article_id, row.split)

    def compare(self, row: Row) -> str:
        """How a row of another version relates to this one: ``same``, ``changed`` or ``missing`` (no such id)."""
        with _database():
            found = self._db.execute("SELECT digest FROM rows WHERE id = ?", (row.id,)).fetchone()
            if found is None:
                return "missing"
            self._db.execute("UPDATE rows SET seen = 1 WHERE id = ?", (row.id,))
        return "same" if found[0] == row.digest() else "changed"

    def unseen(self) -> int:
        """How many rows :meth:`compare` was never asked about."""
        (count,) = self._db.execute("SELECT count(*) FROM rows WHERE seen = 0").fetchone()
        return int(count)

    def is_unseen(self, row_id: str) -> bool:
        """Whether the row is here and :meth:`compare` was never asked about it."""
        return bool(self._db.execute("SELECT 1 FROM rows WHERE id = ? AND seen = 0", (row_id,)).fetchone())

    def articles(self) -> Counter[str]:
        """Articles by split."""
        return Counter(dict(self._db.execute("SELECT split, count(*) FROM articles GROUP BY split")))

    def close(self) -> None:
        """Remove the index."""
        self._db.close()
